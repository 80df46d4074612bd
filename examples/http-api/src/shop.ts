/** The application: what it is made of, in the order in which it is started. It is stopped in the reverse one. */
import { instrument } from '@coppice/prometheus';
import {
  type Application,
  type ApplicationOptions,
  type Context,
  type RunningHttpServer,
  type Service,
  application,
} from 'coppice';
import { Registry } from 'prom-client';
import { databaseService, schemaService } from './database/service.js';
import type { Database } from './database/database.js';
import { apiServer } from './http/api.js';
import { metricsServer } from './http/metrics.js';
import { type Deliver, outboxTask } from './outbox.js';

export interface ShopOptions extends Pick<ApplicationOptions, 'logger'> {
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly ports: { readonly api: number; readonly health: number; readonly metrics: number };
  /** Called for each start of the database. */
  readonly open: (context: Context) => Promise<Database>;
  /** Called for each order that was added, at least once. */
  readonly deliver: Deliver;
  /** How long the outbox rests between two looks, in milliseconds. Default: 500. */
  readonly pauseMs?: number;
}

export interface Shop {
  readonly app: Application;
  readonly db: Service<Database>;
  readonly api: Service<RunningHttpServer>;
}

export function shop({
  host = '127.0.0.1',
  ports,
  open,
  deliver,
  pauseMs = 500,
  ...options
}: ShopOptions): Shop {
  const registry = new Registry();
  const db = databaseService(open);
  const schema = schemaService(db);
  const api = apiServer(schema, { port: ports.api, host });
  const app = application({
    id: 'shop',
    ...options,
    // one-for-one: a crash of the database takes with it what is bound to it, and not the API.
    strategy: 'one-for-one',
    health: { port: ports.health, host, shutdownMs: 500 },
    // For all of them, one after the other; whoever runs it has to wait longer than this before it kills.
    shutdownMs: 15_000,
    children: [
      metricsServer(registry, { port: ports.metrics, host }),
      db,
      schema,
      outboxTask(schema, deliver, pauseMs),
      api, // the last one, so that it is stopped first: requests under way still have a database
    ],
  });
  instrument(app.handle(), { registry, health: () => app.health() });
  return { app, db, api };
}
