/** What a user declares, and what a child gets to work with. */
import type { Backoff } from '../model/backoff.js';
import type { ExitReason, Shutdown } from '../model/exit-reason.js';
import type { Boot, ErrorClass, GiveUp, Replace, StartOrder, StopOrder } from '../model/give-up.js';
import type { OnStuck } from '../model/policy.js';
import type { AutoShutdown, RestartType } from '../model/restart-table.js';
import type { Strategy } from '../model/strategy.js';
import type { Logger } from './logger.js';
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
   * signal is aborted, so that a loop that sleeps stops at once.
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
  <I>(ref: Views<unknown, I>): I;
  <V>(ref: Service<V>): V;
  (ref: TaskSupervisorSpec): LinkedTaskRunner;
}

/** What `whenReady` gives for which reference. */
export interface WhenReady {
  <I>(ref: Views<unknown, I>, options?: WhenReadyOptions): Promise<I>;
  <V>(ref: Service<V>, options?: WhenReadyOptions): Promise<V>;
}

/** How long to wait for a child. */
export interface WhenReadyOptions {
  /** In milliseconds. Default: Infinity. */
  readonly timeoutMs?: number;
}

/** The delays before a child is started again: longer with each failure, and a little by chance. */
export interface BackoffOptions {
  /** The delay after the first failure, in milliseconds, above 0. */
  readonly minMs: number;
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number;
  /** So many times the last delay is the next, 1 or more. Default: 2. */
  readonly factor?: number;
  /**
   * Each delay is shortened by a random part of up to this share, 0 to 1, so that those who failed together do
   * not come back together. Default: 0.5.
   */
  readonly jitter?: number;
  /** A run of so many milliseconds makes good all failures before it. Default: `maxMs`. */
  readonly resetAfterMs?: number;
}

/** What all children can say of themselves. */
export interface ChildOptions {
  /** Its name among its siblings, in paths, logs and events. Without `/`. */
  readonly id: string;
  /**
   * When it is started again after it has ended: `permanent` always (docker: `always`), `transient` after a
   * crash only (`on-failure`), `temporary` never (`no`). Default: `permanent`.
   */
  readonly restart?: RestartType;
  /** Its end by itself can end its supervisor; see `autoShutdown` there. Default: false. */
  readonly significant?: boolean;
  /**
   * How many milliseconds it may take to stop; then it is given up. 0: it is not waited for at all.
   * Infinity: it is waited for without limit. Default: 5,000; for supervisors Infinity.
   */
  readonly shutdownMs?: number;
  /**
   * What to do if it does not end within `shutdownMs` and cannot be killed. `abandon`: go on without it; it
   * is fenced off, and named in the report of the stop. `wait`: wait for it without limit, so that two
   * incarnations never overlap. `exit`: abandon it and end the whole tree. Default: `abandon`.
   */
  readonly onStuck?: OnStuck;
  /**
   * Whether the whole is only ready while this child is up. Default: true for services and supervisors,
   * false for tasks.
   */
  readonly required?: boolean;
  /** The delays before it is started again. Default: its supervisor's `childBackoff`; without: none, as in OTP. */
  readonly backoff?: BackoffOptions;
  /**
   * What happens when it exceeds its own limit (as a supervisor: that of its children), or when `classify` calls
   * an error permanent. `escalate`: its supervisor gives up, as in OTP. `park`: it stays down, visible, and the
   * others run on. `keep-trying`: it is started again for ever, at the longest delay of its `backoff`. `exit`:
   * the whole tree ends. `remove`, for children of a dynamic supervisor: it is gone, and the others run on.
   * Default: `escalate`.
   */
  readonly giveUp?: GiveUp;
  /** A parked child is started again after so many milliseconds. Default: only when somebody does it. */
  readonly reviveAfterMs?: number;
  /**
   * If it fails to start when its supervisor starts. `fail`: so does the supervisor, as in OTP. `retry`: the
   * supervisor waits, and tries again with its `backoff`. `degraded`: the supervisor comes up without it, and
   * goes on trying. Until it is up for the first time its attempts count in a limit of its own only.
   * Default: `fail`.
   */
  readonly boot?: Boot;
  /** It has to be up within so many milliseconds, or its start has failed. Default: no limit. */
  readonly startTimeoutMs?: number;
  /**
   * Siblings, or their ids, without which it cannot be: they are started before it, and when one of them goes
   * down it goes down too, and comes back with it. Default: none.
   */
  readonly bindsTo?: readonly (string | { readonly id: string })[];
  /** In which order it stops and starts when `reconcile` replaces it. Default: `stop-then-start`. */
  readonly replace?: Replace;
  /**
   * Says for `reconcile` that two declarations with the same revision are the same although their functions are
   * not. Default: functions are compared by identity.
   */
  readonly revision?: string | number;
}

/** What services and tasks can say of themselves beyond that. */
export interface WorkerOptions extends ChildOptions {
  /**
   * A limit of its own: so many restarts within `withinMs`, in place of its supervisor's. Default: its restarts
   * count in the limit of its supervisor; 3, if only `withinMs` is given.
   */
  readonly maxRestarts?: number;
  /** The window of its own limit, in milliseconds. Default: 5,000, if only `maxRestarts` is given. */
  readonly withinMs?: number;
  /**
   * What kind of failure an error is: `transient` may pass, so it is tried again as far as the limit allows;
   * `permanent` will not, so it gives up at once, as `giveUp` says; `fatal` ends the whole tree. Called with what
   * was thrown. Default: all are transient.
   */
  classify?(error: unknown): ErrorClass;
  /** It is up only when it calls `ready()`; a service also has to have started. Default: false. */
  readonly awaitReady?: boolean;
  /** It has crashed if it does not call `heartbeat()` for so many milliseconds. Default: it is not watched. */
  readonly staleAfterMs?: number;
  /** It has crashed if it is up for so many milliseconds without ending by itself. Default: no limit. */
  readonly maxRunMs?: number;
}

