/**
 * What a thread and its parent say to each other. It goes through a port of its own, not the worker's, so
 * that a file that knows nothing of Coppice sees nothing of it. Messages of the user's go through it as well
 * if they come from `post` of a thread's context, so that they keep their order with all else it says.
 */
import type { ErrorWire, Logger, SupervisionEvent, SupervisorSnapshot } from '@coppice/core';
import type { MessagePort } from 'node:worker_threads';

/**
 * The types of what crosses the border, named once and used on both sides.
 *
 * @example
 * ```ts
 * export interface Resizer {
 *   data: { quality: number }; // what thread() is given and runThread() gets
 *   toThread: { file: string }; // what the parent posts
 *   fromThread: { file: string; bytes: number }; // what the thread posts
 * }
 * ```
 */
export interface ThreadProtocol {
  /** What the thread is declared with. */
  data?: unknown;
  /** What the parent posts. */
  toThread?: unknown;
  /** What the thread posts. */
  fromThread?: unknown;
}

/**
 * A protocol that has no other keys than those: what `thread` and `runThread` ask of theirs, as a misspelt key would
 * leave its messages unchecked. A function that hands its own `P` on to them has to ask for it too.
 *
 * @example
 * ```ts
 * const worker = <P extends ExactThreadProtocol<P>>(options: ThreadOptions<P>) => thread<P>({ staleAfterMs: 5_000, ...options });
 * ```
 */
export type ExactThreadProtocol<P> = ThreadProtocol & {
  readonly [K in Exclude<keyof P, keyof ThreadProtocol>]?: never;
};

/** The `data` of a protocol. */
export type ThreadData<P extends ThreadProtocol> = P extends { data: infer T } ? T : unknown;
/** The messages to a thread of a protocol. */
export type ToThread<P extends ThreadProtocol> = P extends { toThread: infer T } ? T : unknown;
/** The messages from a thread of a protocol. */
export type FromThread<P extends ThreadProtocol> = P extends { fromThread: infer T } ? T : unknown;

/** Who the thread is in the tree of its parent. */
export interface AboutThread {
  readonly id: string;
  readonly path: string;
  readonly attempt: number;
}

export type LogLevel = Exclude<keyof Logger, 'child'>;

/** One line for the parent's logger. Errors travel apart from the other fields: they are no JSON data. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly errors: Readonly<Record<string, ErrorWire>>;
}

/** How what runs in the thread has ended. */
export type EndData =
  | { readonly kind: 'normal' }
  | { readonly kind: 'shutdown'; readonly detail?: unknown; readonly cause?: ErrorWire }
  | { readonly kind: 'crash'; readonly error: ErrorWire };

/** From the thread. */
export type Report =
  /** Its file has called `runThread`. */
  | { readonly type: 'hello' }
  /** Its file has been evaluated. */
  | { readonly type: 'loaded' }
  | { readonly type: 'ready' }
  /** It has shown itself alive, and perhaps again within the `beatMs` after this. */
  | { readonly type: 'beat' }
  | { readonly type: 'message'; readonly message: unknown }
  | ({ readonly type: 'log' } & LogLine)
  /** Nobody caught this, so the thread is about to die of it, unless its file has a handler that saves it. */
  | { readonly type: 'fault'; readonly error: ErrorWire }
  | { readonly type: 'end'; readonly reason: EndData }
  | { readonly type: 'event'; readonly event: SupervisionEvent }
  | { readonly type: 'snapshot'; readonly snapshot: SupervisorSnapshot };

/** To the thread. */
export type Order = { readonly type: 'stop' };

/** What the start code of a thread leaves for `runThread`. */
export interface Link {
  readonly port: MessagePort;
  readonly about: AboutThread;
  readonly data: unknown;
  /** In so many milliseconds one `beat` is enough; undefined: nobody wants any. */
  readonly beatMs: number | undefined;
}
