/** The one table: at which level each event is logged, what the record says, and what it carries. */
import type { ErrorWire, EventName, EventOf, GiveUp, ReasonWire } from '@coppice/core';
import type { LogLevel } from './logger.js';
import {
  type SupervisorReport,
  reportChildGaveUp,
  reportCompleted,
  reportGaveUp,
  reportOn,
  reportStopped,
} from './report.js';
import {
  because,
  duration,
  errorIn,
  gaveUp,
  gaveUpOver,
  isSupervisor,
  limit,
  onBehalfOf,
  says,
  timeOf,
  used,
} from './words.js';

/** How one kind of event is logged. */
export interface EventLogRow<N extends EventName> {
  /** The level, or how it follows from the event. */
  readonly level: LogLevel | ((event: EventOf<N>) => LogLevel);
  /** A sentence for a human. */
  message(event: EventOf<N>): string;
  /** What is in the record besides `event`, `seq`, the report and the error. */
  fields(event: EventOf<N>): object;
  /** The error, if there is one. */
  error?(event: EventOf<N>): ErrorWire | undefined;
  /** The facts of the supervisor report, if OTP's supervisor would make one. */
  report?(event: EventOf<N>): SupervisorReport | undefined;
}

/** Complete by its type: a missing row does not compile. */
export type EventLog = { readonly [N in EventName]: EventLogRow<N> };

type ChildEvent = EventOf<Extract<EventName, `child:${string}`>>;

const aboutChild = ({ path, kind, incarnation }: ChildEvent) => ({ path, kind, incarnation });
/** A spread into a new object would cost more than the rest of the record. */
const withChild = <F extends object>(event: ChildEvent, facts: F) => Object.assign(aboutChild(event), facts);
/** Why, in fields: on whose account, and who asked for it. */
const why = ({
  because,
  with: other,
  by,
}: EventOf<'child:starting' | 'child:stopping' | 'child:removed'>) => ({
  because,
  ...(other !== null && { with: other }),
  ...(by !== null && { by }),
});
const aboutSupervisor = ({ path }: { readonly path: string }) => ({ path });
/** Clocks count in fractions of milliseconds, readers do not. */
const ms = Math.round;

/** The kind of a reason, and what a `Shutdown` had to say; its error goes where errors go. */
const ending = (reason: ReasonWire) => ({
  reason: reason.kind,
  ...(reason.kind === 'shutdown' && reason.detail !== undefined && { detail: reason.detail }),
});

const isRoot = ({ path }: { readonly path: string }): boolean => !path.includes('/');

