/** Whether what a piece of the user's code returned takes time, and if so, a promise that can be trusted. */

/** A function may be one as well: a promise that is resolved with it takes it for one. */
const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  'then' in value &&
  typeof value.then === 'function';

/**
 * The promise of a value that takes time; undefined for any other. As with `await`, what only looks like a
 * promise answers once, later, and does not throw; a value that cannot even be asked for its `then` is a
 * rejected promise.
 */
export function pending(value: unknown): Promise<unknown> | undefined {
  try {
    return isThenable(value) ? Promise.resolve(value) : undefined;
  } catch (error) {
    return Promise.reject(error);
  }
}
