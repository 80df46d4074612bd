import type { Service } from 'coppice';
import type { Pool } from '../../shop.js';

export { type Pool, connect } from '../../shop.js';

export declare function handle(order: unknown): Promise<void>;
export declare function deliver(db: Pool): Promise<void>;
export declare function startEverythingElse(): Promise<string>;
export declare function stopEverythingElse(): Promise<void>;
export declare function poll(signal: AbortSignal): Promise<void>;

export declare const queue: Service<{
  messages(options: { readonly signal: AbortSignal }): AsyncIterable<{ ack(): Promise<void> }>;
}>;
