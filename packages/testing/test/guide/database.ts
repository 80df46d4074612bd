/** Stands for the database driver of the guide's shop: no test is to get this far. */
import type { EventEmitter } from 'node:events';

export interface Pool extends EventEmitter {
  query(sql: string): Promise<readonly { readonly id: number }[]>;
  end(): Promise<void>;
}

export async function connect(): Promise<Pool> {
  throw new Error('a test must not connect to a real database');
}
