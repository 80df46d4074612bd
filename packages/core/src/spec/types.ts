/** What a user declares, and what a child gets to work with. */
import type { Backoff } from '../model/backoff.js';
import type { ExitReason, Shutdown } from '../model/exit-reason.js';
import type { Boot, ErrorClass, GiveUp, Replace, StartOrder, StopOrder } from '../model/give-up.js';
import type { OnStuck } from '../model/policy.js';
import type { AutoShutdown, RestartType } from '../model/restart-table.js';
import type { Strategy } from '../model/strategy.js';
import type { Logger } from './logger.js';
import type { DynamicChildren } from './dynamic-types.js';
import type { LinkedTaskRunner, TaskSupervisorSpec } from './task-types.js';
import type { Views } from './view-types.js';

/**
 * A start returns this to say "do not run me" (OTP's `ignore`): the child stays declared but down, and its
 * supervisor goes on; a `temporary` or dynamic child is not kept at all.
 *
 * @example
 * ```ts
 * const sensor = service({ id: 'sensor', start: () => (hasSensor() ? openSensor() : ignore) });
 * ```
 */
export const ignore: unique symbol = Symbol.for('coppice.ignore');
/** The type of {@link ignore}, as a start that may say so returns it. */
export type Ignore = typeof ignore;

/** What each incarnation of a child gets. It may be taken apart: `({ signal, fail }) => ...`. */
export interface Context {
  /** The id of the child. */
  readonly id: string;
  /** Ids from the root down to the child, joined by `/`. */
  readonly path: string;
  /** 1 for the first start of this child, 2 for the second, ... */
  readonly attempt: number;
  /** How the incarnation before this one ended, or that its start failed; undefined when this one has ended, too. */
  readonly lastExit: ExitReason | undefined;
  /**
   * Aborted when the child is asked to stop, and in any case when this incarnation has ended. Made when
   * first asked for.
   */
  readonly signal: AbortSignal;
  /**
   * Resolves after so many milliseconds, by the clock of the tree; rejects with the signal's reason when the
   * signal is aborted, so that a loop that sleeps stops at once. From then on, in the next turn of the event loop.
   */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * This incarnation has crashed with this error. The first call counts; later ones, and those while it
   * stops because it was asked to, are late faults: told of, and without effect.
   */
  readonly fail: (error: unknown) => void;
  /** This incarnation has ended by itself: normally, or as the `Shutdown` says. The first call counts. */
  readonly end: (shutdown?: Shutdown) => void;
  /**
   * Called when this incarnation ends, also after a crash and after a failed start; the last one first,
   * each when the one before it is done.
   */
  readonly defer: (cleanUp: () => unknown) => void;
  /**
   * The callback, with this incarnation as the owner of what it throws: for callbacks that others will call
   * (a foreign emitter, `queueMicrotask`), so that a stray throw is known to be this child's. It still
   * throws; see `faults` of an application for what becomes of that.
   */
  readonly bind: <A extends unknown[], R>(callback: (...args: A) => R) => (...args: A) => R;
  /**
   * The value of a running service: a sibling, or one further up or down the tree; of a declaration that stands
   * there more than once, the nearest. Ask for it each time it is needed: after a restart there is a new one.
   * Of a task supervisor: what runs tasks for this child. That may be kept.
   *
   * @throws NotRunningError `COPPICE_NOT_RUNNING` while it is down; `COPPICE_UNKNOWN_REF` if it is not there
   */
  readonly use: Use;
  /**
   * Waits until a service is up, and gives its value: at once if it is. It rejects when this incarnation has to
   * end before that.
   *
   * @throws NotRunningError `COPPICE_NOT_READY` if that takes longer than `timeoutMs` (default: no limit; one
   * that is parked, or was stopped by hand, may never come), or the tree has ended; `COPPICE_UNKNOWN_REF` if it is not there
   */
  readonly whenReady: WhenReady;
  /** It is up. For those that are declared with `awaitReady`; for others it says nothing new. */
  readonly ready: () => void;
  /** It is alive and makes progress: puts off `staleAfterMs`. */
  readonly heartbeat: () => void;
  /** Logs with the path and the attempt of this incarnation, to the logger that the tree was started with. */
  readonly log: Logger;
}

/** What `use` gives for which reference. */
export interface Use {
  /** Of a registry, a pool, partitions: the view that this child has of it. It may be kept. */
  <I>(ref: Views<unknown, I>): I;
  /** Of a service: the value that its start returned, as long as it is up. */
  <V>(ref: Service<V>): V;
  /** Of a task supervisor: what runs tasks for this child. It may be kept. */
  (ref: TaskSupervisorSpec): LinkedTaskRunner;
  /** Of a dynamic supervisor: what starts and ends children there. It may be kept. */
  <A extends readonly unknown[]>(ref: DynamicSupervisorSpec<A>): DynamicChildren<A>;
}

