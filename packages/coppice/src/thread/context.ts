/** What the function of a thread gets to work with. */
import type { Logger, Shutdown } from '@coppice/core';
import type { TransferListItem } from 'node:worker_threads';
import type { FromThread, ThreadData, ThreadProtocol, ToThread } from './protocol.js';

/** What the function of a thread gets. It may be taken apart: `({ data, signal }) => ...`. */
export interface ThreadContext<P extends ThreadProtocol = ThreadProtocol> {
  /** The id of the thread's child in the parent's tree. */
  readonly id: string;
  /** Ids from the root of the parent's tree down to it, joined by `/`. */
  readonly path: string;
  /** 1 for the first start of this child, 2 for the second, ... */
  readonly attempt: number;
  /** A copy of the `data` that the thread was declared with. */
  readonly data: ThreadData<P>;
  /** Aborted when the thread is asked to stop, and in any case when its function has ended. */
  readonly signal: AbortSignal;
  /** Resolves after so many milliseconds; rejects when the signal is aborted. */
  readonly sleep: (ms: number) => Promise<void>;
  /** The thread is up. For threads that say so themselves: `runThread(run, { awaitReady: true })`. */
  readonly ready: () => void;
  /** It is alive and makes progress: puts off `staleAfterMs`. May be called as often as you like. */
  readonly heartbeat: () => void;
  /** The thread has crashed with this error; its signal is aborted, and it has `shutdownMs` to end. The first call counts. */
  readonly fail: (error: unknown) => void;
  /** The thread has ended by itself: normally, or as the `Shutdown` says. The first call counts. */
  readonly end: (shutdown?: Shutdown) => void;
  /** Logs to the logger of the parent's tree, with the path and the attempt of this child. */
  readonly log: Logger;
  /**
   * Sends a message to the parent: to `onMessage` of `thread()`, and to those who listen to the handle.
   *
   * @throws DataCloneError (of the platform) if the message cannot be copied
   */
  readonly post: (message: FromThread<P>, transfer?: readonly TransferListItem[]) => void;
  /**
   * Calls the listener with each message that is posted to the thread, also with those that came before.
   *
   * @returns a function that ends this
   */
  readonly onMessage: (listener: (message: ToThread<P>) => unknown) => () => void;
}
