/**
 * Lifecycle events: one closed union, JSON-safe. Everything that reports (logs, metrics, dashboards) is
 * derived from it.
 *
 * The order is causal: a child's end comes first, then the decision (`child:restarting`,
 * `supervisor:gave-up`, `supervisor:auto-shutdown`), then what follows from it.
 */
import type { EndCause, RemovalCause, RequestCause, StartCause, StopCause, WithCause } from './cause.js';
import type { ErrorClass, GiveUp } from './give-up.js';
import type { ChildKind } from './policy.js';
import type { AutoShutdown, RestartType } from './restart-table.js';
import type { Strategy } from './strategy.js';
import type { ErrorWire, ReasonWire } from './wire.js';

/** The version of the event union; it grows when a field or an event is removed or changes its meaning. */
export const EVENT_VERSION = 1;

/** Whom an event about a child is about. */
export interface AboutChild {
  /** Ids from the root down to the child, joined by `/`. */
  readonly path: string;
  /** The path of its supervisor. */
  readonly supervisor: string;
  /** Its name among its siblings. */
  readonly id: string;
  /** What it is. */
  readonly kind: ChildKind;
  /** 1 for the first start of this child, 2 for the second, ... */
  readonly incarnation: number;
  /** When it is started again. */
  readonly restart: RestartType;
}

/** Whom an event about a supervisor is about. */
export interface AboutSupervisor {
  /** Ids from the root down to the supervisor, joined by `/`. */
  readonly path: string;
}

/** How much of the restart budget is used: `used` of `max` within `withinMs`. */
export interface Budget {
  /** Restarts that count now. */
  readonly used: number;
  /** So many are allowed; null: without limit. */
  readonly max: number | null;
  /** The length of the window, in milliseconds. */
  readonly withinMs: number;
}

/** A child whose incarnation did not end in time and was given up; it may still be running. */
export interface UnstoppedChild {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** Which of its incarnations. */
  readonly incarnation: number;
  /** What it was doing when it was asked to stop. */
  readonly phase: 'starting' | 'running' | 'cleaning-up';
  /** For how long it had been asked to stop when it was abandoned, in milliseconds. */
  readonly waitedMs: number;
}