/** The table from each event to its record. */
export const EVENT_LOG: EventLog = Object.freeze<EventLog>({
  'child:starting': {
    level: 'debug',
    message: (e) =>
      `starting ${e.path}${e.incarnation > 1 ? `, incarnation ${e.incarnation}` : ''}${WHY_STARTED[e.because](e)}`,
    fields: (e) => withChild(e, { ...why(e) }),
  },
  'child:started': {
    level: 'info',
    message: (e) => `${e.path} is up after ${duration(e.startMs)}`,
    // OTP's progress report.
    fields: (e) => ({
      path: e.path,
      kind: e.kind,
      incarnation: e.incarnation,
      supervisor: e.supervisor,
      id: e.id,
      restart: e.restart,
      startMs: ms(e.startMs),
    }),
  },
  'child:start-failed': {
    level: 'error',
    message: (e) => `${e.path} failed to start after ${duration(e.startMs)}: ${says(e.error)}`,
    fields: (e) => withChild(e, { startMs: ms(e.startMs) }),
    error: (e) => e.error,
    report: (e) => reportOn(e, 'start-error', 'crash'),
  },
  'child:ignored': {
    level: 'info',
    message: (e) => `${e.path} stays down: its start said ignore`,
    fields: aboutChild,
  },
  'child:ending': {
    // Its failure is told with its error when this is over; here is why nothing answers until then.
    level: (e) => (errorIn(e.reason) ? 'info' : 'debug'),
    message: (e) => `${howItEnds(e)}, and cleans up${within(e.shutdownMs)}${because(e.reason)}`,
    fields: (e) => withChild(e, { phase: e.phase, ...ending(e.reason), shutdownMs: e.shutdownMs }),
  },
  'child:crashed': {
    level: 'error',
    message: (e) => `${e.path} crashed after ${duration(e.uptimeMs)}: ${says(e.error)}`,
    fields: (e) => withChild(e, { uptimeMs: ms(e.uptimeMs) }),
    error: (e) => e.error,
    report: (e) => reportOn(e, 'child-terminated', 'crash'),
  },
  'child:completed': {
    level: (e) => (reportCompleted(e) ? 'error' : 'info'),
    message: (e) =>
      `${e.path} ${gaveUp(e.reason) ? 'gave up' : ENDED[e.reason.kind]} after ${duration(e.uptimeMs)}` +
      `${e.restart === 'permanent' ? `, though it is permanent${forgotten(e)}` : ''}${because(e.reason)}`,
    fields: (e) => withChild(e, { uptimeMs: ms(e.uptimeMs), ...ending(e.reason) }),
    error: (e) => errorIn(e.reason),
    report: reportCompleted,
  },
  'child:restarting': {
    // Whoever asks for a start, or ends a pause, knows of it.
    level: (e) => (IS_COUNTED[e.because] || e.because === 'revive' ? 'warn' : 'info'),
    message: (e) => {
      const delay = e.delayMs > 0 ? ` in ${duration(e.delayMs)}` : '';
      const count = IS_COUNTED[e.because] ? ` (${used(e.budget)})` : '';
      const [doing, why = ''] = RESTARTING[e.because];
      return `${doing} ${e.path}${WITH_WHOM[e.strategy]}${why}${delay}${count}`;
    },
    // The error is in the record before this one.
    fields: (e) =>
      withChild(e, {
        strategy: e.strategy,
        because: e.because,
        ...ending(e.reason),
        budget: e.budget,
        delayMs: ms(e.delayMs),
      }),
  },
  'child:not-restarted': {
    level: 'info',
    message: (e) =>
      `${e.path} is not started again: ${NOT_RESTARTED[e.because]}${e.by === null ? '' : ` (${e.by})`}`,
    fields: (e) => withChild(e, { because: e.because, ...ending(e.reason), by: e.by }),
  },
  'child:backing-off': {
    level: 'info',
    message: (e) =>
      `${e.path} is down, and starts again in ${duration(e.delayMs)}, at ${timeOf(e.nextStartAt)} ` +
      `(${e.failures === 1 ? '1 failure' : `${e.failures} failures in a row`})`,
    fields: (e) =>
      withChild(e, {
        delayMs: ms(e.delayMs),
        nextStartAt: timeOf(e.nextStartAt),
        failures: e.failures,
      }),
  },
  'child:gave-up': {
    level: (e) => (e.giveUp === 'exit' ? 'fatal' : 'error'),
    message: (e) => {
      const why = e.because === 'limit' ? overLimit(e) : `: its error is ${e.because}`;
      return `${e.path} gave up${why}; ${AFTERWARDS[e.giveUp](e.reviveAt)}: ${says(e.error)}`;
    },
    fields: (e) =>
      withChild(e, {
        giveUp: e.giveUp,
        because: e.because,
        // That of a supervisor is in its own record.
        ...(!isSupervisor(e.kind) && { budget: e.budget }),
        reviveAt: e.reviveAt === null ? null : timeOf(e.reviveAt),
      }),
    error: (e) => e.error,
    report: reportChildGaveUp,
  },
  'child:waiting': {
    level: 'info',
    message: (e) => `${e.path} is down as long as ${e.waitsFor} is, ${WAITING[e.because]}`,
    fields: (e) => withChild(e, { because: e.because, waitsFor: e.waitsFor }),
  },
  'child:paused': {
    // Somebody has to think of ending it.
    level: 'warn',
    message: (e) => `${e.path} is paused${onBehalfOf(e)}: it is not started again by itself any more`,
    fields: (e) => withChild(e, { pauseReason: e.reason, by: e.by }),
  },
  'child:resumed': {
    level: 'info',
    message: (e) => `${e.path} is resumed${onBehalfOf(e)}: it is started again by itself again`,
    fields: (e) => withChild(e, { pauseReason: e.reason, by: e.by }),
  },
  'child:classify-failed': {
    level: 'warn',
    message: (e) => `the classify of ${e.path} failed, so the error counts as transient: ${says(e.error)}`,
    fields: aboutChild,
    error: (e) => e.error,
  },
  'child:stopping': {
    level: 'debug',
    message: (e) => `stopping ${e.path}${within(e.shutdownMs)}: ${WHY_STOPPED[e.because](e)}`,
    fields: (e) => withChild(e, { ...why(e), shutdownMs: e.shutdownMs }),
  },
  'child:timed-out': {
    level: 'warn',
    message: (e) => `${e.path} is broken off: ${says(e.error)}`,
    fields: aboutChild,
    error: (e) => e.error,
  },
  'child:killing': {
    level: 'warn',
    message: (e) =>
      `${e.path} is ended by force: ${e.because === 'overdue' ? 'its time' : 'that of its supervisor'} is over`,
    fields: (e) => withChild(e, { because: e.because }),
  },
  'child:stopped': {
    level: (e) => {
      if (!reportStopped(e)) return 'debug';
      return e.reason.kind === 'crash' ? 'error' : 'warn';
    },
    message: (e) => {
      if (e.reason.kind === 'killed') return `${e.path} did not stop in time and counts as killed`;
      if (e.reason.kind === 'crash') return `${e.path} failed when it was stopped${because(e.reason)}`;
      const oddly = reportStopped(e) ? ` with reason ${e.reason.kind}, though it is permanent` : '';
      return `${e.path} stopped${oddly}${because(e.reason)}`;
    },
    fields: (e) => withChild(e, { uptimeMs: ms(e.uptimeMs), ...ending(e.reason) }),
    error: (e) => errorIn(e.reason),
    report: reportStopped,
  },
  'child:stuck': {
    level: 'warn',
    message: (e) => `${e.path} did not end in time: ${whatHangs(e)}; it cannot be killed, and is waited for`,
    fields: (e) => withChild(e, { phase: e.phase }),
  },
  'child:abandoned': {
    level: 'error',
    message: (e) =>
      `${e.path} did not end within ${duration(e.waitedMs)}: ${whatHangs(e)}; it is waited for no longer, and may ` +
      'still be running',
    // No supervisor report: that comes with its end, which follows at once.
    fields: (e) => withChild(e, { phase: e.phase, waitedMs: ms(e.waitedMs) }),
  },
  'child:settled': {
    level: 'warn',
    message: (e) =>
      `${e.path}, incarnation ${e.incarnation}, has ended after all, ${duration(e.afterMs)} after it was abandoned`,
    fields: (e) => withChild(e, { afterMs: ms(e.afterMs) }),
  },
  'child:cleanup-failed': {
    level: 'warn',
    message: (e) => `cleaning up after ${e.path} failed: ${says(e.error)}`,
    fields: aboutChild,
    error: (e) => e.error,
  },
  'child:late-fault': {
    level: 'warn',
    message: (e) => `${e.path}, incarnation ${e.incarnation}, failed once more at its end: ${says(e.error)}`,
    fields: aboutChild,
    error: (e) => e.error,
  },
  'child:removed': {
    level: 'debug',
    message: (e) => `${e.path} is no longer a child of ${e.supervisor}: ${WHY_REMOVED[e.because](e)}`,
    fields: (e) => withChild(e, { ...why(e) }),
  },

  'supervisor:starting': {
    level: 'debug',
    message: (e) =>
      `starting ${e.path}: ${e.strategy}, ${e.children} ${e.children === 1 ? 'child' : 'children'}`,
    fields: (e) => ({ ...aboutSupervisor(e), strategy: e.strategy, children: e.children }),
  },
  'supervisor:started': {
    // A nested one is a child that is up as well, and its parent says so.
    level: (e) => (e.lost > 0 ? 'warn' : isRoot(e) ? 'info' : 'debug'),
    message: (e) =>
      e.lost > 0
        ? `${e.path} is up again, and empty: ${e.lost === 1 ? 'the child that it had is' : `the ${e.lost} children that it had are`} ` +
          `not started again; whoever added them has to add them again`
        : `${e.path} is up after ${duration(e.startMs)}, with all its children`,
    fields: (e) => ({ ...aboutSupervisor(e), startMs: ms(e.startMs), ...(e.lost > 0 && { lost: e.lost }) }),
  },
  'supervisor:start-failed': {
    level: 'error',
    message: (e) => `${e.path} failed to start, since ${e.child} did not: ${says(e.error)}`,
    fields: (e) => ({ ...aboutSupervisor(e), child: e.child, undone: e.undone }),
    error: (e) => e.error,
  },
  'supervisor:stopping': {
    level: 'debug',
    message: (e) => `stopping ${e.path}${e.by === null ? '' : ` on behalf of ${e.by}`}${whyItEnds(e.reason)}`,
    fields: (e) => ({
      ...aboutSupervisor(e),
      because: e.because,
      ...(e.by !== null && { by: e.by }),
      ...ending(e.reason),
    }),
    error: (e) => newErrorIn(e.reason),
  },
  'supervisor:stopped': {
    level: (e) => {
      // The last line of a log tells a program that ended from one that was cut off.
      if (isRoot(e)) return e.reason.kind === 'crash' ? 'error' : 'info';
      return 'debug';
    },
    message: (e) => `${e.path} stopped${whyItEnds(e.reason)}`,
    fields: (e) => ({ ...aboutSupervisor(e), ...ending(e.reason) }),
    error: (e) => newErrorIn(e.reason),
  },
  'supervisor:gave-up': {
    level: (e) => (isRoot(e) ? 'fatal' : 'error'),
    message: (e) => `${gaveUpOver(e)}${e.error.cause ? `: ${says(e.error.cause)}` : ''}`,
    fields: (e) => ({ ...aboutSupervisor(e), budget: e.budget }),
    error: (e) => e.error,
    report: reportGaveUp,
  },
  'supervisor:auto-shutdown': {
    level: 'info',
    message: (e) => `${e.path} shuts itself down: significant child ${e.child} has ended (${e.autoShutdown})`,
    fields: (e) => ({ ...aboutSupervisor(e), child: e.child, autoShutdown: e.autoShutdown }),
  },
  'supervisor:reconciled': {
    level: ({ failed }) => (failed.length > 0 ? 'error' : 'info'),
    message: ({ path, by, updated, removed, replaced, added, failed }) => {
      const did = Object.entries({ updated, removed, replaced, added, failed }).filter(
        ([, paths]) => paths.length > 0,
      );
      const words = did.map(([what, paths]) => `${what} ${paths.join(', ')}`);
      return `${path} is reconciled${by === null ? '' : ` by ${by}`}: ${words.length === 0 ? 'nothing to change' : words.join('; ')}`;
    },
    fields: ({ path, by, updated, removed, replaced, added, failed }) => ({
      path,
      ...(by !== null && { by }),
      updated,
      removed,
      replaced,
      added,
      failed,
    }),
  },
  'supervisor:warning': {
    level: 'warn',
    message: (e) => e.message,
    fields: (e) => ({ ...aboutSupervisor(e), code: e.code }),
  },
  'listener:failed': {
    level: 'error',
    message: (e) => `a listener for '${e.event}' at ${e.path} failed: ${says(e.error)}`,
    fields: (e) => ({ ...aboutSupervisor(e), listener: e.event }),
    error: (e) => e.error,
  },
});

