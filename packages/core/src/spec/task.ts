/** `task`: something that runs. */
import type { Task, TaskOptions } from './types.js';
import { completeSpec } from './validate.js';

/**
 * Declares a task: alive while the promise of `run` is pending. `run` is called anew, with the same
 * arguments, for each incarnation. When it resolves, the task has ended normally; when it throws, it has
 * crashed. Asked to stop, its `signal` is aborted; ending with that abort is no crash.
 *
 * @returns the declaration as frozen data
 * @throws SpecError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * const poller = task({
 *   id: 'poller',
 *   run: async ({ sleep }) => {
 *     for (;;) {
 *       await poll();
 *       await sleep(1_000);
 *     }
 *   },
 * });
 * ```
 */
export function task<A extends readonly unknown[] = readonly []>(options: TaskOptions<A>): Task<A> {
  return completeSpec('task', options) as Task<A>;
}
