import type { EventEmitter } from 'node:events';

/** The JavaScript of database.js, with its types. */
interface Pool extends EventEmitter {
  query(sql: string): Promise<{ EUR: number }>;
  end(): Promise<void>;
}

export declare function connect(): Promise<Pool>;