/** A task that was meant to run on and is over so soon has probably not waited for its work. */
const SOON_MS = 5_000;

const forgotten = ({ kind, reason, uptimeMs }: EventOf<'child:completed'>): string =>
  kind === 'task' && reason.kind === 'normal' && uptimeMs < SOON_MS
    ? `: was an await forgotten in its run? If it may end, give it restart: 'transient'`
    : '';

const ENDED = {
  normal: 'completed',
  shutdown: 'shut itself down',
  crash: 'crashed',
  killed: 'was killed',
} as const;

/** What is done with it, and why if it is not for an exit. */
const RESTARTING = {
  exit: ['restarting'],
  'start-failed': ['trying again to start'],
  revive: ['reviving'],
  resume: ['starting', ', whose pause is over'],
  request: ['restarting', ' on request'],
  reconcile: ['restarting', ', which is declared differently'],
} as const;

/** Does such a restart use up a part of the budget? */
const IS_COUNTED = {
  exit: true,
  'start-failed': true,
  revive: false,
  resume: false,
  request: false,
  reconcile: false,
} as const;

interface Why {
  readonly supervisor: string;
  readonly with: string | null;
  readonly by: string | null;
}

const from = ({ by }: Why): string => (by === null ? '' : ` by ${by}`);
const other = (e: Why): string => e.with ?? 'another one';

