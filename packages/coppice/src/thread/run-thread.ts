/** `runThread`: what the file of a thread calls. */
import type { DeclaredDynamicSupervisor, DeclaredSupervisor } from '@coppice/core';
import { show } from '@coppice/core/kit';
import { OptionError } from '../shared/option-error.js';
import { unknownKey } from '../shared/unknown-key.js';
import type { ThreadContext } from './context.js';
import { ThreadError } from './errors.js';
import type { ExactThreadProtocol, ThreadProtocol } from './protocol.js';
import { runFunction } from './run-function.js';
import { runSupervisor } from './run-supervisor.js';

/** How a function runs in a thread. */
export interface RunThreadOptions {
  /** It is up only when its function calls `ready()`, as with `awaitReady` of other children. Default: false. */
  readonly awaitReady?: boolean | undefined;
}

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
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError `COPPICE_UNKNOWN_OPTION`
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
export function runThread<P extends ExactThreadProtocol<P> = ThreadProtocol>(
  run: (context: ThreadContext<P>) => unknown,
  options?: RunThreadOptions,
): void;
/** Runs a supervisor with its children; there are no options for that. */
export function runThread(supervisor: DeclaredSupervisor | DeclaredDynamicSupervisor<readonly []>): void;
export function runThread(what: unknown, options?: RunThreadOptions): void {
  if (typeof what === 'function') {
    runFunction(what as (context: ThreadContext) => unknown, isReadyAwaited(options));
  } else if (isDeclaredSupervisor(what)) {
    if (options !== undefined) throw wrong('the second argument', 'left out for a supervisor', options);
    runSupervisor(what);
  } else {
    throw new ThreadError('COPPICE_THREAD_NOTHING_TO_RUN', { got: show(what) });
  }
}

function isReadyAwaited(options: unknown): boolean {
  if (options === undefined) return false;
  if (typeof options !== 'object' || options === null)
    throw wrong('the second argument', 'an object', options);
  const { awaitReady = false, ...others } = options as Readonly<Record<string, unknown>>;
  const [key] = Object.keys(others);
  if (key !== undefined) throw unknownKey({ kind: 'runThread()', key, known: ['awaitReady'] });
  if (typeof awaitReady !== 'boolean') throw wrong('awaitReady', 'true or false', awaitReady);
  return awaitReady;
}

const wrong = (key: string, expected: string, got: unknown): OptionError =>
  new OptionError({ key, of: 'runThread()', expected, got: show(got), path: undefined });

const isDeclaredSupervisor = (what: unknown): what is DeclaredSupervisor =>
  typeof what === 'object' && what !== null && typeof (what as { handle?: unknown }).handle === 'function';
