/** What a user declares, gets and calls where the results of tasks are awaited. */
import type { ErrorClass, GiveUp } from '../model/give-up.js';
import type { OnStuck } from '../model/policy.js';
import type { BackoffOptions, ChildOptions, Context, DynamicSupervisorSpec } from './types.js';

/** Present in the type of a task supervisor, so that no other declaration is taken for one. */
declare const awaitsResults: unique symbol;

/** A declared task supervisor as data; `taskSupervisor()` gives it `start` and `handle`. */
export interface TaskSupervisorSpec extends DynamicSupervisorSpec<readonly [never]> {
  /** In the types only: no other declaration is taken for one. */
  readonly [awaitsResults]: true;
}

/** How a task supervisor deals with each of its tasks. */
export interface AwaitedTaskOptions {
  /** The first part of their ids: `task#1`, `task#2`, ... Default: `task`. */
  readonly id?: string | undefined;
  /**
   * `temporary`: a task has one attempt. `transient`: after a crash it is tried again, with the same function; its
   * promise settles with the first success, or when it is given up. Default: `temporary`.
   */
  readonly restart?: 'temporary' | 'transient' | undefined;
  /** The delays before a task is tried again. They do not begin anew after a long run, unless `resetAfterMs` says so. Default: none. */
  readonly backoff?: BackoffOptions | undefined;
  /** So many times each task is tried again. Default: 3. */
  readonly maxRestarts?: number | undefined;
  /** Only the restarts within so many milliseconds count. Default: all of the task's. */
  readonly withinMs?: number | undefined;
  /** What kind of failure an error is; a `permanent` one is not tried again. Default: all are transient. */
  readonly classify?: ((error: unknown) => ErrorClass) | undefined;
  /**
   * What happens when a task has failed for good. `remove`: its promise is rejected, and nothing else happens.
   * `keep-trying`: it is tried for ever, at the longest delay of its `backoff`. `park`: it stays, down, and its
   * promise is pending until it is revived or terminated. `escalate`: the task supervisor gives up, and all of its
   * tasks end. `exit`: the whole tree ends. Default: `remove`.
   */
  readonly giveUp?: GiveUp | undefined;
  /** A parked task is tried again after so many milliseconds. Default: only when somebody does it. */
  readonly reviveAfterMs?: number | undefined;
  /** How many milliseconds a task may take to stop; then it is given up. Default: 5,000. */
  readonly shutdownMs?: number | undefined;
  /** What to do if it does not end within `shutdownMs`. Default: `abandon`. */
  readonly onStuck?: OnStuck | undefined;
  /** An attempt has crashed if it does not call `heartbeat()` for so many milliseconds. Default: it is not watched. */
  readonly staleAfterMs?: number | undefined;
  /** An attempt has crashed if it takes so many milliseconds. Default: no limit. See also `timeoutMs` of a call. */
  readonly maxRunMs?: number | undefined;
}

/** A supervisor of tasks whose results are awaited. */
export interface TaskSupervisorOptions extends ChildOptions {
  /** So many tasks at most, also those that wait for their next attempt; one more is refused. Default: no limit. */
  readonly maxChildren?: number | undefined;
  /** How each task is dealt with. Default: one attempt. */
  readonly task?: AwaitedTaskOptions | undefined;
}