/** Why it is started, where that is not plain from what is said before. */
const WHY_STARTED: Readonly<Record<EventOf<'child:starting'>['because'], (e: Why) => string>> = {
  boot: () => '',
  restart: () => '',
  sibling: (e) => `, together with ${other(e)}`,
  bond: (e) => `, being bound to ${other(e)}`,
  unblocked: () => ', since it need not wait any longer',
  request: (e) => `, as was asked for${from(e)}`,
  reconcile: (e) => `, as is declared now${from(e)}`,
};

const WHY_STOPPED: Readonly<Record<EventOf<'child:stopping'>['because'], (e: Why) => string>> = {
  request: (e) => `that was asked for${from(e)}`,
  reconcile: (e) => `it is declared differently, or no more${from(e)}`,
  dismissed: () => 'nobody wants its result any more',
  sibling: (e) => `it is restarted together with ${other(e)}`,
  bond: (e) => `it is bound to ${other(e)}`,
  shutdown: (e) => `${e.supervisor} is stopped${from(e)}`,
  'gave-up': (e) => `${e.supervisor} has given up`,
  'auto-shutdown': (e) => `${e.supervisor} shuts itself down`,
  'start-failed': (e) => `${other(e)} did not start`,
};

const WHY_REMOVED: Readonly<Record<EventOf<'child:removed'>['because'], (e: Why) => string>> = {
  ...WHY_STOPPED,
  ended: () => 'it has ended, and is not started again',
  ignored: () => 'its start said ignore',
  'start-failed': (e) => `${e.with ?? 'it'} did not start`,
  'gave-up': () => 'it has given up, or its supervisor has',
  deleted: (e) => `it was deleted${from(e)}`,
};

