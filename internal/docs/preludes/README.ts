import type { Pool } from './shop.js';

export { explainPolicy } from 'coppice';
export { connect, db } from './shop.js';

export declare function isBadConfiguration(error: unknown): boolean;
export declare function follow(
  db: Pool,
  heartbeat: () => void,
  sleep: (ms: number) => Promise<void>,
): Promise<void>;
export declare function deliver(db: Pool, signal: AbortSignal): Promise<void>;
