/** The shop that many pages speak of. Only its types count: nothing of this is ever run. */
import type { EventEmitter } from 'node:events';
import { httpServer, service, task } from 'coppice';

export interface Pool extends EventEmitter {
  query(sql: string): Promise<readonly unknown[]>;
  end(): Promise<void>;
}

export declare function connect(): Promise<Pool>;

export const db = service({ id: 'db', start: connect, stop: (pool) => pool.end() });
export const cache = service({ id: 'cache', start: () => new Map<string, string>() });
export const outbox = task({ id: 'outbox', run: ({ sleep }) => sleep(1_000) });
export const api = httpServer({
  id: 'api',
  port: 3000,
  server: () => (_request, response) => response.end(),
});