/** Event bodies by name; on the wire each has `type`, `seq` and `at` as well. */
export interface EventBodies {
  /** Its start is called. */
  'child:starting': AboutChild & WithCause<StartCause>;
  /** It is up. */
  'child:started': AboutChild & {
    /** How long its start took, in milliseconds. */
    readonly startMs: number;
  };
  /** Its start threw, was rejected, or took too long. */
  'child:start-failed': AboutChild & {
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
    /** After how many milliseconds. */
    readonly startMs: number;
  };
  /** Its start said `ignore`. */
  'child:ignored': AboutChild;
  /**
   * It ends by itself, and what it has to clean up takes time: it is not up any more, and not gone yet. `child:crashed`,
   * `child:completed` or `child:start-failed` follows when that is over. One that is gone at once does not say this.
   */
  'child:ending': AboutChild & {
    /** What it was at. */
    readonly phase: 'starting' | 'running';
    /** How it ends. */
    readonly reason: ReasonWire;
    /** How many milliseconds it may take; null: without limit. */
    readonly shutdownMs: number | null;
  };
  /** It ended by itself with an error. */
  'child:crashed': AboutChild & {
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
    /** How long it was up, in milliseconds, without what it took to clean up. */
    readonly uptimeMs: number;
  };
  /** It ended by itself without an error. */
  'child:completed': AboutChild & {
    /** How it ended: `normal`, or a `shutdown` of its own. */
    readonly reason: ReasonWire;
    /** How long it was up, in milliseconds, without what it took to clean up. */
    readonly uptimeMs: number;
  };
  /**
   * It was decided to start it again, together with those that its supervisor's strategy says, and those that
   * are bound to it.
   */
  'child:restarting': AboutChild & {
    /** That of its supervisor; `one-for-one` for a restart that concerns nobody else, such as a request. */
    readonly strategy: Strategy;
    /**
     * `exit`, `start-failed`: that is counted. `revive`: it was parked; `resume`: it was paused; `request`: somebody
     * wants it now; `reconcile`: it is declared differently. These are not counted.
     */
    readonly because: 'exit' | 'start-failed' | 'revive' | 'resume' | RequestCause;
    /** How it ended, or why its start failed. */
    readonly reason: ReasonWire;
    /** How much of the limit that counts is used now. */
    readonly budget: Budget;
    /** How long its backoff delays that, in milliseconds, from when all that has to is down. */
    readonly delayMs: number;
    /** Who asked for it, as far as they said so. */
    readonly by: string | null;
  };
  /**
   * It was decided not to start it again, or a start that was due is called off. (Other decisions against a restart
   * are `child:gave-up`, `child:waiting`, `supervisor:gave-up` and `supervisor:start-failed`.)
   */
  'child:not-restarted': AboutChild & {
    /**
     * `temporary`, `completed`: its `restart` says so, `completed` of a transient one that did not crash; `paused`: its
     * automatic restarts are suspended; `stopping`: it, or its whole supervisor, is being stopped; `dismissed`: nobody
     * wants its result any more; `answered`: whoever asked for its start has the error.
     */
    readonly because: 'temporary' | 'completed' | 'paused' | 'stopping' | 'dismissed' | 'answered';
    /** How it ended. */
    readonly reason: ReasonWire;
    /** Who asked for the stop, or the pause, as far as they said so. */
    readonly by: string | null;
  };
  /** All that had to go down with it is down, and its delay has begun. */
  'child:backing-off': AboutChild & {
    /** How long it waits, in milliseconds. */
    readonly delayMs: number;
    /** By the clock, in milliseconds. */
    readonly nextStartAt: number;
    /** How often it has failed in a row. */
    readonly failures: number;
    /** How much of the limit that counts is used now. */
    readonly budget: Budget;
  };
  /** It has failed once too often, or for good: what becomes of it is what its `giveUp` says. */
  'child:gave-up': AboutChild & {
    /** What becomes of it. */
    readonly giveUp: GiveUp;
    /** `limit`: its own limit, or as a supervisor that of its children; else what its `classify` says of the error. */
    readonly because: 'limit' | Exclude<ErrorClass, 'transient'>;
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
    /** How much of the limit that counts is used now. */
    readonly budget: Budget;
    /** When it will be started again if it is parked, by the clock; null: when somebody does it. */
    readonly reviveAt: number | null;
  };
  /** It is down because one that it is bound to is, or the one whose failure has taken its group down. */
  'child:waiting': AboutChild & {
    /** `bond`: it is bound to that one; `group`: their supervisor's strategy restarts them together. */
    readonly because: 'bond' | 'group';
    /** The path of that one. */
    readonly waitsFor: string;
  };
  /** Its automatic restarts are suspended. */
  'child:paused': AboutChild & {
    /** Why, as far as that was said. */
    readonly reason: string | null;
    /** Who asked for it, as far as they said so. */
    readonly by: string | null;
  };
  /** Its automatic restarts are on again; if it is down because of the pause it is started now. */
  'child:resumed': AboutChild & {
    /** Why, as far as that was said. */
    readonly reason: string | null;
    /** Who asked for it, as far as they said so. */
    readonly by: string | null;
  };
  /** Its `classify` threw, or said something that is no class; its error counts as `transient`. */
  'child:classify-failed': AboutChild & {
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
  };
  /** It was asked to stop. */
  'child:stopping': AboutChild &
    WithCause<StopCause> & {
      /** How many milliseconds it may take; null: without limit. */
      readonly shutdownMs: number | null;
    };
  /** It lives, but its start or its run takes too long, or it has shown no life for too long: it is told to end. */
  'child:timed-out': AboutChild & {
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
  };
  /** It is ended by force: its `kill` hook is called, or all below it are killed. */
  'child:killing': AboutChild & {
    /** `overdue`: its time to stop is over (or it has none); `forced`: that of its supervisor is. */
    readonly because: 'overdue' | 'forced';
  };
  /** It is down because it was asked to. */
  'child:stopped': AboutChild & {
    /** How it ended: `shutdown`, unless it failed on its way. */
    readonly reason: ReasonWire;
    /** How long it was up, in milliseconds, without what it took to clean up. */
    readonly uptimeMs: number;
  };
  /** It did not end in time, cannot be killed, and is waited for without limit: its `onStuck` is `wait`. */
  'child:stuck': AboutChild & {
    /** What it was doing when it was asked to stop. */ readonly phase: UnstoppedChild['phase'];
  };
  /** It did not end in time and is waited for no longer. */
  'child:abandoned': AboutChild & UnstoppedChild;
  /** An abandoned incarnation has ended after all. */
  'child:settled': AboutChild & {
    /** How long after it was abandoned, in milliseconds. */
    readonly afterMs: number;
  };
  /** Its clean-up (`stop` after a crash, or a deferred function) threw. */
  'child:cleanup-failed': AboutChild & {
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
  };
  /** An incarnation that has already ended reported a failure; it changes nothing. */
  'child:late-fault': AboutChild & {
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
  };
  /** It is no longer one of the supervisor's children. */
  'child:removed': AboutChild & WithCause<RemovalCause>;

