/** `thread`: a worker thread as a child. */
import { type Service, service } from '@coppice/core';
import { childOptions } from '../shared/child-options.js';
import type { ThreadHandle } from './handle.js';
import { ThreadLife } from './life.js';
import { type ThreadOptions, checkOptions } from './options.js';
import type { ExactThreadProtocol, ThreadProtocol } from './protocol.js';
import { reading } from '../shared/reading.js';

/**
 * Declares a thread: a file that runs in a worker thread of its own, and is started, watched, stopped and
 * started again like any other child. Its value is a {@link ThreadHandle}.
 *
 * In the file, `runThread` runs a function as the thread's task, or a supervisor with its children. The
 * thread is up when that is; a file without `runThread` is up when it has been evaluated.
 *
 * When it is to stop, `runThread`'s signal is aborted; what has not ended within `shutdownMs` (default:
 * 5,000) is terminated, whatever it does. A file without `runThread` cannot hear that, and is terminated at
 * once.
 *
 * It ends normally when its function resolves, and crashes when that throws, with an uncaught error or an
 * unhandled rejection, when it is out of memory (`ERR_WORKER_OUT_OF_MEMORY`), and when its code calls
 * `process.exit` with anything but 0 (`COPPICE_THREAD_EXITED`). If its file is not there
 * (`COPPICE_THREAD_FILE_NOT_FOUND`) or cannot be loaded (`COPPICE_THREAD_NOT_LOADED`), its start fails.
 *
 * With `staleAfterMs` it also crashes when it hangs, and is terminated if it has to be; see there.
 *
 * @returns the declaration as frozen data; also the reference for `use(ref)`
 * @throws SpecError if an option that all children have is wrong or unknown
 * @throws OptionError `COPPICE_INVALID_OPTION`, ThreadError `COPPICE_THREAD_DATA_NOT_CLONEABLE`
 *
 * @example
 * ```ts
 * const resizer = thread<Resizer>({
 *   id: 'resizer',
 *   file: new URL('./resizer.js', import.meta.url),
 *   data: { quality: 80 },
 *   resourceLimits: { maxOldGenerationSizeMb: 128 },
 *   onMessage: ({ file, bytes }) => console.log(file, bytes),
 * });
 * // in a sibling: use(resizer).post({ file: 'a.png' });
 * ```
 */
export function thread<P extends ExactThreadProtocol<P> = ThreadProtocol>(
  options: ThreadOptions<P>,
): Service<ThreadHandle<P>> {
  // The messages have the types that the caller says; nothing here looks into them.
  const checked = reading('thread()', () => checkOptions(options));
  const spec = service<ThreadLife>({
    ...childOptions(checked.options),
    // `this` is the declaration that stands in the tree, perhaps a copy with another `shutdownMs`.
    start(this: Pick<Service, 'shutdownMs' | 'staleAfterMs'>, context) {
      return new ThreadLife(checked, this, context).started;
    },
    stop: (life) => life.stop(),
    kill: (life) => life.kill(),
  });
  return spec as unknown as Service<ThreadHandle<P>>;
}
