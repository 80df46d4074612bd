/** The application: the store, and the Fastify app beside it. */
import { type Application, type RunningHttpServer, type Service, application } from 'coppice';
import type { Logger } from 'pino';
import { buildApp } from './app.js';
import { fastifyServer } from './fastify-server.js';
import { store } from './store.js';

export interface NotesAppOptions {
  readonly port: number;
  readonly host?: string;
  readonly logger: Logger;
}

export interface NotesApp {
  readonly app: Application;
  readonly api: Service<RunningHttpServer>;
}

export function notesApp({ port, host = '127.0.0.1', logger }: NotesAppOptions): NotesApp {
  const api = fastifyServer({
    id: 'api',
    port,
    host,
    // One logger for all: the lines of requests say which child they are of.
    build: ({ use, path }) => buildApp({ use, logger: logger.child({ path }), health: () => app.health() }),
  });
  // one-for-one: the app stays up, and keeps its connections, while the store is away.
  const app = application({ id: 'notes', logger, children: [store, api] });
  return { app, api };
}
