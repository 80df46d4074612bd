/** The connection by itself: an outage is survived, one without end is not. */
import { testTree } from '@coppice/testing';
import { database, db } from './db.js';

test('the app comes up without its database, which is there as soon as it can be', async () => {
  database.toggle();
  await using tree = await testTree([db]);
  await tree.advance(120_000);
  database.toggle();
  await tree.until('db started');
  await tree.settle();
  expect(database.connections.size).toBe(1);
  await tree.stop();
  expect(database.connections.size).toBe(0);
});

test('some minutes without it, and it gives up', async () => {
  await using tree = await testTree([db]);
  database.toggle();
  await tree.until('db gave-up');
  database.toggle();
});
