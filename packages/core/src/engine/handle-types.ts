/**
 * What a user holds of a living tree. A handle names a place in the tree, not a process: it stays valid when
 * the supervisor there is restarted.
 */
import type { Shutdown } from '../model/exit-reason.js';
import type {
  ChildSpec,
  DynamicSupervisorSpec,
  Service,
  SupervisorSpec,
  WhenReadyOptions,
} from '../spec/types.js';
import type { PartitionKey, PartitionRouter, PartitionSupervisorSpec } from '../spec/partition-types.js';
import type { ChildInfo, ChildRef, DynamicChildren, RequestOptions } from '../spec/dynamic-types.js';
import type { TaskRunner, TaskSupervisorSpec } from '../spec/task-types.js';
import type { Views } from '../spec/view-types.js';
import type { FlightRecorder } from '../recorder/types.js';
import type { Subscribable } from './emitter.js';
import type { ChildPage, PageOptions } from './pages.js';
import type { ReconcilePlan } from './reconcile-plan.js';
import type { ChildCounts, SnapshotOptions, SupervisorSnapshot } from './snapshot.js';
import type { StopReport } from './supervisor-process.js';

/** How to stop. */
export interface StopOptions extends RequestOptions {
  /**
   * The reason to end with, as its parent will see it: `'shutdown'`, `'normal'`, a `Shutdown` value, or an
   * error. Default: `'shutdown'`. A nested supervisor that its parent finds ended may be started again, as
   * its `restart` says; to end one for good use `terminateChild` of its parent.
   */
  readonly reason?: 'shutdown' | 'normal' | Shutdown | Error | undefined;
  /**
   * All has to be down within so many milliseconds, as if it were a child with this `shutdownMs`. Each child may take
   * half of what is left of them, or more if it might take more than those after it; never more than its own
   * `shutdownMs`. What is not down when its time is over is killed or abandoned, and named in the report.
   * Default: Infinity; each child's own `shutdownMs` alone counts.
   */
  readonly shutdownMs?: number | undefined;
}

/** How to explain. */
export interface ExplainOptions {
  /** What follows when the root gives up, in words. Default: `'everything ends'`. */
  readonly whenAllEnds?: string | undefined;
}

/** Who pauses or resumes a child, and why: shown in snapshots and events. */
export interface PauseOptions extends RequestOptions {
  /** Why: text for those who look at it later. Default: it is not said. */
  readonly reason?: string | undefined;
}

/** How to reconcile. */
export interface ReconcileOptions extends RequestOptions {
  /** Only say what would be done. Default: false. */
  readonly dryRun?: boolean | undefined;
}

