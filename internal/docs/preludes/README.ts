import type { Pool } from './shop.js';

export { explainPolicy } from 'coppice';
export { connect } from './shop.js';

export declare function isBadConfiguration(error: unknown): boolean;
export declare function follow(
  db: Pool,
  heartbeat: () => void,
  sleep: (ms: number) => Promise<void>,
): Promise<void>;