/** What ties it to the one that it waits for. */
const WAITING = { bond: 'to which it is bound', group: 'with which it is restarted' } as const;

/** Why it stays down. */
const NOT_RESTARTED = {
  temporary: 'it is temporary',
  completed: 'it is transient, and has done its work',
  paused: 'its restarts are paused',
  stopping: 'it is being stopped',
  dismissed: 'nobody wants its result any more',
  answered: 'whoever asked for its start has the error',
} as const;

/** What becomes of a child that has given up. */
const AFTERWARDS: Readonly<Record<GiveUp, (reviveAt: number | null) => string>> = {
  escalate: () => 'so its supervisor gives up too',
  park: (reviveAt) =>
    `it is parked ${reviveAt === null ? 'until somebody starts it' : `until ${timeOf(reviveAt)}`}`,
  'keep-trying': () => 'it is tried again at its longest delay',
  exit: () => 'all ends',
  remove: () => 'it is removed',
};

const overLimit = ({ kind, budget }: EventOf<'child:gave-up'>): string =>
  isSupervisor(kind) ? '' : `: it failed again after ${limit(budget)}, which is the limit`;

const WITH_WHOM = {
  'one-for-one': '',
  'one-for-all': ' and all its siblings',
  'rest-for-one': ' and those after it',
} as const;

/** What has not come to an end, though its signal was aborted when it was asked to stop. */
function whatHangs({ kind, phase }: EventOf<'child:stuck' | 'child:abandoned'>): string {
  if (phase !== 'running') return phase === 'starting' ? 'its start goes on' : 'its clean-up goes on';
  if (kind === 'task') return 'its run goes on';
  return kind === 'service' ? 'its stop goes on' : 'it goes on';
}

function howItEnds({ path, phase, reason }: EventOf<'child:ending'>): string {
  if (errorIn(reason)) return phase === 'running' ? `${path} has failed` : `the start of ${path} has failed`;
  return phase === 'running' ? `${path} is done` : `${path} stays down`;
}

/** Why a supervisor ends. What it gave up over has been said when it did. */
const whyItEnds = (reason: ReasonWire): string => (gaveUp(reason) ? ' after giving up' : because(reason));

/** That of a supervisor which gave up is in the record that says so. */
const newErrorIn = (reason: ReasonWire): ErrorWire | undefined =>
  gaveUp(reason) ? undefined : errorIn(reason);

function within(shutdownMs: number | null): string {
  if (shutdownMs === null) return ', for as long as it takes';
  return shutdownMs === 0 ? ' without waiting for it' : ` within ${duration(shutdownMs)}`;
}
