/** The outbox by itself: what was not delivered is delivered later. */
import { testTree } from '@coppice/testing';
import { service } from 'coppice';
import type { Database } from './database/database.js';
import { outboxTask } from './outbox.js';

test('a message that could not be delivered is delivered again, in its turn, and then no more', async () => {
  let rows = [1, 2].map((id) => ({ id, message: `order ${id}` }));
  const database = {
    query: async (sql: string, [id]: readonly unknown[] = []) => {
      if (sql.startsWith('delete')) rows = rows.filter((row) => row.id !== id);
      return rows;
    },
    close: async () => {},
  } as Database;
  const schema = service({ id: 'schema', start: () => database });

  const delivered: unknown[] = [];
  let failures = 2;
  const deliver = (message: unknown): void => {
    delivered.push(message);
    if (failures-- > 0) throw new Error('the queue is away');
  };
  await using shop = await testTree([schema, outboxTask(schema, deliver, 500)]);
  await shop.until('outbox#3 started');
  await shop.advance(5_000);
  expect(delivered).toEqual(['order 1', 'order 1', 'order 1', 'order 2']);
  expect(rows).toEqual([]);
});