/** What `whenReady` gives for which reference. */
export interface WhenReady {
  /** Of a registry, a pool, partitions: the view that this child has of it. */
  <I>(ref: Views<unknown, I>, options?: WhenReadyOptions): Promise<I>;
  /** Of a service: the value that its start returned. */
  <V>(ref: Service<V>, options?: WhenReadyOptions): Promise<V>;
}

/** How long to wait for a child. */
export interface WhenReadyOptions {
  /** In milliseconds, above 0. Default: Infinity. */
  readonly timeoutMs?: number | undefined;
}

/** The delays before a child is started again: longer with each failure, and a little by chance. */
export interface BackoffOptions {
  /** The delay after the first failure, in milliseconds, above 0. */
  readonly minMs: number;
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number;
  /** So many times the last delay is the next, 1 or more. Default: 2. */
  readonly factor?: number | undefined;
  /**
   * Each delay is shortened by a random part of up to this share, 0 to 1, so that those who failed together do
   * not come back together. Default: 0.5.
   */
  readonly jitter?: number | undefined;
  /**
   * After a run of so many milliseconds the delays begin anew. (It is for the delays only: restarts count in the limit
   * as long as `withinMs` says.) Default: `maxMs`.
   */
  readonly resetAfterMs?: number | undefined;
}

/** What all children can say of themselves. */
export interface ChildOptions {
  /** Its name among its siblings, in paths, logs and events. Without `/`. */
  readonly id: string;
  /**
   * When it is started again after it has ended: `permanent` always (docker: `always`), `transient` after a
   * crash only (`on-failure`), `temporary` never (`no`). Default: `permanent`.
   */
  readonly restart?: RestartType | undefined;
  /** Its end by itself can end its supervisor; see `autoShutdown` there. Default: false. */
  readonly significant?: boolean | undefined;
  /**
   * How many milliseconds it may take to stop; then it is given up. 0: it is not waited for at all.
   * Infinity: it is waited for without limit. Default: 5,000; for supervisors Infinity.
   */
  readonly shutdownMs?: number | undefined;
  /**
   * What to do if it does not end within `shutdownMs` and cannot be killed. `abandon`: go on without it; it
   * is fenced off, and named in the report of the stop. `wait`: wait for it without limit, so that two
   * incarnations never overlap. `exit`: abandon it and end the whole tree. Default: `abandon`.
   */
  readonly onStuck?: OnStuck | undefined;
  /**
   * Whether the whole is only ready while this child is up. Default: true for services and supervisors,
   * false for tasks.
   */
  readonly required?: boolean | undefined;
  /** The delays before it is started again. Default: its supervisor's `childBackoff`; without: none, as in OTP. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * What happens when it exceeds its own limit (as a supervisor: that of its children), or when `classify` calls
   * an error permanent. `escalate`: its supervisor gives up, as in OTP. `park`: it stays down, visible, and the
   * others run on. `keep-trying`: it is started again for ever, at the longest delay of its `backoff`. `exit`:
   * the whole tree ends. `remove`, for children of a dynamic supervisor: it is gone, and the others run on.
   * Default: `escalate`.
   */
  readonly giveUp?: GiveUp | undefined;
  /** A parked child is started again after so many milliseconds. Default: only when somebody does it. */
  readonly reviveAfterMs?: number | undefined;
  /**
   * If it fails to start when its supervisor starts. `fail`: so does the supervisor, as in OTP. `retry`: the
   * supervisor waits, and tries again with its `backoff`. `degraded`: the supervisor comes up without it, and
   * goes on trying. Until it is up for the first time its attempts count in a limit of its own only.
   * Default: `fail`.
   */
  readonly boot?: Boot | undefined;
  /** It has to be up within so many milliseconds, or its start has failed. Default: no limit. */
  readonly startTimeoutMs?: number | undefined;
  /**
   * Siblings, or their ids, without which it cannot be: they are started before it, and when one of them goes
   * down it goes down too, and comes back with it. Default: none.
   */
  readonly bindsTo?: readonly (string | { readonly id: string })[] | undefined;
  /** In which order it stops and starts when `reconcile` replaces it. Default: `stop-then-start`. */
  readonly replace?: Replace | undefined;
  /**
   * Says for `reconcile` that two declarations with the same revision are the same although their functions are
   * not. Default: functions are compared by identity.
   */
  readonly revision?: string | number | undefined;
}