/** What every handle can do. */
export interface AnySupervisorHandle extends Subscribable, AsyncDisposable {
  /** Ids from the root down to the supervisor, joined by `/`. */
  readonly path: string;
  /** The events of this supervisor and its children only; the handle itself has those of all below. */
  readonly own: Subscribable;
  /** What was kept of those that failed, in the whole tree; undefined: it runs without a recorder. */
  readonly recorder: FlightRecorder | undefined;
  /**
   * Stops the children in reverse start order, each within its `shutdownMs`, and then ends. Resolves when
   * all is over, with those who did not stop. Again, or while it stops: the same end is reported.
   *
   * @throws NotRunningError `COPPICE_NOT_RUNNING` if there is no supervisor at this place now
   */
  stop(options?: StopOptions): Promise<StopReport>;
  /** Stops a child. Its declaration stays, unless it is `temporary` or dynamic. @throws `COPPICE_NOT_FOUND` */
  terminateChild(child: ChildRef, options?: RequestOptions): Promise<void>;
  /**
   * Starts a child without delay, whatever it is at: one that is up is stopped first, one that backs off waits no
   * longer, one that is parked is revived. Those that are bound to it go with it; no others, and nothing is
   * counted. Resolves when it is up; if its start fails that is tried again, as after a crash.
   *
   * @throws `COPPICE_START_FAILED`, `COPPICE_BOUND`, `COPPICE_NOT_FOUND`
   */
  restartNow(child: ChildRef, options?: RequestOptions): Promise<ChildInfo>;
  /**
   * Suspends the automatic restarts of a child, for maintenance: if it ends it stays down, and others that are
   * restarted do not take it with them. What is running is left alone. A restart of the supervisor itself ends
   * the pause. @throws `COPPICE_NOT_FOUND`
   */
  pause(child: ChildRef, options?: PauseOptions): Promise<void>;
  /** Ends the pause; a child that is down because of it is started now. @throws as `restartNow` */
  resume(child: ChildRef, options?: PauseOptions): Promise<void>;
  /**
   * The value of a service that is up: a child of this supervisor, or one further down or up the tree. A
   * reference stays valid when the service is started again: ask each time. Of a pool, or of partitions: what
   * is for those outside of the tree.
   *
   * @throws NotRunningError at once if it is down (`COPPICE_NOT_RUNNING`) or not there (`COPPICE_UNKNOWN_REF`)
   */
  use<O>(ref: Views<O, unknown>): O;
  /** The value of a service that is up. */
  use<V>(ref: Service<V>): V;
  /**
   * The same, but waits until it is up.
   *
   * @throws NotRunningError `COPPICE_NOT_READY` if that takes longer than `timeoutMs`, or the tree has ended
   */
  whenReady<O>(ref: Views<O, unknown>, options?: WhenReadyOptions): Promise<O>;
  /** The value of a service, as soon as it is up. */
  whenReady<V>(ref: Service<V>, options?: WhenReadyOptions): Promise<V>;
  /** Its children in start order. Answers at once, in every state. */
  whichChildren(): ChildInfo[];
  /**
   * Its children in start order, one after the other, each as it is when the iteration comes to it: for many, since
   * nothing is copied. Children may come and go meanwhile: all are shown that are there from the beginning to the
   * end, each once; one that goes before it is come to is not; one that comes is. (One whose place in the order
   * `reconcile` changes may be shown twice.) If the supervisor is started again, the iteration is of what it was.
   *
   * @example
   * ```ts
   * for (const { id, status } of tree.supervisor('sessions').eachChild()) if (status === 'backing-off') console.log(id);
   * ```
   */
  eachChild(): IterableIterator<ChildInfo>;
  /**
   * A page of its children in start order, as JSON data: for those who ask from far away, each time anew. What is there
   * all the time is shown once, as with `eachChild`; nothing is kept here between two pages.
   *
   * @throws CommandError `COPPICE_PAGE_LOST` if all children around the end of the page before have gone: begin again
   */
  childPage(options?: PageOptions): ChildPage;
  /** One child now, in O(1); undefined if there is none of that id. Answers at once, in every state. */
  child(child: ChildRef): ChildInfo | undefined;
  /** How many children there are. Answers at once, in every state. */
  countChildren(): ChildCounts;
  /** The declaration of a child, complete with defaults: for one of a dynamic supervisor the template, or its own. */
  childSpec(child: ChildRef): ChildSpec;
  /**
   * What a child is at, why, and what comes next, in plain sentences for a log or an alert. It is known in every state,
   * and better with a `recorder`. Answers at once.
   *
   * @param child - by id, declaration, path from here, or path from the root as events have it; none: this supervisor
   * @throws `COPPICE_NOT_FOUND`
   *
   * @example
   * ```ts
   * tree.on('child:gave-up', ({ path }) => alert(tree.explain(path)));
   * // poller is backing off: its 4th run ended after 312 ms with ECONNREFUSED 127.0.0.1:5432; next start in 3.2 s;
   * // 2 of 5 restarts of feeds left within 1 min; if it fails 3 more times within that time, feeds gives up and app
   * // restarts it.
   * ```
   */
  explain(child?: ChildRef, options?: ExplainOptions): string;
  /**
   * All about a child, on a page for a terminal: what `explain` says of it now, and what `explainPolicy` says of its
   * declaration. Answers at once, in every state.
   *
   * @throws `COPPICE_NOT_FOUND`
   */
  describe(child: ChildRef): string;
  /**
   * The whole subtree as JSON data. Answers at once, in every state.
   *
   * @throws CommandError `COPPICE_INVALID_ARGUMENT`
   */
  snapshot(options?: SnapshotOptions): SupervisorSnapshot;
  /** A supervisor further down, by its declaration or by its path from here (`'feeds/eu'`). */
  supervisor(ref: TaskSupervisorSpec): TaskSupervisorHandle;
  /** A partition supervisor, by its declaration. */
  supervisor<C extends ChildSpec>(ref: PartitionSupervisorSpec<C>): PartitionSupervisorHandle<C>;
  /** A dynamic supervisor, by its declaration: it knows the arguments of its children. */
  supervisor<A extends readonly unknown[]>(ref: DynamicSupervisorSpec<A>): DynamicSupervisorHandle<A>;
  /** Any other, by its declaration, or by its path from here. */
  supervisor(ref: SupervisorSpec | string): SupervisorHandle;
}