/** Options of one task. */
export interface RunTaskOptions {
  /** Its name; must be new. Default: the `id` of `task` with a number, like `task#1`. */
  readonly id?: string | undefined;
  /** Without a result after so many milliseconds, all attempts together, it is stopped. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** If it is aborted, the task is stopped. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a stream of results. */
export interface TaskStreamOptions {
  /** So many items are worked on at once, a whole number, 1 or more; so many results at most wait to be taken. */
  readonly concurrency: number;
  /** Results in the order of the items; or each as soon as it is there. Default: true. */
  readonly ordered?: boolean | undefined;
  /** An item without a result after so many milliseconds, all attempts together, is stopped. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** An item that takes longer than `timeoutMs` has failed (`fail`), or is left out (`skip`). Default: `fail`. */
  readonly onTimeout?: 'fail' | 'skip' | undefined;
  /** If it is aborted, the stream ends with its reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** A task that runs by itself. */
export interface RunningTask<R> {
  /** Its name among the tasks of its supervisor. */
  readonly id: string;
  /** Ids from the root down to the task, joined by `/`. */
  readonly path: string;
  /** Its result. It need not be awaited: a failure is told of otherwise, so that it is no unhandled rejection. */
  readonly result: Promise<R>;
  /**
   * Stops it, without a result: `result` is rejected with `COPPICE_TASK_STOPPED`. Resolves when it is down, or is
   * given up after its `shutdownMs`.
   */
  stop(): Promise<void>;
}

/** A place in the tree where tasks are run. It stays valid when the task supervisor there is restarted. */
export interface TaskRunner {
  /**
   * Runs a function as a task, and gives its result. Called from a child (`use(tasks).runTask`), the task is
   * stopped when that child ends.
   *
   * @throws what the function throws, in its last attempt if there are several; the reason of `signal`
   * @throws TaskError `COPPICE_TASK_TIMEOUT`; `COPPICE_TASK_STOPPED` if it was stopped by others, or its supervisor has ended
   * @throws `COPPICE_NOT_RUNNING`, `COPPICE_TOO_MANY_CHILDREN`: it was not started
   *
   * @example
   * ```ts
   * const page = await tree.supervisor(tasks).runTask(({ signal }) => fetchPage(url, { signal }), { timeoutMs: 5_000 });
   * ```
   */
  runTask<R>(fn: (context: Context) => R | PromiseLike<R>, options?: RunTaskOptions): Promise<R>;
  /**
   * The same, for a task that goes its own way: it runs on when the child that has called this ends, and its
   * failure is nobody's but its own. If nobody awaits its `result`, the event `child:crashed` is all that tells of
   * it; one that could not even be started is an unhandled rejection then.
   *
   * @throws `COPPICE_NOT_RUNNING` if the task supervisor is down; `COPPICE_INVALID_ARGUMENT`
   */
  asyncNoLink<R>(fn: (context: Context) => R | PromiseLike<R>, options?: RunTaskOptions): RunningTask<R>;
  /**
   * Runs a function for each item, as tasks, so many at once, and gives the results. Nothing is started before the
   * first result is asked for, and no more than `concurrency` items are taken whose results have not been. The
   * stream ends with the first failure; with `settled: true` failures are results as well. When it is over,
   * however it has ended, all of its tasks are down. It can be read once.
   *
   * @throws what the function has thrown for an item; what the items' iterator throws; the reason of `signal`
   * @throws `COPPICE_TASK_TIMEOUT`, `COPPICE_TASK_STOPPED` of an item; `COPPICE_NOT_RUNNING`, `COPPICE_TOO_MANY_CHILDREN`
   *
   * @example
   * ```ts
   * const sizes = tree.supervisor(tasks).asyncStream(urls, (url) => sizeOf(url), { concurrency: 8 });
   * for await (const size of sizes) console.log(size);
   * ```
   */
  asyncStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T, context: Context) => R | PromiseLike<R>,
    options: TaskStreamOptions & { readonly settled: true },
  ): AsyncIterableIterator<PromiseSettledResult<R>>;
  /** Results as they are: the first failure ends the stream. */
  asyncStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T, context: Context) => R | PromiseLike<R>,
    options: TaskStreamOptions & { readonly settled?: false },
  ): AsyncIterableIterator<R>;
}

/** The same for a child, which it knows: what `use(tasks)` gives. */
export interface LinkedTaskRunner extends TaskRunner {
  /**
   * Runs a function as a task that is linked with the child that calls this: if the task fails, the child crashes
   * with the same error, whether it awaits the `result` or not; if the child ends, the task is stopped. Only
   * `stop()` and the `signal` of the call end the one without the other.
   *
   * @throws `COPPICE_NOT_RUNNING` if the task supervisor is down; `COPPICE_INVALID_ARGUMENT`
   *
   * @example
   * ```ts
   * const publisher = task({
   *   id: 'publisher',
   *   run: async ({ use }) => {
   *     const prices = use(tasks).async(() => fetchPrices());
   *     const stock = use(tasks).async(() => fetchStock());
   *     publish(await prices.result, await stock.result);
   *   },
   * });
   * ```
   */
  async<R>(fn: (context: Context) => R | PromiseLike<R>, options?: RunTaskOptions): RunningTask<R>;
}