/** What services and tasks can say of themselves beyond that. */
export interface WorkerOptions extends ChildOptions {
  /**
   * A limit of its own: so many restarts within `withinMs`, in place of its supervisor's. Default: its restarts
   * count in the limit of its supervisor; 3, if only `withinMs` is given.
   */
  readonly maxRestarts?: number | undefined;
  /** The window of its own limit, in milliseconds. Default: 5,000, if only `maxRestarts` is given. */
  readonly withinMs?: number | undefined;
  /**
   * What kind of failure an error is: `transient` may pass, so it is tried again as far as the limit allows;
   * `permanent` will not, so it gives up at once, as `giveUp` says; `fatal` ends the whole tree. Called with what
   * was thrown. Default: all are transient.
   */
  readonly classify?: ((error: unknown) => ErrorClass) | undefined;
  /** It is up only when it calls `ready()`; a service also has to have started. Default: false. */
  readonly awaitReady?: boolean | undefined;
  /** It has crashed if it does not call `heartbeat()` for so many milliseconds. Default: it is not watched. */
  readonly staleAfterMs?: number | undefined;
  /** It has crashed if it is up for so many milliseconds without ending by itself. Default: no limit. */
  readonly maxRunMs?: number | undefined;
}

/** Something that is there until it is stopped: a pool, a server, a subscription. */
export interface ServiceOptions<V, A extends readonly unknown[]> extends WorkerOptions {
  /** Called for each incarnation; it is up when this has returned, or the promise is resolved. */
  start(context: Context, ...args: A): V | Ignore | Promise<V | Ignore>;
  /**
   * Gives back what `start` returned: when it is to stop, and also after it has failed. A promise is waited for, at
   * most `shutdownMs`. Default: there is nothing to give back.
   */
  readonly stop?: ((value: V) => unknown) | undefined;
  /**
   * The last resort when `stop` has not ended within `shutdownMs`; it has a second to take effect. Default: what does
   * not stop is dealt with as `onStuck` says.
   */
  readonly kill?: ((value: V) => unknown) | undefined;
}

/** Something that runs: it is alive while the promise of `run` is pending. */
export interface TaskOptions<A extends readonly unknown[]> extends WorkerOptions {
  /**
   * Called for each incarnation. When it resolves the task has ended normally (or as the `Shutdown` says
   * that it resolves to); when it throws, it has crashed. Asked to stop, its signal is aborted.
   */
  run(context: Context, ...args: A): unknown;
}

/** How a supervisor deals with its children. */
export interface SupervisorOptions extends ChildOptions {
  /**
   * Who is started again when a child has to be: `one-for-one` that child, `one-for-all` all of them,
   * `rest-for-one` it and those declared after it. Default: `one-for-one`.
   */
  readonly strategy?: Strategy | undefined;
  /** So many restarts within `withinMs` are allowed; one more, and the supervisor gives up. Default: 3. */
  readonly maxRestarts?: number | undefined;
  /** The length of the window in which restarts are counted, in milliseconds. Default: 5,000. */
  readonly withinMs?: number | undefined;
  /** Whether it ends itself when any, or all, of its significant children have ended. Default: `never`. */
  readonly autoShutdown?: AutoShutdown | undefined;
  /** The delays before a child that has no `backoff` of its own is started again. Default: none. */
  readonly childBackoff?: BackoffOptions | undefined;
  /**
   * `sequential`: each child starts when the one before it is up. `parallel`: all that are not bound to others
   * start at once, and one that is started again by itself holds up none of the others. They are stopped one after
   * the other in any case. Default: `sequential`, as OTP does it: whoever takes long to start keeps all others waiting.
   */
  readonly startOrder?: StartOrder | undefined;
  /** Started in this order, and those that others are bound to before them; stopped in the reverse order. */
  readonly children: readonly ChildSpec[];
}

/** A supervisor of children that come and go, all made from one template. */
export interface DynamicSupervisorOptions<A extends readonly unknown[]> extends ChildOptions {
  /** So many restarts within `withinMs` are allowed; one more, and the supervisor gives up. Default: 3. */
  readonly maxRestarts?: number | undefined;
  /** The length of the window in which restarts are counted, in milliseconds. Default: 5,000. */
  readonly withinMs?: number | undefined;
  /** Whether it ends itself when any, or all, of its significant children have ended. Default: `never`. */
  readonly autoShutdown?: AutoShutdown | undefined;
  /** The delays before a child whose template has no `backoff` is started again. Default: none. */
  readonly childBackoff?: BackoffOptions | undefined;
  /** So many children at most; `startChild` refuses one more. Default: no limit. */
  readonly maxChildren?: number | undefined;
  /**
   * How they are stopped together: `parallel`: all at once, in slices that leave the event loop its turns.
   * `sequential`: one after the other, the last one first, each when the one before is down. Default: `parallel`,
   * as OTP does it.
   */
  readonly stopOrder?: StopOrder | undefined;
  /** What each child is made from; `startChild({ args })` hands its arguments to each incarnation. */
  readonly child: Template<A>;
}