  /** It begins to start its children. */
  'supervisor:starting': AboutSupervisor & {
    /** Who is started again when a child has to be. */
    readonly strategy: Strategy;
    /** How many are declared. */
    readonly children: number;
  };
  /** All its children are up, or are what its policies let them be. */
  'supervisor:started': AboutSupervisor & {
    /** How long that took, in milliseconds. */
    readonly startMs: number;
    /**
     * How many children it had before it was started again, and has no more: those of a dynamic supervisor, as nobody
     * declared them. Whoever added them has to do so again. 0 if they are `temporary`: each is for once.
     */
    readonly lost: number;
  };
  /** A child failed to start; `undone` are those that were started before it and are stopped again. */
  'supervisor:start-failed': AboutSupervisor & {
    /** The path of that child. */
    readonly child: string;
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
    /** By their ids. */
    readonly undone: readonly string[];
  };
  /**
   * It begins to stop its children, and will end. What it was at comes to its end before: a child that is being started
   * is asked to stop at once.
   */
  'supervisor:stopping': AboutSupervisor & {
    /** Why. */
    readonly because: EndCause;
    /** Who asked for it, as far as they said so. */
    readonly by: string | null;
    /** As its parent will see it. */
    readonly reason: ReasonWire;
  };
  /** It has ended, and all its children are down, or abandoned. */
  'supervisor:stopped': AboutSupervisor & {
    /** How it ended. */
    readonly reason: ReasonWire;
  };
  /** One restart too many: it stops its children and ends. */
  'supervisor:gave-up': AboutSupervisor & {
    /** The child that had to be restarted once too often. */
    readonly offender: AboutChild;
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
    /** How much of the limit that counts is used now. */
    readonly budget: Budget;
  };
  /** Its significant children have ended: it stops the others and ends. */
  'supervisor:auto-shutdown': AboutSupervisor & {
    /** The path of the last of them. */
    readonly child: string;
    /** By which rule. */
    readonly autoShutdown: AutoShutdown;
  };
  /** Somebody has changed what it is declared with, or what is below it, while it runs; by paths, in order. */
  'supervisor:reconciled': AboutSupervisor & {
    /** Other options, without a new start. */
    readonly updated: readonly string[];
    /** Stopped and forgotten. */
    readonly removed: readonly string[];
    /** Started anew, by another declaration. */
    readonly replaced: readonly string[];
    /** New ones. */
    readonly added: readonly string[];
    /** What did not start; it goes on as it was. */
    readonly failed: readonly string[];
    /** Who asked for it, as far as they said so. */
    readonly by: string | null;
  };
  /** A declaration that is allowed but probably not meant. */
  'supervisor:warning': AboutSupervisor & {
    /** Stable: docs/errors.md lists them. */
    readonly code: string;
    /** In words, with what would do instead. */
    readonly message: string;
  };
  /** A listener threw, or its promise was rejected. It stays subscribed; it is reported once. */
  'listener:failed': AboutSupervisor & {
    /** What it listens to. */ readonly event: string;
    /** The error behind it, as JSON data. */
    readonly error: ErrorWire;
  };
}

/** The name of a lifecycle event, like `child:crashed`. */
export type EventName = keyof EventBodies;

/** The names of the events about one child. */
export type ChildEventName = Extract<EventName, `child:${string}`>;

/** What an event says beside what all events about a child do. */
export type FactsOf<N extends ChildEventName> = Omit<EventBodies[N], keyof AboutChild>;

/** An event as the model writes it: without its number and time. */
export type EventBody = { [N in EventName]: { readonly type: N } & EventBodies[N] }[EventName];

/** One event by its name. */
export type EventOf<N extends EventName> = {
  /** Its name. */
  readonly type: N;
  /** Counts the events of one tree from 1, without gaps while anybody listens. */
  readonly seq: number;
  /** The clock's time, in milliseconds (since 1970 with the default clock). */
  readonly at: number;
} & EventBodies[N];

/** Any lifecycle event; `type` tells which. */
export type SupervisionEvent = { [N in EventName]: EventOf<N> }[EventName];

/** The names of all events. Complete by construction: a missing or a wrong name does not compile. */
export const EVENT_NAMES = Object.keys({
  'child:starting': 1,
  'child:started': 1,
  'child:start-failed': 1,
  'child:ignored': 1,
  'child:ending': 1,
  'child:crashed': 1,
  'child:completed': 1,
  'child:restarting': 1,
  'child:not-restarted': 1,
  'child:backing-off': 1,
  'child:gave-up': 1,
  'child:waiting': 1,
  'child:paused': 1,
  'child:resumed': 1,
  'child:classify-failed': 1,
  'child:stopping': 1,
  'child:timed-out': 1,
  'child:killing': 1,
  'child:stopped': 1,
  'child:stuck': 1,
  'child:abandoned': 1,
  'child:settled': 1,
  'child:cleanup-failed': 1,
  'child:late-fault': 1,
  'child:removed': 1,
  'supervisor:starting': 1,
  'supervisor:started': 1,
  'supervisor:start-failed': 1,
  'supervisor:stopping': 1,
  'supervisor:stopped': 1,
  'supervisor:gave-up': 1,
  'supervisor:auto-shutdown': 1,
  'supervisor:reconciled': 1,
  'supervisor:warning': 1,
  'listener:failed': 1,
} satisfies Record<EventName, 1>) as readonly EventName[];
