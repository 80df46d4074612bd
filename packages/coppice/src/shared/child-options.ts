/** The options that all children have, for core to check: to be told from those of a kind of child. */
import type { ChildOptions } from '@coppice/core';

/** Complete by construction: one that core adds does not compile until it is here. */
const ALL: Readonly<Record<keyof ChildOptions, true>> = {
  id: true,
  restart: true,
  significant: true,
  shutdownMs: true,
  onStuck: true,
  required: true,
};

export const CHILD_KEYS: readonly string[] = Object.keys(ALL);

/** Those of the options that are given. */
export function childOptions<O extends object>(options: O): Pick<O, keyof O & keyof ChildOptions> {
  const own = Object.entries(options).filter(([key]) => CHILD_KEYS.includes(key));
  return Object.fromEntries(own) as Pick<O, keyof O & keyof ChildOptions>;
}
