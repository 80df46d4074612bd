/** What can be done with orders: plain functions of a database. */
import type { Database } from './database/database.js';

export interface Order {
  readonly id: number;
  readonly item: string;
}

export const listOrders = (database: Database): Promise<readonly Order[]> =>
  database.query<Order>('select id, item from orders order by id desc limit 100');

/** The order and the message about it are written together or not at all: that is what an outbox is for. */
export async function addOrder(database: Database, item: string): Promise<Order> {
  const [order] = await database.query<Order>(
    `with added as (insert into orders (item) values ($1) returning id, item),
          told as (insert into outbox (message) select to_jsonb(added) from added)
     select id, item from added`,
    [item],
  );
  if (!order) throw new Error('the insert has returned nothing');
  return order;
}
