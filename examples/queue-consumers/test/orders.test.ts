/** What becomes of the consumers when the connection drops, a message is poison, partitions move, and all of it stops. */
import { healthOf } from 'coppice';
import type { FakeBroker } from '../src/fake-broker.js';
import { start } from './start.js';

/** A handler that is done when the test says so. */
function slowly() {
  let begun = 0;
  let finish = (): void => {};
  const handle = (): Promise<void> =>
    new Promise((resolve) => {
      begun++;
      finish = resolve;
    });
  return { handle, finish: () => finish(), begun: () => begun };
}

test('there is a consumer for each partition that is assigned, and each message is acknowledged', async () => {
  const { app, broker, handled, consumers } = await start([0, 1]);
  await using _ = app;
  expect(consumers()).toEqual({ 'partition-0': 'running', 'partition-1': 'running' });
  broker.publish(0, 'tea');
  broker.publish(1, 'milk');
  broker.publish(0, 'bread');
  await app.settle();
  expect(handled.sort()).toEqual(['0/0 tea', '0/1 bread', '1/0 milk']);
  expect([broker.partition(0).committed, broker.partition(1).committed]).toEqual([2, 1]);
});

test('they go down with the connection, come back with it, and go on where they were', async () => {
  const { app, broker, handled, consumers } = await start([0, 1]);
  await using _ = app;
  broker.publish(0, 'tea');
  await app.settle();
  app.events.forget();
  broker.drop();
  await app.until('partition-1#2 started');
  broker.publish(0, 'bread');
  app.events.expectOrder(
    'connection crashed',
    'partition-0 stopped',
    'connection#2 started',
    'partition-0#2 started',
  );
  app.events.expectNever('partition-0 crashed', 'partition-1 crashed');
  await app.settle();
  expect(consumers()).toEqual({ 'partition-0': 'running', 'partition-1': 'running' });
  expect(handled).toEqual(['0/0 tea', '0/1 bread']);
});

describe('drops are no failures of the consumers: after ten of them they still come back,', () => {
  const publish = (broker: FakeBroker): void => broker.publish(0, 'tea');
  const nothing = (): void => {};

  test.each([
    ['with nothing to do', nothing, nothing],
    ['with a message in hand, which cannot be acknowledged', publish, nothing],
    ['with a read that fails because of it', nothing, publish],
  ])('%s', async (_name, before, after) => {
    const { handle, finish } = slowly();
    const { app, broker, consumers } = await start([0], handle);
    await using _ = app;
    for (let drop = 1; drop <= 10; drop++) {
      before(broker);
      await app.settle();
      broker.drop();
      after(broker);
      await app.settle();
      finish();
      await app.until(`partition-0#${drop + 1} started`);
      await app.settle();
      finish();
    }
    expect(consumers()).toEqual({ 'partition-0': 'running' });
  });
});

test('the reconnect waits for the message in hand, and that comes again as it could not be acknowledged', async () => {
  const { handle, finish, begun } = slowly();
  const { app, broker, handled } = await start([0], handle);
  await using _ = app;
  broker.publish(0, 'tea');
  await app.settle();
  app.events.forget();
  broker.drop();
  await app.advance(2_999);
  app.events.expectNever('connection starting');
  finish();
  await app.until('partition-0#2 started');
  await app.settle();
  expect(begun()).toBe(2);
  finish();
  await app.settle();
  expect(handled).toEqual(['0/0 tea', '0/0 tea']);
  expect(broker.partition(0).committed).toBe(1);
});

test('but no longer than the shutdownMs of the consumer', async () => {
  const { handle, begun } = slowly();
  const { app, broker } = await start([0], handle);
  await using _ = app;
  broker.publish(0, 'tea');
  await app.settle();
  broker.drop();
  await app.until('partition-0 abandoned');
  expect(app.now).toBe(3_000);
  await app.until('connection#2 started');
  await app.until(() => begun() === 2);
});

