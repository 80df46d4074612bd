/** A PostgreSQL server, through a pool of connections. */
import type { Context } from 'coppice';
import type { DatabaseError } from 'pg';
import { type Database, DatabaseDownError } from './database.js';

/**
 * Connects, so that it is up when it can be asked. A connection that breaks is a crash of the child: `fail`. An idle one
 * says so by itself, one in use by the query that it was used for, which is not the pool's `'error'`.
 */
export async function openPostgres(url: string, { fail, log }: Context): Promise<Database> {
  // Only those who have a server need it.
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 3_000 });
  // It stays: without it an error of an idle connection would end the process, also one that comes late.
  pool.on('error', fail);
  const query = async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> => {
    try {
      return (await pool.query(sql, [...parameters])).rows as Row[];
    } catch (error) {
      if (error instanceof pg.DatabaseError && !isShuttingDown(error)) throw error;
      fail(error);
      throw new DatabaseDownError('the database could not be asked', { cause: error });
    }
  };
  const close = (): Promise<void> => pool.end();
  try {
    await pool.query('select 1');
  } catch (error) {
    await close();
    throw error;
  }
  log.info(`connected to ${new URL(url).host}`);
  return { query, close };
}

/** It has answered, but only to say that it goes, comes, or is full: classes 08, 53 and 57P of SQLSTATE. */
const isShuttingDown = ({ code = '' }: DatabaseError): boolean => /^(08|53|57P)/.test(code);
