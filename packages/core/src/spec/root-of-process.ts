/** Declarations that have nothing above them: an application has its process. What follows when they end. */

const follows = new WeakMap<object, string>();

/** @param whatFollows - what their end means, as a clause: `the process exits with code 1` */
export function declareRoot(spec: object, whatFollows: string): void {
  follows.set(spec, whatFollows);
}

/** The completed copy of a declaration is the root that the declaration is. */
export function completeRoot<S extends object>(given: object, complete: S): S {
  const after = follows.get(given);
  if (after !== undefined) follows.set(complete, after);
  return complete;
}

export const isRootOfProcess = (spec: object): boolean => follows.has(spec);

/** What follows when a supervisor has given up and ended, as the end of a sentence. */
export const whatFollows = (spec: object | undefined): string =>
  (spec && follows.get(spec)) ?? 'what is above it decides';
