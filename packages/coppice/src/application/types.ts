/** What a user declares as an application, and what comes of it. */
import type {
  ChildRef,
  Clock,
  Health,
  HealthChange,
  LoggerLike,
  Random,
  RecorderOptions,
  StopReport,
  SupervisorOptions,
  SupervisorSpec,
  SupervisorTree,
} from '@coppice/core';
import type { EventLoopOptions } from '../event-loop/index.js';
import type { FaultOptions, FaultPolicy } from '../faults/index.js';
import type { ApplicationHealth } from './health-options.js';

/** As much of pino's logger as an application uses. What can make no children, as `console`, will do too. */
export interface ApplicationLogger extends LoggerLike {
  /** For the record of what ended the process. Where there is none, `error` is used. */
  readonly fatal?: LoggerLike['error'] | undefined;
  /** Called, and waited for (2 s at most), before the process exits: with a callback, or returning a promise. */
  readonly flush?: ((done?: (error?: Error) => void) => unknown) | undefined;
}

/** The options of an application: those of a supervisor that has no other above it, and those of a process. */
export interface ApplicationOptions
  extends Pick<
    SupervisorOptions,
    | 'id'
    | 'strategy'
    | 'maxRestarts'
    | 'withinMs'
    | 'autoShutdown'
    | 'childBackoff'
    | 'startOrder'
    | 'children'
  > {
  /**
   * Which signals start the ordered stop of `run()`. Default: `SIGTERM` and `SIGINT`. An empty list leaves
   * them to somebody else, who then calls `stop()`.
   */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /**
   * Within how many milliseconds after it was asked to stop everything has to be down, `drainMs` included. Each
   * child may take half of what is left of them, or more if it might take more than those after it; never more than
   * its own `shutdownMs`. A child with a `kill` of its own may take up to a second more. Default: 10,000; in Kubernetes 25,000, which fits into its grace period of 30 s.
   */
  readonly shutdownMs?: number | undefined;
  /**
   * For how many milliseconds it goes on serving, but is not ready, before it begins to stop: so long
   * whoever routes requests to it may take to notice. Default: 0; in Kubernetes 5,000.
   */
  readonly drainMs?: number | undefined;
  /**
   * Within how many milliseconds all children have to be up, all together, also if their `boot` is to `retry`.
   * Infinity: no limit. Default: 30,000.
   */
  readonly startTimeoutMs?: number | undefined;
  /**
   * What `run()` does about faults that go astray: `off` nothing, `label` say whose it was before Node ends
   * the process, `contain` make it the crash of that child. Default: `label` where it costs next to nothing
   * (Node 24 and later), otherwise `off`. `start()` leaves them alone.
   *
   * `contain` survives 3 of them within a minute, of all children together; the next one ends the process. An object says
   * how many: `{ policy: 'contain', maxContained: 20, withinMs: 60_000 }`.
   */
  readonly faults?: FaultPolicy | FaultOptions | undefined;
  /**
   * While `run()` has the process, its event loop is watched from another thread: that it is blocked, by which
   * child (with `faults` other than `off`) and in which call, is on stderr while it lasts, and in the log
   * when it is over. `true`: with the defaults. Default: false, it is not watched.
   */
  readonly eventLoop?: boolean | EventLoopOptions | undefined;
  /**
   * Answers `/livez` and `/readyz` on this port, with a first child (`health`) that is added; what single children
   * mean for that; and a history of when it was ready. Default: none of it.
   */
  readonly health?: ApplicationHealth | undefined;
  /**
   * Where the records of the application, and the `log` of its children, go: pino, or anything shaped like
   * it. Default: while `run()` has the process, readable lines on the console; otherwise nowhere.
   */
  readonly logger?: ApplicationLogger | undefined;
  /**
   * Keeps the last runs of the children that fail, for `explain` and for `handle().recorder`: 10 runs each of 1,000
   * children, unless this says otherwise. Default: true.
   */
  readonly recorder?: boolean | RecorderOptions | undefined;
  /** Where time comes from. Default: the platform's clock. */
  readonly clock?: Clock | undefined;
  /** Where chance comes from: the jitter of delays. Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** How to run an application. */
export interface RunOptions {
  /** Whether to end the process when the application has ended. Default: true. */
  readonly exit?: boolean | undefined;
}

/** A declared application: frozen data like that of a supervisor, which can own its process. */
export interface Application extends SupervisorSpec, AsyncDisposable {
  /** Its tree, always the same: to subscribe to it first, and to look into it later. */
  handle(): SupervisorTree;
  /**
   * Runs it as what this process is there for: starts it, says that it is ready, stops it in order when a
   * signal comes, flushes the log, and exits. Never resolves, unless `exit` is false: then with the exit
   * code, when all that it has installed is gone again.
   *
   * | exit code | when                                                                                |
   * | --------- | ----------------------------------------------------------------------------------- |
   * | 0         | it was stopped, or has ended by itself, and nothing is left                           |
   * | 1         | it did not start, gave up (or a child with `giveUp: 'exit'` did, or met a fatal error), left something behind that could not be stopped, or was hit by a fault that is nobody's |
   * | 128 + n   | signal n came a second time                                                          |
   *
   * @throws ApplicationError `COPPICE_APP_ALREADY_RUNNING`, `COPPICE_APP_SECOND`, `COPPICE_APP_IN_TEST`
   * @throws CommandError `COPPICE_INVALID_ARGUMENT` if an option is wrong, or unknown
   */
  run(options: { readonly exit: false }): Promise<number>;
  /** Ends the process when the application has ended. */
  run(options?: { readonly exit?: true | undefined }): Promise<never>;
  /** Where only the run time knows which of the two it is. */
  run(options?: RunOptions): Promise<number>;
  /**
   * Starts it and touches nothing global: for tests, and inside other programs. Once more while it is up:
   * the same. After its end: it is started anew.
   *
   * @throws StartError if a child does not start; those before it are stopped again
   * @throws ApplicationError `COPPICE_APP_START_TIMEOUT` if they are not all up within `startTimeoutMs`
   */
  start(): Promise<this>;
  /**
   * Stops it in order within `shutdownMs`; resolves when it is down, with those children that did not stop.
   * Once more, or when it was never started: nothing more happens.
   */
  stop(): Promise<StopReport>;
  /**
   * What a child is at, why, and what comes next, in plain sentences; without a child the application itself. The same
   * as `handle().explain`, but it knows what becomes of the process.
   *
   * @throws CommandError `COPPICE_NOT_FOUND`
   */
  explain(child?: ChildRef): string;
  /** How it is: what the probes of the health server answer. Answers at once, in every state. */
  health(): Health;
  /** When it became ready or unready, and why: the last 20 times, the oldest first. None without the option `health`. */
  healthChanges(): readonly HealthChange[];
}
