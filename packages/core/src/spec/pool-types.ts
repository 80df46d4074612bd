/** What a user declares, gets and calls where resources are lent out. */
import type { BackoffOptions, ChildOptions, Service, SupervisorSpec } from './types.js';
import type { Views } from './view-types.js';

/** A pool of resources, each a service. */
export interface PoolOptions<V> extends ChildOptions {
  /** How many resources there are, a whole number, 1 to 100,000. */
  readonly size: number;
  /** So many more are started while all are lent, and stopped when nobody waits for them any more. Default: 0. */
  readonly maxOverflow?: number | undefined;
  /** The first `size` are started when somebody wants one, and not when the pool starts. Default: false. */
  readonly lazy?: boolean | undefined;
  /** So many restarts of resources within `withinMs` are allowed; one more, and the pool gives up. Default: 3. */
  readonly maxRestarts?: number | undefined;
  /** The length of the window in which restarts are counted, in milliseconds. Default: 5,000. */
  readonly withinMs?: number | undefined;
  /** The delays before a resource that has no `backoff` is started again. Default: none. */
  readonly childBackoff?: BackoffOptions | undefined;
  /** What each resource is. It is started again when it crashes: `permanent`. */
  readonly child: Service<V>;
}

/** How to borrow. */
export interface CheckoutOptions {
  /** How long to wait for a resource, in milliseconds. Default: Infinity. */
  readonly timeoutMs?: number | undefined;
  /** If it is aborted, nobody waits any more. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** One resource, lent to one borrower. */
export interface Lease<V> extends Disposable {
  /** The resource: what its `start` returned. */
  readonly value: V;
  /** Is it still lent: not given back, and not ended? */
  readonly isOpen: boolean;
  /**
   * Aborted when the resource ends while it is lent; its reason is the error that the resource has crashed with. For
   * whoever waits for an answer of it. Made when first asked for.
   */
  readonly signal: AbortSignal;
  /** Gives it back, for others to use. Again, or after its end: nothing happens. */
  release(): void;
  /** Gives it back as no longer usable: it is stopped, and another one takes its place. */
  discard(): void;
}

/** How a pool is doing. */
export interface PoolCounts {
  /** Resources, whatever they are at: those that start, stop, or wait for their restart included. */
  readonly resources: number;
  /** Those that are up, and lent to nobody. */
  readonly idle: number;
  /** Those that somebody has. */
  readonly lent: number;
  /** Borrowers that wait. */
  readonly waiting: number;
}

/** What `use` gives of a pool. It stays valid when the pool is started again. */
export interface Pool<V> {
  /**
   * Borrows a resource: the one that was given back last, or a new one, or the first that is given back after all who
   * wait longer have theirs. Whoever borrows has to give it back. What a child has not given back when it has ended is
   * discarded, since nobody knows what it was in the middle of; a child that has to end does not wait any more.
   *
   * @throws CommandError `COPPICE_POOL_EXHAUSTED` if that takes longer than `timeoutMs`; its cause is why no resource
   * could be started, if so; the reason of `signal`, or of the child's own
   * @throws StartError `COPPICE_START_FAILED` if there is no resource at all, and none can be started
   * @throws NotRunningError `COPPICE_NOT_RUNNING` if the pool is down, or goes down meanwhile
   */
  checkout(options?: CheckoutOptions): Promise<Lease<V>>;
  /**
   * Borrows a resource, calls a function with it, and gives it back when that has ended, however it has.
   *
   * @throws what the function throws; as `checkout`
   *
   * @example
   * ```ts
   * const rows = await tree.use(connections).withResource((one) => one.query('select 1'), { timeoutMs: 1_000 });
   * ```
   */
  withResource<R>(
    fn: (value: V, lease: Lease<V>) => R | PromiseLike<R>,
    options?: CheckoutOptions,
  ): Promise<R>;
  /** How many resources there are, and who waits. @throws `COPPICE_NOT_RUNNING` */
  counts(): PoolCounts;
}

/** A declared pool as data: a supervisor, whose resources are lent out by `use`. */
export interface PoolSpec<V> extends SupervisorSpec, Views<Pool<V>, Pool<V>> {}
