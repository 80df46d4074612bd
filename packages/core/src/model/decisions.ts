/** What a supervisor decides when it takes the next thing out of its mailbox. */
import { Child, isAlive } from './child.js';
import { type CoppiceError, coppiceError, messageOf } from './errors.js';
import { SHUTDOWN, errorOf } from './exit-reason.js';
import type { Command } from './message.js';
import { begin, refuse } from './operations.js';
import { about, budgetOf, report } from './report.js';
import { AUTO_SHUTDOWN_TABLE, RESTART_TABLE } from './restart-table.js';
import { closest } from './suggest.js';
import type { Supervisor, Waiting } from './supervisor.js';
import { dropIfGone, forget } from './transitions.js';
import { reasonToWire, toWire } from './wire.js';

export function decide(s: Supervisor, waiting: Waiting): void {
  if (waiting.type === 'command') return obey(s, waiting.command);
  const { child, type, incarnation } = waiting;
  const awaitsDecision = child.status === (type === 'exit' ? 'exited' : 'restarting');
  if (!awaitsDecision || child.incarnation !== incarnation || !s.children.has(child)) return;
  if (type === 'retry') return restart(s, child, 'start-failed');
  const verdict = RESTART_TABLE[child.spec.restart][child.lastExit?.kind ?? 'normal'];
  if (verdict === 'restart') return restart(s, child, 'exit');
  s.children.setStatus(child, 'stopped');
  if (verdict === 'forget' || s.dynamic) forget(s, child);
  if (child.spec.significant) endWithSignificant(s, child);
}

/** OTP: `restart/2`. One trigger counts once, however many siblings are restarted with it. */
function restart(s: Supervisor, child: Child, because: 'exit' | 'start-failed'): void {
  if (!s.window.add(s.now)) return giveUp(s, child);
  if (s.observed)
    report(s, {
      type: 'child:restarting',
      ...about(s, child),
      strategy: s.policy.strategy,
      because,
      reason: reasonToWire(child.lastExit ?? SHUTDOWN),
      budget: budgetOf(s),
    });
  begin(s, { kind: 'restart', failed: child, starting: false });
}

/** One restart too many: the supervisor ends, with the whole chain of causes. */
function giveUp(s: Supervisor, child: Child): void {
  const last = errorOf(child.lastExit ?? SHUTDOWN);
  const error = coppiceError(
    'COPPICE_GAVE_UP',
    {
      path: s.path,
      id: child.id,
      maxRestarts: s.policy.maxRestarts,
      withinMs: s.policy.withinMs,
      reason: last === undefined ? `it ended (${child.lastExit?.kind})` : messageOf(last),
    },
    last,
  );
  if (s.observed)
    report(s, {
      type: 'supervisor:gave-up',
      path: s.path,
      offender: about(s, child),
      error: toWire(error),
      budget: budgetOf(s),
    });
  s.children.setStatus(child, 'stopped');
  dropIfGone(s, child);
  s.stopReason = { kind: 'shutdown', cause: error };
}

/** OTP: `do_auto_shutdown`. Only for a significant child that has ended by itself, for good. */
function endWithSignificant(s: Supervisor, child: Child): void {
  const { autoShutdown } = s.policy;
  if (!AUTO_SHUTDOWN_TABLE[autoShutdown](s.children.significant)) return;
  if (s.observed)
    report(s, {
      type: 'supervisor:auto-shutdown',
      path: s.path,
      child: `${s.path}/${child.id}`,
      autoShutdown,
    });
  const error = errorOf(child.lastExit ?? SHUTDOWN);
  s.stopReason = error === undefined ? SHUTDOWN : { kind: 'shutdown', cause: error };
}

/** OTP: `handle_call`. */
function obey(s: Supervisor, command: Command): void {
  const { id, to } = command;
  const child = s.children.get(id);
  const facts = { path: `${s.path}/${id}`, supervisor: s.path, id };
  if (command.kind === 'start-child') {
    if (!child) {
      const added = new Child(id, command.spec, command.args);
      s.children.append(added);
      return begin(s, { kind: 'start-child', child: added, to, isNew: true });
    }
    const isUp = isAlive(child.status) || child.status === 'exited';
    return refuse(
      s,
      to,
      isUp
        ? coppiceError('COPPICE_ALREADY_STARTED', facts)
        : coppiceError('COPPICE_ALREADY_PRESENT', { ...facts, status: child.status }),
    );
  }
  if (s.dynamic && command.kind !== 'terminate-child') {
    const call = command.kind === 'restart-child' ? 'restartChild' : 'deleteChild';
    return refuse(s, to, coppiceError('COPPICE_DYNAMIC_SUPERVISOR', { ...facts, call }));
  }
  if (!child) return refuse(s, to, notFound(s, id));
  if (command.kind === 'terminate-child') return begin(s, { kind: 'terminate-child', child, to });
  if (child.status === 'restarting') return refuse(s, to, coppiceError('COPPICE_RESTARTING', facts));
  if (child.status !== 'stopped') return refuse(s, to, coppiceError('COPPICE_RUNNING', facts));
  if (command.kind === 'restart-child') {
    return begin(s, { kind: 'start-child', child, to, isNew: false });
  }
  forget(s, child);
  s.effects.push({ type: 'reply', to, child });
}

/** With a suggestion, if the supervisor is small enough to look through. */
export function notFound(s: Supervisor, id: string): CoppiceError {
  const ids = s.children.size > 100 ? [] : Array.from(s.children, (child) => child.id);
  const near = closest(id, ids);
  const hint = near === undefined ? '' : `; did you mean '${near}'?`;
  return coppiceError('COPPICE_NOT_FOUND', { supervisor: s.path, id, hint, path: `${s.path}/${id}` });
}
