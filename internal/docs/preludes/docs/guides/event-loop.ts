export { application, watchEventLoop } from 'coppice';
export { db, outbox } from '../../shop.js';

/** A histogram of prom-client. */
export declare const blocks: { observe(labels: { path: string | undefined }, value: number): void };
