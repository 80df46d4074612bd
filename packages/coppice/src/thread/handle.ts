/** What the rest of the program holds of a running thread: the value of its service. */
import type { TransferListItem } from 'node:worker_threads';
import type { FromThread, ThreadProtocol, ToThread } from './protocol.js';

/** A running thread, as `use(ref)` gives it. After a restart there is a new one. */
export interface ThreadHandle<P extends ThreadProtocol = ThreadProtocol> {
  /** The number of the thread in this process; each incarnation has its own. */
  readonly threadId: number;
  /**
   * Sends a message to `onMessage` of the thread's context (or `parentPort` of a plain file); it is copied,
   * except for what is in `transfer`, which moves. It does not say whether the thread has taken it in.
   *
   * @throws ThreadError `COPPICE_THREAD_ENDED` if this incarnation is over
   * @throws DataCloneError (of the platform) if the message cannot be copied
   */
  post(message: ToThread<P>, transfer?: readonly TransferListItem[]): void;
  /**
   * Listens to this incarnation only; `onMessage` of `thread()` hears all of them, from their first message
   * on. A listener that throws does so as an uncaught exception of the parent, not of the thread.
   */
  on(name: 'message', listener: (message: FromThread<P>) => void): this;
  /** Ends what {@link ThreadHandle.on} began. */
  off(name: 'message', listener: (message: FromThread<P>) => void): this;
}
