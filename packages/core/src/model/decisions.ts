/** What a supervisor decides when it takes the next thing out of its mailbox. */
import { missing } from './bonds.js';
import type { Child } from './child.js';
import { obey } from './commands.js';
import { type CoppiceError, coppiceError, messageOf } from './errors.js';
import { SHUTDOWN, errorOf } from './exit-reason.js';
import { type Judgement, forgive, hasGivenUp, judge } from './failures.js';
import { begin, beginRestart } from './begin.js';
import { isUpAtOnce, launchUp } from './launch.js';
import { follow, undo } from './operations.js';
import { about, budgetOf, report, reportNoRestart, reportRestart } from './report.js';
import { AUTO_SHUTDOWN_TABLE, RESTART_TABLE, type Verdict } from './restart-table.js';
import { boundScope } from './strategy.js';
import type { Supervisor, Waiting } from './supervisor.js';
import { dropIfGone, forget, holdBack, park } from './transitions.js';
import { toWire } from './wire.js';

export function decide(s: Supervisor, waiting: Waiting): void {
  if (waiting.type === 'command') return obey(s, waiting.command);
  const { child, type, incarnation } = waiting;
  if (child.incarnation !== incarnation || !s.children.has(child)) return;
  if (type === 'retry') return retry(s, child);
  if (child.status === 'exited') decideOnExit(s, child);
}

/** What becomes of a child that has ended by itself. */
export function decideOnExit(s: Supervisor, child: Child): void {
  const verdict = verdictOn(s, child);
  if (verdict === 'restart') return failed(s, child, 'exit');
  if (s.observed) reportNoRestart(s, child, whyNot(child));
  s.children.setStatus(child, 'stopped');
  release(s, child);
  if (verdict === 'forget' || s.dynamic)
    forget(s, child, child.recovery?.isDismissed ? 'dismissed' : 'ended');
  if (child.spec.significant) endWithSignificant(s, child);
}

const whyNot = ({ recovery, spec }: Child): 'dismissed' | 'temporary' | 'completed' => {
  if (recovery?.isDismissed) return 'dismissed';
  return spec.restart === 'temporary' ? 'temporary' : 'completed';
};

/** OTP's table; but a supervisor that has given up is what its own `giveUp` is there for. */
function verdictOn(s: Supervisor, child: Child): Verdict {
  if (child.recovery?.isDismissed) return 'forget';
  if (child.spec.giveUp !== 'escalate' && hasGivenUp(s, child)) return 'restart';
  return RESTART_TABLE[child.spec.restart][child.lastExit?.kind ?? 'normal'];
}

/** The time has come to start a child again; if it is still down for the same reason. */
function retry(s: Supervisor, child: Child): void {
  let other: Child | undefined;
  switch (child.status) {
    case 'restarting':
      return failed(s, child, 'start-failed');
    case 'backing-off':
      return beginRestart(s, child);
    case 'parked':
      if (child.recovery?.paused) return;
      // Paused and resumed since this attempt was due, it has its whole time in the park again.
      if (child.hasTimer) return;
      if (child.recovery) forgive(child.recovery);
      other = child.bonds && missing(child);
      if (other) return holdBack(s, child, other);
      reportRestart(s, child, 'revive', 0);
      return beginRestart(s, child, { isAlone: true });
    case 'running':
      return follow(s, child);
    default:
  }
}

/** OTP: `restart/2`. One trigger counts once, however many siblings are restarted with it. */
function failed(s: Supervisor, child: Child, because: 'exit' | 'start-failed'): void {
  if (child.recovery?.paused) {
    reportNoRestart(s, child, 'paused', child.recovery.paused.by ?? null);
    s.children.setStatus(child, 'paused');
    return release(s, child);
  }
  const other = child.bonds && missing(child);
  if (other) {
    // It fell because its ground did: that is not its own failure, and it comes back with the other.
    holdBack(s, child, other);
    return release(s, child);
  }
  const judgement = judge(s, child, because);
  if (judgement.verdict !== 'restart') return giveUp(s, child, judgement);
  const { delayMs } = judgement;
  reportRestart(s, child, because, delayMs);
  if (delayMs === 0 && isUpAtOnce(s, child) && isRestartedAlone(s, child)) return launchUp(s, child);
  beginRestart(s, child, { delayMs, isAlone: child.recovery?.isAlone === true });
}

