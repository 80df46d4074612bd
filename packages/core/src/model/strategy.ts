/**
 * The strategies: who is stopped and started again together with a child that has to be restarted.
 *
 * A scope is a stretch of the children in start order, its two ends included. It is stopped from its
 * last child to its first, and started from its first to its last.
 */
import type { Child } from './child.js';
import type { Children } from './children.js';

/** Who is restarted when one child has to be: itself, all, or itself and those started after it. */
export type Strategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

export interface Scope {
  readonly first: Child;
  readonly last: Child;
}

export const STRATEGIES: Readonly<Record<Strategy, (children: Children, failed: Child) => Scope>> = {
  'one-for-one': (_children, failed) => ({ first: failed, last: failed }),
  'one-for-all': (children, failed) => ({ first: children.first ?? failed, last: children.last ?? failed }),
  'rest-for-one': (children, failed) => ({ first: failed, last: children.last ?? failed }),
};
