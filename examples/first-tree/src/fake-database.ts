/** Stands in for a database, so that the example needs none: its first pool breaks after half a second. */
import { EventEmitter } from 'node:events';

export class Pool extends EventEmitter {
  query(_sql: string): Promise<{ rowCount: number }> {
    return Promise.resolve({ rowCount: 0 });
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

let pools = 0;

export function connect(): Promise<Pool> {
  const pool = new Pool();
  if (++pools === 1)
    setTimeout(() => pool.emit('error', new Error('Connection terminated unexpectedly')), 500);
  return Promise.resolve(pool);
}
