/** A bug that each run comes to. */
import { task } from 'coppice';
import { runShop } from '../run-shop.js';

interface Order {
  readonly customer?: { readonly name: string };
}

function nameOf(order: Order): string {
  return (order.customer as { name: string }).name;
}

const outbox = task({
  id: 'outbox',
  run: async ({ sleep }) => {
    await sleep(200);
    nameOf({});
  },
});

await runShop({ maxRestarts: 5, withinMs: 60_000, children: [outbox] });
