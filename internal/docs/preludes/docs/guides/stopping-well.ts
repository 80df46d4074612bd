import type { EventEmitter } from 'node:events';

export declare const queue: EventEmitter;
export declare function subscribe(options: { onError: (error: Error) => void }): { cancel(): void };
export declare function nextOrder(signal: AbortSignal): Promise<string>;
export declare function book(order: string): Promise<void>;
export declare function poll(signal: AbortSignal): Promise<void>;
