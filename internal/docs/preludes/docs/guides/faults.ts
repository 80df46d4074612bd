import type { EventEmitter } from 'node:events';
import type { Context, DeclaredSupervisor } from 'coppice';
import type { Logger } from 'pino';
import type { WebSocketServer } from 'ws';
import type { Pool } from '../../shop.js';

export { FaultDomain, application } from 'coppice';
export { db, outbox } from '../../shop.js';

/** What a start function has at hand. */
export declare const bind: Context['bind'];
export declare const fail: Context['fail'];
export declare const bus: EventEmitter<{ order: [order: string] }>;
export declare const wss: WebSocketServer;
export declare const pool: Pool;
export declare function handle(order: string): void;
export declare function flush(): void;
export declare function onMessage(message: unknown): void;

export declare const logger: Logger;
export declare const shop: DeclaredSupervisor;