const isRestartedAlone = ({ policy }: Supervisor, { bonds, recovery }: Child): boolean =>
  bonds === undefined && (policy.strategy === 'one-for-one' || recovery?.isAlone === true);

function giveUp(s: Supervisor, child: Child, judgement: Exclude<Judgement, { verdict: 'restart' }>): void {
  switch (judgement.verdict) {
    case 'escalate':
      return escalate(s, child, judgement.error);
    case 'park':
      park(s, child);
      return release(s, child);
    case 'remove':
      s.children.setStatus(child, 'stopped');
      return forget(s, child, 'gave-up');
    case 'exit':
      s.children.setStatus(child, 'stopped');
      dropIfGone(s, child, 'gave-up');
      s.effects.push({ type: 'exit', error: judgement.error });
      if (s.phase === 'starting') return undo(s, child, judgement.error);
      return release(s, child);
  }
}

/** One restart too many, of a child or of all together: the supervisor ends, with the whole chain of causes. */
function escalate(s: Supervisor, child: Child, cause: CoppiceError | undefined): void {
  const last = errorOf(child.lastExit ?? SHUTDOWN);
  const { maxRestarts, withinMs } = s.policy;
  const error = coppiceError(
    'COPPICE_GAVE_UP',
    {
      path: s.path,
      id: child.id,
      why: cause
        ? `'${child.id}' gave up, and its giveUp is 'escalate'`
        : `'${child.id}' needed one restart more than the ${maxRestarts} allowed within ${withinMs} ms`,
      maxRestarts,
      withinMs,
      reason: last === undefined ? `it ended (${child.lastExit?.kind})` : messageOf(last),
    },
    cause ?? last,
  );
  if (s.observed)
    report(s, {
      type: 'supervisor:gave-up',
      path: s.path,
      offender: about(s, child),
      error: toWire(error),
      budget: budgetOf(s, cause && child),
    });
  s.children.setStatus(child, 'stopped');
  dropIfGone(s, child, 'gave-up');
  if (s.phase === 'starting') return undo(s, child, error);
  s.endCause = 'gave-up';
  s.stopReason = { kind: 'shutdown', cause: error };
}

/** Those that are bound to a child go down with it. */
function release(s: Supervisor, child: Child): void {
  if (child.bonds && child.bonds.from.length > 0)
    begin(s, { kind: 'release', child, scope: boundScope(child) });
}

/** Significant children that a boot which waits has not come to yet: they have not ended. */
function stillToStart({ heldBoot, children }: Supervisor): number {
  if (!heldBoot) return 0;
  const isLeft = ({ spec, status, incarnation }: Child): boolean =>
    spec.significant && status === 'stopped' && incarnation === 0;
  return Array.from(children).filter(isLeft).length;
}

/** OTP: `do_auto_shutdown`. Only for a significant child that has ended by itself, for good. */
function endWithSignificant(s: Supervisor, child: Child): void {
  const { autoShutdown } = s.policy;
  if (!AUTO_SHUTDOWN_TABLE[autoShutdown](s.children.significant + stillToStart(s))) return;
  if (s.observed)
    report(s, {
      type: 'supervisor:auto-shutdown',
      path: s.path,
      child: `${s.path}/${child.id}`,
      autoShutdown,
    });
  s.endCause = 'auto-shutdown';
  const error = errorOf(child.lastExit ?? SHUTDOWN);
  s.stopReason = error === undefined ? SHUTDOWN : { kind: 'shutdown', cause: error };
}
