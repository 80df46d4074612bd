/** `service`: something that is there until it is stopped. */
import type { Service, ServiceOptions } from './types.js';
import { completeSpec } from './validate.js';

/**
 * Declares a service: up when `start` has returned (or its promise is resolved), alive until it is stopped
 * or calls `fail`. `start` is called anew for each incarnation; `stop` gets what it returned.
 *
 * @returns the declaration as frozen data; also the reference for `use(ref)`
 * @throws SpecError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * const db = service({
 *   id: 'db',
 *   start: async ({ fail }) => {
 *     const pool = await connect();
 *     pool.on('error', fail);
 *     return pool;
 *   },
 *   stop: (pool) => pool.end(),
 * });
 * ```
 */
export function service<V, A extends readonly unknown[] = readonly []>(
  options: ServiceOptions<V, A>,
): Service<V, A> {
  return completeSpec('service', options) as Service<V, A>;
}
