/** The shop: an API that needs a database, and can do without a cache. */
import { type Application, type ApplicationOptions, application, httpServer, service } from 'coppice';
import type { Database } from './database.js';

export interface ShopOptions
  extends Pick<ApplicationOptions, 'clock' | 'random' | 'logger' | 'drainMs' | 'shutdownMs'> {
  readonly ports: { readonly api: number; readonly health: number };
  readonly host?: string;
  readonly database: Database;
  readonly cache: Database;
}

/** Both are tried again for ever, with delays: a database that is down is no reason to end. */
const patient = { maxRestarts: Infinity, boot: 'degraded', backoff: { minMs: 500, maxMs: 1_000 } } as const;

export function shop({ ports, host, database, cache, ...options }: ShopOptions): Application {
  const at = host === undefined ? {} : { host };
  const db = service({
    id: 'db',
    ...patient,
    start: ({ fail }) => database.connect(fail),
    stop: (connection) => connection.close(),
  });
  return application({
    id: 'shop',
    ...options,
    health: {
      port: ports.health,
      ...at,
      // The database blinks when it fails over: that is not worth moving all requests elsewhere.
      children: { db: { graceMs: 3_000 }, cache: { required: false } },
    },
    children: [
      db,
      service({
        id: 'cache',
        ...patient,
        start: ({ fail }) => cache.connect(fail),
        stop: (it) => it.close(),
      }),
      httpServer({
        id: 'api',
        port: ports.api,
        ...at,
        server: () => (_, response) => void response.end('ok\n'),
      }),
    ],
  });
}
