/** The database, and its tables, as two services of the tree. */
import { type Context, type Service, type WorkerOptions, service } from 'coppice';
import type { Database } from './database.js';
import { migrate } from './migrations.js';

/** It will be back. To end the process would help nobody, and whoever routes requests to it sees that it is not ready. */
export const patient = {
  backoff: { minMs: 100, maxMs: 5_000 },
  maxRestarts: Infinity,
} satisfies Partial<WorkerOptions>;

/** The connection. Nobody asks it but the schema. */
export const databaseService = (open: (context: Context) => Promise<Database>): Service<Database> =>
  service({
    id: 'db',
    ...patient,
    // The program comes up without it: 503 until it is there.
    boot: 'degraded',
    start: open,
    stop: (database) => database.close(),
    shutdownMs: 2_000,
  });

/**
 * The database as it is meant to be: whoever asks for this has its tables. A service, and not a task: it is up when its
 * `start` has returned, so what is bound to it waits for that, while a task is up as soon as it runs. After a crash of the
 * database it is started again with it, and finds nothing to do.
 *
 * A migration that fails when the program is deployed fails the start, so the old one is left running.
 */
export const schemaService = (db: Service<Database>): Service<Database> =>
  service({
    id: 'schema',
    ...patient,
    bindsTo: [db],
    shutdownMs: 500, // it has nothing to stop
    start: async ({ use, log }) => {
      const database = use(db);
      for (const name of await migrate(database)) log.info(`migrated: ${name}`);
      return database;
    },
  });
