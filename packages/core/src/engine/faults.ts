/** Faults that go astray (a throw in a timer, a rejection that nobody handles) and whose they are. */

/** Whoever a stray fault can belong to: one incarnation of a child. */
export interface FaultOwner {
  /** Ids from the root down to the child, joined by `/`. */
  readonly path: string;
  /** Which of its incarnations. */
  readonly incarnation: number;
  /** Has it ended, or is it not waited for any longer? */
  readonly isOver: boolean;
  /**
   * Makes the fault the crash of this incarnation, unless that is over already or is stopping as it was
   * asked to: then it is a late fault, told of and without effect.
   */
  fault(error: unknown): 'crash' | 'late';
}

/** The fault port: runs the code of an incarnation so that what goes astray in it can be traced back to it. */
export interface FaultScope {
  /** Runs code of an incarnation, at once, and gives what it returns. */
  run<T>(owner: FaultOwner, code: () => T): T;
  /** Runs code that belongs to no child, though one has caused it: the listeners of events. */
  outside<T>(code: () => T): T;
}

const owners = new WeakMap<object, FaultOwner>();

/** The callback with an owner for what it throws; it still throws it. */
export function bindTo<A extends unknown[], R>(
  owner: FaultOwner,
  scope: FaultScope | undefined,
  callback: (...args: A) => R,
): (...args: A) => R {
  return (...args) => {
    try {
      return scope ? scope.run(owner, () => callback(...args)) : callback(...args);
    } catch (error) {
      tagFault(error, owner);
      throw error;
    }
  };
}

/** Notes whose a thrown value is; the first owner stays until it is over. What is no object cannot be noted. */
function tagFault(thrown: unknown, owner: FaultOwner): void {
  if (typeof thrown !== 'object' || thrown === null) return;
  const known = owners.get(thrown);
  if (known === undefined || known.isOver) owners.set(thrown, owner);
}

/**
 * Whose a thrown value is, if it went through a function that `bind` made: for those who have an
 * `uncaughtException` handler of their own.
 *
 * @example
 * ```ts
 * process.on('uncaughtExceptionMonitor', (error) => {
 *   const owner = faultOwnerOf(error);
 *   if (owner) console.error(`a stray fault of ${owner.path}`);
 * });
 * ```
 */
export function faultOwnerOf(thrown: unknown): FaultOwner | undefined {
  return typeof thrown === 'object' && thrown !== null ? owners.get(thrown) : undefined;
}
