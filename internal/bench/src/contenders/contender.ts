/** What each of those who are compared can do. */
import type { Body } from '../bodies.js';

/** Children that run, each with the same body. */
export interface Fleet {
  /** Ends them one after the other, the last one first, each when the one before it has ended. */
  stopInOrder?(): Promise<void>;
  /** Ends all, in whatever way is quickest; resolves when all have ended that can. */
  stopAll(): Promise<void>;
}

/**
 * Makes ready so many children with one body, each to be run again for ever when it ends; the function that it
 * returns starts them.
 */
export type Prepare = (count: number, body: Body) => () => Promise<Fleet>;

/** Supervisors one in the other, `depth` of them, with one child in the last; none of them restarts anything. */
export type PrepareDeep = (depth: number, body: Body) => () => Promise<Deep>;

export interface Deep {
  /** Resolves when the outermost has ended because of the failure of the child. */
  readonly failed: Promise<void>;
  stop(): Promise<void>;
}
