/** The options that services and tasks have, for core to check: to be told from those of a kind of child. */
import type { WorkerOptions } from '@coppice/core';

/** Complete by construction: one that core adds does not compile until it is here. */
const ALL: Readonly<Record<keyof WorkerOptions, true>> = {
  id: true,
  restart: true,
  significant: true,
  shutdownMs: true,
  onStuck: true,
  required: true,
  backoff: true,
  giveUp: true,
  reviveAfterMs: true,
  boot: true,
  startTimeoutMs: true,
  bindsTo: true,
  replace: true,
  revision: true,
  maxRestarts: true,
  withinMs: true,
  classify: true,
  awaitReady: true,
  staleAfterMs: true,
  maxRunMs: true,
};

export const CHILD_KEYS: readonly string[] = Object.keys(ALL);

/** Those of the options that are given. */
export function childOptions<O extends object>(options: O): Pick<O, keyof O & keyof WorkerOptions> {
  const own = Object.entries(options).filter(([key]) => CHILD_KEYS.includes(key));
  return Object.fromEntries(own) as Pick<O, keyof O & keyof WorkerOptions>;
}