/** Something that is there until it is stopped: a pool, a server, a subscription. */
export interface ServiceOptions<V, A extends readonly unknown[]> extends WorkerOptions {
  /** Called for each incarnation; it is up when this has returned, or the promise is resolved. */
  start(context: Context, ...args: A): V | Ignore | Promise<V | Ignore>;
  /** Gives back what `start` returned: when it is to stop, and also after it has failed. */
  stop?(value: V): unknown;
  /** The last resort when `stop` has not ended within `shutdownMs`; it has a second to take effect. */
  kill?(value: V): unknown;
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
  readonly strategy?: Strategy;
  /** So many restarts within `withinMs` are allowed; one more, and the supervisor gives up. Default: 3. */
  readonly maxRestarts?: number;
  /** The length of the window in which restarts are counted, in milliseconds. Default: 5,000. */
  readonly withinMs?: number;
  /** Whether it ends itself when any, or all, of its significant children have ended. Default: `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** The delays before a child that has no `backoff` of its own is started again. Default: none. */
  readonly childBackoff?: BackoffOptions;
  /**
   * `sequential`: each child starts when the one before it is up. `parallel`: all that are not bound to others
   * start at once, and one that is started again by itself holds up none of the others. They are stopped one after
   * the other in any case. Default: `sequential`, as OTP does it: whoever takes long to start keeps all others waiting.
   */
  readonly startOrder?: StartOrder;
  /** Started in this order, and those that others are bound to before them; stopped in the reverse order. */
  readonly children: readonly ChildSpec[];
}

/** A supervisor of children that come and go, all made from one template. */
export interface DynamicSupervisorOptions<A extends readonly unknown[]> extends ChildOptions {
  /** So many restarts within `withinMs` are allowed; one more, and the supervisor gives up. Default: 3. */
  readonly maxRestarts?: number;
  /** The length of the window in which restarts are counted, in milliseconds. Default: 5,000. */
  readonly withinMs?: number;
  /** Whether it ends itself when any, or all, of its significant children have ended. Default: `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** The delays before a child whose template has no `backoff` is started again. Default: none. */
  readonly childBackoff?: BackoffOptions;
  /** So many children at most; `startChild` refuses one more. Default: no limit. */
  readonly maxChildren?: number;
  /**
   * How they are stopped together: `parallel`: all at once, in slices that leave the event loop its turns.
   * `sequential`: one after the other, the last one first, each when the one before is down. Default: `parallel`,
   * as OTP does it.
   */
  readonly stopOrder?: StopOrder;
  /** What each child is made from; `startChild({ args })` hands its arguments to each incarnation. */
  readonly child: Template<A>;
}

/** The options that all children have, with their defaults filled in; what is off is not there. */
interface Settled {
  readonly id: string;
  readonly restart: RestartType;
  readonly significant: boolean;
  readonly shutdownMs: number;
  readonly onStuck: OnStuck;
  readonly required: boolean;
  readonly backoff?: Backoff;
  readonly giveUp: GiveUp;
  readonly reviveAfterMs?: number;
  readonly boot: Boot;
  readonly startTimeoutMs?: number;
  /** Ids of siblings. */
  readonly bindsTo?: readonly string[];
  readonly replace: Replace;
  readonly revision?: string | number;
}

/** The same for services and tasks. */
interface SettledWorker extends Settled {
  readonly maxRestarts?: number;
  readonly withinMs?: number;
  classify?(error: unknown): ErrorClass;
  readonly awaitReady: boolean;
  readonly staleAfterMs?: number;
  readonly maxRunMs?: number;
}

/** The same for supervisors. */
interface SettledSupervisor extends Settled {
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly autoShutdown: AutoShutdown;
  readonly childBackoff?: Backoff;
}

/** A declared service: frozen data, and the reference by which `use` finds its value. */
export interface Service<V = unknown, A extends readonly unknown[] = readonly []> extends SettledWorker {
  readonly kind: 'service';
  start(context: Context, ...args: A): V | Ignore | Promise<V | Ignore>;
  stop?(value: V): unknown;
  kill?(value: V): unknown;
}

/** A declared task: frozen data. */
export interface Task<A extends readonly unknown[] = readonly []> extends SettledWorker {
  readonly kind: 'task';
  run(context: Context, ...args: A): unknown;
}

/** A declared supervisor as data; `supervisor()` gives it `start` and `handle`. */
export interface SupervisorSpec extends SettledSupervisor {
  readonly kind: 'supervisor';
  readonly strategy: Strategy;
  readonly startOrder: StartOrder;
  readonly children: readonly ChildSpec[];
}

/** A declared dynamic supervisor as data; `dynamicSupervisor()` gives it `start` and `handle`. */
export interface DynamicSupervisorSpec<A extends readonly unknown[] = readonly unknown[]>
  extends SettledSupervisor {
  readonly kind: 'dynamic-supervisor';
  readonly strategy: 'one-for-one';
  readonly maxChildren?: number;
  readonly stopOrder: StopOrder;
  readonly child: Template<A>;
}

/** Whatever can be a child of a supervisor. */
export type ChildSpec = Service | Task | SupervisorSpec | DynamicSupervisorSpec<never>;

/** What the children of a dynamic supervisor are made from; its arguments come with each child. */
export type Template<A extends readonly unknown[] = readonly never[]> =
  | Service<unknown, A>
  | Task<A>
  | SupervisorSpec
  | DynamicSupervisorSpec<never>;