/** A place in the tree where a supervisor is. */
export interface SupervisorHandle extends AnySupervisorHandle {
  /** Adds a child and starts it. @throws `COPPICE_ALREADY_STARTED`, `COPPICE_ALREADY_PRESENT`, `COPPICE_START_FAILED` */
  startChild(spec: ChildSpec, options?: RequestOptions): Promise<ChildInfo>;
  /** Starts a child that is stopped. @throws `COPPICE_RUNNING`, `COPPICE_RESTARTING`, `COPPICE_NOT_FOUND`, `COPPICE_START_FAILED` */
  restartChild(child: ChildRef, options?: RequestOptions): Promise<ChildInfo>;
  /** Removes a child that is stopped. @throws `COPPICE_RUNNING`, `COPPICE_RESTARTING`, `COPPICE_NOT_FOUND` */
  deleteChild(child: ChildRef, options?: RequestOptions): Promise<void>;
  /**
   * Brings the children to what this list says (or, given a declaration of this supervisor, its own limits, too),
   * here and in the supervisors below: those that are not in it are removed, new ones are added, and only those
   * of which something else has to be started are replaced; other limits and options hold at once, without a
   * start. Functions are compared by identity, or by `revision`. What it is then declared with it keeps when it
   * is restarted. Answers with the steps, in order; `formatPlan` prints them.
   *
   * @throws NotRunningError `COPPICE_NOT_RUNNING` while it starts, or is down; SpecError if the new declarations are
   * wrong: then nothing is changed; CommandError
   * `COPPICE_RECONCILE_FAILED` if something did not start: its old declaration runs on, and all other steps were taken
   *
   * @example
   * ```ts
   * const plan = await tree.reconcile([db, { ...poller, maxRestarts: 10, withinMs: 60_000 }], { dryRun: true });
   * console.log(formatPlan(plan));
   * ```
   */
  reconcile(
    wanted: readonly ChildSpec[] | SupervisorSpec,
    options?: ReconcileOptions,
  ): Promise<ReconcilePlan>;
}

/** A place in the tree where a dynamic supervisor is. */
export interface DynamicSupervisorHandle<A extends readonly unknown[]>
  extends AnySupervisorHandle,
    DynamicChildren<A> {}

/** A place in the tree where a child is that is no supervisor. */
export interface ChildPlace {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
}

/** A place in the tree where a service is. It stays valid when the service is started again. */
export interface ServicePlace<V> extends ChildPlace {
  /** Its value, if it is up. @throws NotRunningError `COPPICE_NOT_RUNNING` */
  use(): V;
  /** The same, but waits until it is up. @throws NotRunningError `COPPICE_NOT_READY` */
  whenReady(options?: WhenReadyOptions): Promise<V>;
}

/** The handle on one partition, by what runs in it. */
export type PartitionHandle<C> =
  C extends Views<infer O, unknown>
    ? ServicePlace<O>
    : C extends TaskSupervisorSpec
      ? TaskSupervisorHandle
      : C extends DynamicSupervisorSpec<infer A>
        ? DynamicSupervisorHandle<A>
        : C extends SupervisorSpec
          ? SupervisorHandle
          : C extends Service<infer V>
            ? ServicePlace<V>
            : ChildPlace;

/** A place in the tree where a partition supervisor is. Its children are the partitions. */
export interface PartitionSupervisorHandle<C extends ChildSpec> extends SupervisorHandle, PartitionRouter {
  /**
   * The partition that a key belongs to now. The handle is on that partition, also when it is started again, and also
   * when the key belongs to another one after `resize`: ask each time.
   */
  for(key: PartitionKey): PartitionHandle<C>;
  /** All partitions, by their numbers. */
  all(): PartitionHandle<C>[];
  /**
   * Changes the number of partitions, while they run. What runs in those that stay is not touched, and not moved: a
   * child that was started for a key which belongs to another partition from now on stays where it is. Those that
   * are removed, the last ones, are stopped with all that runs in them, in reverse order; before that, their keys
   * belong to others. New ones get keys when all of them are up; if one does not start, none is added. It keeps
   * this number when it is started again.
   *
   * @throws CommandError `COPPICE_RECONCILE_FAILED` if a new partition does not start; `COPPICE_INVALID_ARGUMENT`
   */
  resize(partitions: number, options?: RequestOptions): Promise<ReconcilePlan>;
}

/** A place in the tree where a task supervisor is. Its children are the tasks that it runs. */
export interface TaskSupervisorHandle extends AnySupervisorHandle, TaskRunner {}

/** The root of a tree: it can be started. */
export interface Startable {
  /** Starts the children in order. @throws StartError `COPPICE_START_FAILED`: those already started are stopped again */
  start(): Promise<this>;
  /** Resolves when the tree has ended, for whatever reason: stopped, given up, or ended by a significant child. */
  whenStopped(): Promise<StopReport>;
}

/** A whole tree, from its root. */
export interface SupervisorTree extends SupervisorHandle, Startable {}
/** A whole tree whose root is a dynamic supervisor. */
export interface DynamicSupervisorTree<A extends readonly unknown[]>
  extends DynamicSupervisorHandle<A>,
    Startable {}
