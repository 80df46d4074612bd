/** `runThread`: what the file of a thread calls. */
import type { DeclaredDynamicSupervisor, DeclaredSupervisor } from '@coppice/core';
import { show } from '@coppice/core/kit';
import type { ThreadContext } from './context.js';
import { ThreadError } from './errors.js';
import type { ThreadProtocol } from './protocol.js';
import { runFunction } from './run-function.js';
import { runSupervisor } from './run-supervisor.js';

/** How a function runs in a thread. */
export interface RunThreadOptions {
  /**
   * When the thread is up: `started`, as soon as its function is called; `manual`, when that calls
   * `ready()`. Default: `started`.
   */
  readonly ready?: 'started' | 'manual';
}

type AnyDeclaredSupervisor = DeclaredSupervisor | DeclaredDynamicSupervisor<readonly []>;

/**
 * Runs a function as the task of the thread that this file was started in by `thread({ id, file })`: when it
 * resolves the thread has ended normally (or as the `Shutdown` says that it resolves to); when it throws,
 * the thread has crashed. Asked to stop, its signal is aborted. Once it has ended the thread exits, also if
 * timers or sockets are still open.
 *
 * Or runs a supervisor with its children. In the parent its events and snapshots appear under the path of
 * the thread. The thread is up when the supervisor is, stops it when it is to stop, and ends as it ends.
 *
 * @throws ThreadError `COPPICE_NOT_A_THREAD`, `COPPICE_THREAD_TWICE`, `COPPICE_THREAD_NOTHING_TO_RUN`
 *
 * @example
 * ```ts
 * runThread<Resizer>(async ({ data, onMessage, post, signal }) => {
 *   onMessage(({ file }) => post({ file, bytes: resize(file, data.quality) }));
 *   await once(signal, 'abort');
 * });
 * ```
 *
 * @example
 * ```ts
 * runThread(supervisor({ id: 'feeds', children: [eu, us] }));
 * ```
 */
export function runThread<P extends ThreadProtocol = ThreadProtocol>(
  run: (context: ThreadContext<P>) => unknown,
  options?: RunThreadOptions,
): void;
export function runThread(supervisor: AnyDeclaredSupervisor): void;
export function runThread(what: unknown, options: RunThreadOptions = {}): void {
  if (typeof what === 'function') {
    runFunction(what as (context: ThreadContext) => unknown, options.ready === 'manual');
  } else if (isDeclaredSupervisor(what)) {
    runSupervisor(what);
  } else {
    throw new ThreadError('COPPICE_THREAD_NOTHING_TO_RUN', { got: show(what) });
  }
}

const isDeclaredSupervisor = (what: unknown): what is DeclaredSupervisor =>
  typeof what === 'object' && what !== null && typeof (what as { handle?: unknown }).handle === 'function';
