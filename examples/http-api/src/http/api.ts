/** The API: `GET /orders`, and `POST /orders` with `{ "item": "..." }`. */
import { type RunningHttpServer, type Service, httpServer } from 'coppice';
import type { Database } from '../database/database.js';
import { addOrder, listOrders } from '../orders.js';
import { readJson } from './body.js';
import { BadRequestError, listener } from './router.js';

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
}

/** Not bound to the schema: it stays up, and says 503, while that is down. */
export const apiServer = (schema: Service<Database>, where: ListenOptions): Service<RunningHttpServer> =>
  httpServer({
    id: 'api',
    ...where,
    // What is under way when it is asked to stop has so long.
    shutdownMs: 6_000,
    server: ({ use, log }) =>
      listener(
        {
          // `use` each time: after a crash there is another one.
          'GET /orders': async () => ({ status: 200, body: await listOrders(use(schema)) }),
          'POST /orders': async (request) => {
            const item = itemOf(await readJson(request));
            return { status: 201, body: await addOrder(use(schema), item) };
          },
        },
        log,
      ),
  });

function itemOf(body: unknown): string {
  const item = (body as { readonly item?: unknown } | null)?.item;
  if (typeof item === 'string' && item !== '') return item;
  throw new BadRequestError('item is missing');
}
