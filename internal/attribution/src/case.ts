/** One way in which a fault can go astray, as data: what two children do, and whose the fault is. */
import type { Context, SupervisorTree } from 'coppice';

export type Party = 'A' | 'B' | 'none';

export interface Case {
  readonly name: string;
  /** Whose code it is that fails: what a reader of the code would say. `none`: no child's. */
  readonly right: Party;
  /** Needed where the answer is not always right: why, and what to do about it. */
  readonly note?: string;
  readonly parts: (scene: Scene) => Parts;
}

type Body = (context: Context) => unknown;

/**
 * What the children do, in the order in which they are started; the next one starts when this one's promise
 * has resolved. What is outside of these functions belongs to no child.
 */
export interface Parts {
  readonly A?: Body;
  readonly B?: Body;
  /** What happens outside of all children once they are up, such as a request that comes in. */
  readonly outside?: () => unknown;
}

export interface Scene {
  /** Throws the fault of this case. */
  readonly boom: () => never;
  /** That fault. */
  readonly error: Error;
  /** Is called when the case is over. */
  readonly defer: (cleanUp: () => unknown) => void;
  /** The tree of the children, once it has been made. */
  readonly tree: () => SupervisorTree;
}

/** Very soon, but in a later turn of the event loop. */
export function later(code: () => unknown): void {
  setTimeout(code, 1);
}

/** Lets code run and drops what it throws: for parties that are not under test. */
export const ignoreErrors = (): void => undefined;

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  let settle!: Pick<Deferred<T>, 'resolve' | 'reject'>;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle };
}
