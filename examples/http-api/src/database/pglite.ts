/** PostgreSQL inside this process, for those who have no server: PGlite, which keeps its files in a folder. */
import { mkdirSync } from 'node:fs';
import type { Context } from 'coppice';
import { type Database, DatabaseDownError } from './database.js';

/**
 * It computes on the event loop: while a query runs, nothing else does. The first start makes the files and takes some
 * seconds. Good to try things out; what serves many wants a server.
 */
export async function openPglite(folder: string, { log }: Context): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  mkdirSync(folder, { recursive: true });
  const pglite = await PGlite.create(folder);
  log.info(`opened ${folder}`);
  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      // A request that began before a restart has the old one.
      if (pglite.closed) throw new DatabaseDownError('the database was closed');
      return (await pglite.query<Row>(sql, [...parameters])).rows;
    },
    close: () => pglite.close(),
  };
}
