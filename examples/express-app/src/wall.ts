/** The application: what it is made of, in the order in which it is started. It is stopped in the reverse one. */
import { type Application, type RunningHttpServer, type Service, application, httpServer } from 'coppice';
import type { Logger } from 'pino';
import { buildApp } from './app.js';
import { cleanup } from './cleanup.js';
import { db } from './db.js';

export interface WallOptions {
  /** 0: any that is free. */
  readonly ports: { readonly api: number; readonly health: number };
  readonly host?: string;
  readonly logger: Logger;
}

export interface Wall {
  readonly app: Application;
  readonly api: Service<RunningHttpServer>;
}

export function wall({ ports, host = '127.0.0.1', logger }: WallOptions): Wall {
  const api = httpServer({ id: 'api', port: ports.api, host, server: buildApp });
  const app = application({
    id: 'wall',
    logger,
    health: { port: ports.health, host }, // /livez and /readyz
    strategy: 'one-for-one', // the API stays up while db is away, to say so
    children: [db, cleanup, api], // the API is stopped first: requests under way still have a database
  });
  return { app, api };
}
