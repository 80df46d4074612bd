/** Rebalances that come at a bad moment. */
import { testTree } from '@coppice/testing';
import { service } from 'coppice';
import { FakeBroker } from '../src/fake-broker.js';
import { follow } from '../src/follow.js';
import { orders } from '../src/orders.js';

test('one that comes while the group is being started is made up for when that is up', async () => {
  const broker = new FakeBroker([0]);
  const declared = orders({ broker, handle: async () => {} });
  const slow = (partition: number) =>
    service({ id: `partition-${partition}`, revision: partition, start: ({ sleep }) => sleep(1_000) });
  await using app = await testTree(declared.app, { start: false });
  const errors: unknown[] = [];
  follow(app.tree, { ...declared, consumer: slow }, (error) => errors.push(error));
  await app.start();
  await app.until('partition-0 started');
  app.events.forget();

  app.crash(declared.group);
  await app.until('partition-0 starting');
  broker.rebalance([1]);
  await app.until('partition-1 started');
  app.events.expectOrder('group started', 'partition-0 stopped', 'partition-1 started');
  expect(errors).toEqual([]);
});

test('what cannot be changed is told', async () => {
  const broker = new FakeBroker([0]);
  const declared = orders({ broker, handle: async () => {} });
  const broken = (partition: number) =>
    service({
      id: `partition-${partition}`,
      start: () => {
        throw new Error('no room on the disk');
      },
    });
  await using app = await testTree(declared.app, { start: false });
  const errors: unknown[] = [];
  follow(app.tree, { ...declared, consumer: broken }, (error) => errors.push(error));
  await app.start();
  await app.settle();
  expect(errors[0]).toMatchObject({ code: 'COPPICE_RECONCILE_FAILED' });
});
