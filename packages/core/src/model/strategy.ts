/**
 * The strategies: who is stopped and started again together with a child that has to be restarted.
 *
 * A scope is a stretch of the children in start order, its two ends included. It is stopped from its
 * last child to its first, and started from its first to its last.
 */
import { dependantsOf } from './bonds.js';
import type { Child } from './child.js';
import type { Children } from './children.js';

/** Who is restarted when one child has to be: itself, all, or itself and those started after it. */
export type Strategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

export interface Scope {
  readonly first: Child;
  readonly last: Child;
  /** If not all between the two ends: those who belong to it. */
  readonly only?: ReadonlySet<Child>;
}

export const STRATEGIES: Readonly<Record<Strategy, (children: Children, failed: Child) => Scope>> = {
  'one-for-one': (_children, failed) => ({ first: failed, last: failed }),
  'one-for-all': (children, failed) => ({ first: children.first ?? failed, last: children.last ?? failed }),
  'rest-for-one': (children, failed) => ({ first: failed, last: children.last ?? failed }),
};

/** A child and all that fall with it because they are bound to it. */
export function boundScope(child: Child): Scope {
  if (!child.bonds || child.bonds.from.length === 0) return { first: child, last: child };
  const only = dependantsOf(child);
  let last = child;
  let left = only.size;
  for (let next = child.next; next && left > 0; next = next.next) {
    if (!only.has(next)) continue;
    last = next;
    left--;
  }
  return { first: child, last, only: only.add(child) };
}
