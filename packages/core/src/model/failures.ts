/**
 * Judges a child that has failed and is to be started again: whether it may be, after which delay, and what
 * becomes of it if not. Without policies of its own a child counts in its supervisor's restarts, as in OTP.
 */
import { type Backoff, delayMs } from './backoff.js';
import type { Child } from './child.js';
import { type CoppiceError, coppiceError, isCoppiceError, messageOf } from './errors.js';
import { SHUTDOWN, errorOf } from './exit-reason.js';
import { FAILURE_TABLE } from './give-up.js';
import { isSupervisorKind, ownLimit } from './policy.js';
import { type Recovery, recoveryOf } from './recovery.js';
import { budgetOf, reportOn } from './report.js';
import { RestartWindow } from './restart-window.js';
import type { Supervisor } from './supervisor.js';
import { toWire } from './wire.js';

export type Judgement =
  | { readonly verdict: 'restart'; readonly delayMs: number }
  /** None: the limit was that of the supervisor itself. */
  | { readonly verdict: 'escalate'; readonly error: CoppiceError | undefined }
  | { readonly verdict: 'park' | 'remove' }
  | { readonly verdict: 'exit'; readonly error: CoppiceError };

const RESTART_AT_ONCE: Judgement = { verdict: 'restart', delayMs: 0 };

/** Those after which nothing goes on as before: the supervisor, or the whole tree, ends. */
export type Ending = Extract<Judgement, { verdict: 'escalate' | 'exit' }>;

/** The delays before a child is started again, if there are any. */
export const backoffOf = (s: Supervisor, child: Child): Backoff | undefined =>
  child.spec.backoff ?? s.policy.childBackoff;

/** Counts the failure, and says what follows from it. */
export function judge(s: Supervisor, child: Child, because: 'exit' | 'start-failed'): Judgement {
  const backoff = backoffOf(s, child);
  if (backoff) countFailure(recoveryOf(child), backoff);
  const errorClass = child.recovery?.errorClass ?? 'transient';
  // Only what may pass is worth counting.
  const exceeded = errorClass === 'transient' ? exceededLimit(s, child, because) : undefined;
  const verdict = FAILURE_TABLE[errorClass][exceeded ? 'over' : 'within'];
  if (verdict === 'restart')
    return backoff ? { verdict, delayMs: nextDelay(s, child, backoff) } : RESTART_AT_ONCE;
  // OTP's case: it is not the child that gives up.
  if (exceeded === 'shared') return { verdict: 'escalate', error: undefined };
  return giveUp(s, child, verdict === 'exit', backoff);
}

/**
 * After a run that was long enough the delays begin anew. Its limit is another matter, that forgets by time alone; but
 * whoever had given up, and kept trying until it was well, begins with a clean sheet.
 */
function countFailure(recovery: Recovery, { resetAfterMs }: Backoff): void {
  if (recovery.uptimeMs >= resetAfterMs) {
    if (recovery.isSlow) forgive(recovery);
    recovery.failures = 0;
  }
  recovery.failures++;
}

/** Forgets all failures so far, as if it had never failed. */
export function forgive(recovery: Recovery): void {
  recovery.failures = 0;
  recovery.isSlow = false;
  recovery.window?.clear();
}

/** Counts one restart, where it has to be counted; if that is one too many: whose limit it was. */
function exceededLimit(
  s: Supervisor,
  child: Child,
  because: 'exit' | 'start-failed',
): 'own' | 'shared' | undefined {
  const { spec, recovery } = child;
  if (recovery?.isSlow) return 'own';
  if (isSupervisorKind(spec.kind) && spec.giveUp !== 'escalate') {
    // One that has given up, or that cannot even start again, has used up its limit below.
    if ((because === 'start-failed' && !recovery?.isBooting) || hasGivenUp(s, child)) return 'own';
  }
  const limit = ownLimit(spec);
  if (limit) {
    const known = recoveryOf(child);
    known.window ??= new RestartWindow(limit.maxRestarts, limit.withinMs);
    return known.window.add(s.now) ? undefined : 'own';
  }
  if (recovery?.isBooting) return undefined;
  return s.window.add(s.now) ? undefined : 'shared';
}

/** Has this supervisor ended because its own limit was used up (and not that of one further down)? */
export function hasGivenUp(s: Supervisor, { spec, id, lastExit }: Child): boolean {
  if (!isSupervisorKind(spec.kind) || lastExit?.kind !== 'shutdown') return false;
  const { cause } = lastExit;
  return isCoppiceError(cause, 'COPPICE_GAVE_UP') && cause.path === `${s.path}/${id}`;
}

function nextDelay(s: Supervisor, child: Child, backoff: Backoff): number {
  return delayMs(backoff, recoveryOf(child).failures, s.chance);
}

function giveUp(s: Supervisor, child: Child, isFatal: boolean, backoff: Backoff | undefined): Judgement {
  const policy = isFatal ? 'exit' : child.spec.giveUp;
  const errorClass = child.recovery?.errorClass ?? 'transient';
  const because = errorClass === 'transient' ? 'limit' : errorClass;
  const error = gaveUpError(s, child, because);
  // That one keeps trying is told once; that it is fatal now is news all the same.
  const isNew = policy !== 'keep-trying' || child.recovery?.isSlow !== true;
  if (s.observed && isNew) {
    const { reviveAfterMs } = child.spec;
    const reviveAt = policy === 'park' && reviveAfterMs !== undefined ? s.now + reviveAfterMs : null;
    const facts = { error: toWire(error), budget: budgetOf(s, child), reviveAt };
    reportOn(s, 'child:gave-up', child, { giveUp: policy, because, ...facts });
  }
  if (policy === 'exit' || policy === 'escalate') return { verdict: policy, error };
  if (policy === 'park' || policy === 'remove') return { verdict: policy };
  recoveryOf(child).isSlow = true;
  const slowest = { ...(backoff as Backoff), minMs: (backoff as Backoff).maxMs };
  return { verdict: 'restart', delayMs: delayMs(slowest, 1, s.chance) };
}

/** Why a child has given up. That of a supervisor says so itself. */
function gaveUpError(s: Supervisor, child: Child, because: 'limit' | 'permanent' | 'fatal'): CoppiceError {
  const last = errorOf(child.lastExit ?? SHUTDOWN);
  if (because === 'limit' && isCoppiceError(last, 'COPPICE_GAVE_UP')) return last;
  const limit = ownLimit(child.spec);
  const why =
    because !== 'limit'
      ? `its classify says of the error that it is ${because}`
      : limit
        ? `it needed one restart more than its ${limit.maxRestarts} allowed within ${limit.withinMs} ms`
        : 'it could not be started again';
  const reason = last === undefined ? `it ended (${child.lastExit?.kind})` : messageOf(last);
  return coppiceError('COPPICE_CHILD_GAVE_UP', { path: `${s.path}/${child.id}`, why, reason }, last);
}
