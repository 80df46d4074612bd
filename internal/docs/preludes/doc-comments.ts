/** What the examples in the comments of the packages take for granted. Only its types count: nothing of this is ever run. */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Application,
  type DeclaredSupervisor,
  type SupervisionEvent,
  type SupervisorSnapshot,
  type SupervisorTree,
  pool,
  service,
  task,
  taskSupervisor,
} from 'coppice';
import type { TestTree, watchLeaks } from '@coppice/testing';
import type pinoLogger from 'pino';

export { once } from 'node:events';
export { writeFile } from 'node:fs/promises';
export * as http from 'node:http';
export { createServer } from 'node:net';
export type { Socket };
export { default as pino } from 'pino';
export { logEvents } from '@coppice/pino';

// The shop
export interface Database extends EventEmitter {
  query(sql: string): Promise<readonly { id: number }[]>;
  save(item: unknown): Promise<void>;
  report(): Promise<void>;
  all(): readonly unknown[];
  end(): Promise<void>;
}
export declare function connect(): Promise<Database>;
export const db = service({ id: 'db', start: connect, stop: (it) => it.end() });
export const queue = service({ id: 'queue', start: () => messages });
declare const messages: {
  messages(options: { signal: AbortSignal }): AsyncIterable<{ readonly id: number }>;
};
export const outbox = task({ id: 'outbox', run: ({ sleep }) => sleep(1_000) });
export const poller = task({ id: 'poller', run: ({ sleep }) => sleep(1_000) });
export const [web, api, feed, feeds, eu, us, slow] = [outbox, outbox, outbox, outbox, outbox, outbox, outbox];
export const session = task({ id: 'session', run: (_context, user: string) => poll().then(() => user) });
export const connections = pool({ id: 'connections', size: 10, child: db });
export const tasks = taskSupervisor({ id: 'tasks' });
export declare const shop: Application & DeclaredSupervisor;
export declare const tree: SupervisorTree;
export declare const logger: ReturnType<typeof pinoLogger>;
export declare const wanted: readonly (typeof db)[];
export { application, runThread, supervisor } from 'coppice';

// What it does
export declare function hasSensor(): boolean;
export declare function openSensor(): { close(): void };
export declare function nothingToDo(): boolean;
export declare function poll(): Promise<void>;
export declare function fetchPage(url: string, options: { signal: AbortSignal }): Promise<string>;
export declare function fetchPrices(): Promise<number[]>;
export declare function fetchStock(): Promise<number[]>;
export declare function fetchRate(currency: string): Promise<number>;
export declare function sizeOf(url: string): Promise<number>;
export declare function publish(...facts: unknown[]): void;
export declare function alert(text: string): void;
export declare function page(whom: string): void;
export declare function serve(socket: unknown): Promise<void>;
export declare function store(response: Response): Promise<void>;
export declare function startElsewhere(): Promise<{
  onSnapshot(listener: (snapshot: SupervisorSnapshot) => void): void;
  onEvent(listener: (event: SupervisionEvent) => void): void;
}>;
export declare function resize(file: string, quality: number): number;
export declare const url: string;
export declare const urls: readonly string[];
export declare const line: string;
export declare const userId: string;
export declare const socket: Socket;
export declare const cards: readonly string[];
export declare const blocks: { observe(labels: object, value: number): void };
export declare class Room {
  constructor(name: string);
  say(text: string): void;
}
export interface Resizer {
  data: { quality: number };
  toThread: { file: string };
  fromThread: { file: string; bytes: number };
}

// Libraries that the examples use, and this repository does not have
export declare const chokidar: { watch(path: string): EventEmitter & { close(): Promise<void> } };
type Handler = (request: IncomingMessage, response: ServerResponse & { json(body: unknown): void }) => void;
export declare function express(): { get(path: string, handler: Handler): RequestListener };

// Tests
export declare const delays: { minMs: number; maxMs: number };
export declare const fakeDb: Database;
export declare const shopSpec: DeclaredSupervisor;
export declare const feedSpec: typeof feed;
export declare const parser: typeof feed;
export declare const leaks: ReturnType<typeof watchLeaks>;
declare const underTest: TestTree;
export const { events, settle, advance, until } = underTest;