test('poison parks its partition, and no other; the whole stays ready, and says that it is degraded', async () => {
  const { app, broker, handled, consumers } = await start([0, 1]);
  await using _ = app;
  broker.publish(0, 'poison');
  await app.until('partition-0 gave-up');
  expect(app.events.count('partition-0 crashed')).toBe(4);
  broker.publish(1, 'milk');
  await app.settle();
  expect(handled).toEqual(['1/0 milk']);
  expect(consumers()).toEqual({ 'partition-0': 'parked', 'partition-1': 'running' });
  expect(healthOf(app.tree.snapshot())).toMatchObject({
    status: 'degraded',
    isReady: true,
    reasons: [{ path: 'orders/group/partition-0', status: 'parked' }],
  });
});

test('it stays parked when the connection drops, and when others are rebalanced', async () => {
  const { app, broker, consumers } = await start([0, 1]);
  await using _ = app;
  broker.publish(0, 'poison');
  await app.until('partition-0 gave-up');
  app.events.forget();
  broker.drop();
  await app.until('partition-1#2 started');
  broker.rebalance([0, 1, 2]);
  await app.until('partition-2 started');
  await app.advance(3_600_000);
  app.events.expectNever('partition-0 starting');
  expect(consumers()).toEqual({
    'partition-0': 'parked',
    'partition-1': 'running',
    'partition-2': 'running',
  });
});

test('somebody who has taken the poison away starts it again', async () => {
  const { app, declared, broker, handled, consumers } = await start([0]);
  await using _ = app;
  broker.publish(0, 'poison');
  broker.publish(0, 'tea');
  await app.until('partition-0 gave-up');
  broker.partition(0).committed = 1;
  await app.until(app.tree.supervisor(declared.group).restartNow('partition-0'));
  await app.settle();
  expect(handled).toEqual(['0/1 tea']);
  expect(consumers()).toEqual({ 'partition-0': 'running' });
});

test('a rebalance stops those that go, starts those that come, and touches no others', async () => {
  const { app, broker, consumers } = await start([0, 1]);
  await using _ = app;
  app.events.forget();
  broker.rebalance([1, 2]);
  await app.until('group reconciled');
  await app.settle();
  expect(consumers()).toEqual({ 'partition-1': 'running', 'partition-2': 'running' });
  app.events.expectOrder('partition-0 stopped', 'partition-2 started');
  app.events.expectNever('connection stopping', 'partition-1 stopping', 'partition-1 starting');
});

test('one that goes finishes the message in hand before the others of the group can have its partition', async () => {
  const { handle, finish } = slowly();
  const { app, broker } = await start([0], handle);
  await using _ = app;
  broker.publish(0, 'tea');
  broker.publish(0, 'bread');
  await app.settle();
  broker.rebalance([]);
  await app.settle();
  app.events.expectNever('partition-0 removed');
  finish();
  await app.until('partition-0 removed');
  expect(broker.partition(0).committed).toBe(1);
});

test('what was rebalanced while the connection was down is made up for when it is back', async () => {
  const { app, broker, consumers } = await start([0]);
  await using _ = app;
  broker.drop();
  broker.rebalance([1]);
  await app.until('connection#2 started');
  await app.settle();
  expect(consumers()).toEqual({ 'partition-1': 'running' });
});

test('when the whole group is started again the consumers are there again, as they are assigned by then', async () => {
  const { app, declared, broker, consumers } = await start([0, 1]);
  await using _ = app;
  app.events.forget();
  app.crash(declared.group);
  broker.rebalance([1, 2]);
  await app.until('partition-1 started');
  await app.settle();
  app.events.expectOrder('group crashed', 'connection started', 'partition-1 started', 'group started');
  expect(consumers()).toEqual({ 'partition-1': 'running', 'partition-2': 'running' });
});

test('a stop finishes and acknowledges the message in hand, and takes no other', async () => {
  const { handle, finish, begun } = slowly();
  const { app, broker, handled } = await start([0], handle);
  broker.publish(0, 'tea');
  broker.publish(0, 'bread');
  await app.settle();
  const stopped = app.tree.stop(); // no time goes by meanwhile
  await app.settle();
  finish();
  const { unstopped } = await stopped;
  expect(unstopped).toEqual([]);
  expect([handled, begun(), broker.partition(0).committed]).toEqual([['0/0 tea'], 1, 1]);
});
