/** Is it a promise? Not `instanceof`: test runners have realms of their own, and those of Node come from another one. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