/** What all declarations have: the {@link ChildOptions}, with their defaults filled in; what is off is not there. */
export interface ChildSpecBase {
  /** Its name among its siblings. */
  readonly id: string;
  /** When it is started again. */
  readonly restart: RestartType;
  /** Whether its end by itself can end its supervisor. */
  readonly significant: boolean;
  /** How many milliseconds it may take to stop. */
  readonly shutdownMs: number;
  /** What becomes of it if it does not end in time. */
  readonly onStuck: OnStuck;
  /** Whether the whole is only ready while it is up. */
  readonly required: boolean;
  /** The delays before it is started again. */
  readonly backoff?: Backoff | undefined;
  /** What happens when it gives up. */
  readonly giveUp: GiveUp;
  /** After how many milliseconds it is started again when it is parked. */
  readonly reviveAfterMs?: number | undefined;
  /** What a failed start means when its supervisor starts. */
  readonly boot: Boot;
  /** Within how many milliseconds it has to be up. */
  readonly startTimeoutMs?: number | undefined;
  /** The ids of the siblings that it falls with. */
  readonly bindsTo?: readonly string[] | undefined;
  /** In which order it stops and starts when it is replaced. */
  readonly replace: Replace;
  /** Tells whether two declarations are the same, in place of their functions. */
  readonly revision?: string | number | undefined;
}

/** What declared services and tasks have: the {@link WorkerOptions}, complete. */
export interface WorkerSpecBase extends ChildSpecBase {
  /** A limit of its own: so many restarts within `withinMs`. */
  readonly maxRestarts?: number | undefined;
  /** The window of its own limit, in milliseconds. */
  readonly withinMs?: number | undefined;
  /** What kind of failure an error is. */
  readonly classify?: ((error: unknown) => ErrorClass) | undefined;
  /** Whether it is up only when it calls `ready()`. */
  readonly awaitReady: boolean;
  /** For how many milliseconds it may be without a heartbeat. */
  readonly staleAfterMs?: number | undefined;
  /** For how many milliseconds it may be up. */
  readonly maxRunMs?: number | undefined;
}

/** What declared supervisors of all kinds have: how they deal with their children, complete. */
export interface SupervisorSpecBase extends ChildSpecBase {
  /** So many restarts within `withinMs` are allowed. */
  readonly maxRestarts: number;
  /** The length of the window in which restarts are counted, in milliseconds. */
  readonly withinMs: number;
  /** Whether it ends itself when significant children have ended. */
  readonly autoShutdown: AutoShutdown;
  /** The delays before a child without a `backoff` is started again. */
  readonly childBackoff?: Backoff | undefined;
}

/** A declared service: frozen data, and the reference by which `use` finds its value. */
export interface Service<V = unknown, A extends readonly unknown[] = readonly []> extends WorkerSpecBase {
  /** Tells it from other declarations. */
  readonly kind: 'service';
  /** Called for each incarnation. */
  start(context: Context, ...args: A): V | Ignore | Promise<V | Ignore>;
  /** Gives back what `start` returned. */
  stop?(value: V): unknown;
  /** The last resort when `stop` has not ended in time. */
  kill?(value: V): unknown;
}

/** A declared task: frozen data. */
export interface Task<A extends readonly unknown[] = readonly []> extends WorkerSpecBase {
  /** Tells it from other declarations. */
  readonly kind: 'task';
  /** Called for each incarnation. */
  run(context: Context, ...args: A): unknown;
}

/** A declared supervisor as data; `supervisor()` gives it `start` and `handle`. */
export interface SupervisorSpec extends SupervisorSpecBase {
  /** Tells it from other declarations. */
  readonly kind: 'supervisor';
  /** Who is started again when a child has to be. */
  readonly strategy: Strategy;
  /** Whether its children start one after the other. */
  readonly startOrder: StartOrder;
  /** Its children, in start order. */
  readonly children: readonly ChildSpec[];
}

/** A declared dynamic supervisor as data; `dynamicSupervisor()` gives it `start` and `handle`. */
export interface DynamicSupervisorSpec<A extends readonly unknown[] = readonly unknown[]>
  extends SupervisorSpecBase {
  /** Tells it from other declarations. */
  readonly kind: 'dynamic-supervisor';
  /** Its children know nothing of each other. */
  readonly strategy: 'one-for-one';
  /** So many children at most. */
  readonly maxChildren?: number | undefined;
  /** How they are stopped together. */
  readonly stopOrder: StopOrder;
  /** What each child is made from. */
  readonly child: Template<A>;
}

/** Whatever can be a child of a supervisor. */
export type ChildSpec = Service | Task | SupervisorSpec | DynamicSupervisorSpec<never>;

/**
 * What the children of a dynamic supervisor are made from; its arguments come with each child. Without a type argument:
 * any declaration at all.
 */
export type Template<A extends readonly unknown[] = readonly never[]> =
  | Service<unknown, A>
  | Task<A>
  | SupervisorSpec
  | DynamicSupervisorSpec<never>;
