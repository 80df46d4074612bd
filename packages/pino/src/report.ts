/**
 * Supervisor reports: what OTP's supervisor tells its log about a child, with the same four facts
 * (`?report_error` in stdlib's `supervisor.erl`: supervisor, errorContext, reason, offender).
 */
import type { EventOf, ReasonWire } from '@coppice/core';

/** On what occasion a supervisor reports: OTP's `start_error`, `child_terminated`, `shutdown_error`, `shutdown`. */
export type ReportContext = 'start-error' | 'child-terminated' | 'shutdown-error' | 'gave-up';

/** Why, in a word; the error itself is beside it, under the logger's key for errors. */
export type ReportReason = ReasonWire['kind'] | 'reached-max-restarts' | 'permanent-error' | 'fatal-error';

/** The child that a report is about. */
export interface Offender {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** Its name among its siblings. */
  readonly id: string;
  /** What it is. */
  readonly kind: string;
  /** When it is started again. */
  readonly restart: string;
  /** Which of its incarnations. */
  readonly incarnation: number;
}

/** The fields that make a record a supervisor report. */
export interface SupervisorReport {
  /** The path of the supervisor. */
  readonly supervisor: string;
  /** On what occasion. */
  readonly context: ReportContext;
  /** Why. */
  readonly reason: ReportReason;
  /** The child that it is about. */
  readonly offender: Offender;
}

type EventWithChild = EventOf<
  'child:start-failed' | 'child:crashed' | 'child:completed' | 'child:stopped' | 'child:gave-up'
>;

/** The report of a supervisor on one of its children. */
export function reportOn(
  event: EventWithChild,
  context: ReportContext,
  reason: ReportReason,
): SupervisorReport {
  return { supervisor: event.supervisor, context, reason, offender: offender(event) };
}

/** OTP: `reached_max_restart_intensity`. */
export function reportGaveUp(event: EventOf<'supervisor:gave-up'>): SupervisorReport {
  return {
    supervisor: event.path,
    context: 'gave-up',
    reason: 'reached-max-restarts',
    offender: offender(event.offender),
  };
}

const WHY_GIVEN_UP = {
  limit: 'reached-max-restarts',
  permanent: 'permanent-error',
  fatal: 'fatal-error',
} as const;

/** Not in OTP, where only supervisors give up. */
export const reportChildGaveUp = (event: EventOf<'child:gave-up'>): SupervisorReport =>
  reportOn(event, 'gave-up', WHY_GIVEN_UP[event.because]);

const offender = ({ path, id, kind, restart, incarnation }: Offender): Offender => ({
  path,
  id,
  kind,
  restart,
  incarnation,
});

/**
 * OTP's `do_restart`: the end of a permanent child is always an error, even a normal one; that of any other
 * only if it is neither normal nor a shutdown.
 */
export function reportCompleted(event: EventOf<'child:completed'>): SupervisorReport | undefined {
  const { kind } = event.reason;
  const isExpected = event.restart !== 'permanent' && (kind === 'normal' || kind === 'shutdown');
  return isExpected ? undefined : reportOn(event, 'child-terminated', kind);
}

/**
 * OTP's `do_terminate`: asked to stop, a child has to end with `shutdown`; one that is not permanent may
 * also end normally, or with a shutdown that carries something.
 */
export function reportStopped(event: EventOf<'child:stopped'>): SupervisorReport | undefined {
  const { restart, reason } = event;
  const isPlain = reason.kind === 'shutdown' && reason.detail === undefined;
  const isOrderly = reason.kind === 'shutdown' || reason.kind === 'normal';
  if (isPlain || (isOrderly && restart !== 'permanent')) return undefined;
  return reportOn(event, 'shutdown-error', reason.kind);
}
