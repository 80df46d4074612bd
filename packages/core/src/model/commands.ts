/** What a supervisor does when it is told to. OTP: `handle_call`; restart-now, pause and resume are ours. */
import { boundToTemporary, missing } from './bonds.js';
import { REQUEST } from './cause.js';
import { Child, isAlive } from './child.js';
import { type CoppiceError, coppiceError } from './errors.js';
import { forgive } from './failures.js';
import type { Command } from './message.js';
import { begin, beginRestart } from './begin.js';
import { boundError, refuse } from './operations.js';
import { reconfigure, replaceChild, settleBonds } from './reconfigure.js';
import { recoveryOf } from './recovery.js';
import { reportOn, reportRestart } from './report.js';
import { boundScope } from './strategy.js';
import { closest } from './suggest.js';
import type { Supervisor } from './supervisor.js';
import { armRevival, clearTimer, forget, holdBack } from './transitions.js';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

export function obey(s: Supervisor, command: Command): void {
  if (command.kind === 'reconfigure') return reconfigure(s, command);
  if (command.kind === 'start-child') return startChild(s, command);
  const { id, to } = command;
  const child = s.children.get(id);
  if (s.dynamic && (command.kind === 'restart-child' || command.kind === 'delete-child')) {
    const call = command.kind === 'restart-child' ? 'restartChild' : 'deleteChild';
    return refuse(s, to, coppiceError('COPPICE_DYNAMIC_SUPERVISOR', { ...facts(s, id), call }));
  }
  if (!child) return refuse(s, to, notFound(s, id));
  switch (command.kind) {
    case 'terminate-child':
      return begin(s, { kind: 'terminate-child', child, scope: boundScope(child), to, asked: command.asked });
    case 'restart-child':
      return restartChild(s, child, command);
    case 'delete-child':
      return deleteChild(s, child, command);
    case 'replace-child':
      return replaceChild(s, child, command);
    case 'settle-bonds':
      return settleBonds(s, child, command);
    case 'restart-now':
      return restartNow(s, child, command);
    case 'pause':
      return pause(s, child, command);
    case 'resume':
      return resume(s, child, command);
  }
}

const facts = (s: Supervisor, id: string) => ({ path: `${s.path}/${id}`, supervisor: s.path, id });

function startChild(s: Supervisor, command: Of<'start-child'>): void {
  const { spec, args, mayWait, to, asked } = command;
  const { maxChildren } = s.policy;
  if (command.id !== undefined) {
    const known = s.children.get(command.id);
    if (known) return refuseSecond(s, known, to);
  }
  const number = command.id === undefined ? s.children.nextNumber(spec.id) : 0;
  const added = new Child(command.id ?? spec.id, spec, args, number);
  if (maxChildren !== undefined && s.children.size >= maxChildren) {
    return refuse(s, to, coppiceError('COPPICE_TOO_MANY_CHILDREN', { ...facts(s, added.id), maxChildren }));
  }
  const strange = spec.bindsTo?.find((other) => !s.children.get(other));
  if (strange !== undefined) return refuse(s, to, notFound(s, strange));
  const brief = spec.bindsTo?.find((other) => s.children.get(other)?.spec.restart === 'temporary');
  if (brief !== undefined) return refuse(s, to, boundToTemporary(`${s.path}/${added.id}`, brief));
  s.children.append(added);
  const other = mayWait && added.bonds ? missing(added) : undefined;
  if (other) {
    holdBack(s, added, other);
    s.effects.push({ type: 'reply', to, child: added });
    return;
  }
  if (!refuseBound(s, added, to))
    return begin(s, { kind: 'start-child', child: added, to, asked, isNew: true });
  s.children.remove(added);
}

function refuseSecond(s: Supervisor, child: Child, to: unknown): void {
  const isUp = isAlive(child.status) || child.status === 'exited';
  const code = isUp ? 'COPPICE_ALREADY_STARTED' : 'COPPICE_ALREADY_PRESENT';
  refuse(s, to, coppiceError(code, { ...facts(s, child.id), status: child.status }));
}

function refuseBound(s: Supervisor, child: Child, to: unknown): boolean {
  const other = child.bonds && missing(child);
  if (!other) return false;
  refuse(s, to, boundError(s, child, other));
  return true;
}

/** Refuses what can be done with a child that is down only, and with one that is not about to be started. */
function refuseBusy(s: Supervisor, child: Child, to: unknown): boolean {
  if (isAlive(child.status) || child.status === 'exited') {
    refuse(s, to, coppiceError('COPPICE_RUNNING', facts(s, child.id)));
    return true;
  }
  if (child.status === 'restarting' || child.status === 'backing-off') {
    refuse(s, to, coppiceError('COPPICE_RESTARTING', facts(s, child.id)));
    return true;
  }
  return false;
}

function restartChild(s: Supervisor, child: Child, command: Of<'restart-child'>): void {
  const { to, asked } = command;
  if (refuseBusy(s, child, to) || refuseBound(s, child, to)) return;
  if (child.status === 'stopped') return begin(s, { kind: 'start-child', child, to, asked, isNew: false });
  startAnew(s, child, command);
}

function deleteChild(s: Supervisor, child: Child, { to, asked }: Of<'delete-child'>): void {
  if (refuseBusy(s, child, to)) return;
  const dependants = child.bonds?.from ?? [];
  if (dependants.length > 0) {
    const list = dependants.map((each) => `'${each.id}'`).join(', ');
    return refuse(s, to, coppiceError('COPPICE_HAS_DEPENDANTS', { ...facts(s, child.id), dependants: list }));
  }
  clearTimer(s, child);
  forget(s, child, asked?.because === 'reconcile' ? 'reconcile' : 'deleted', asked?.by);
  s.effects.push({ type: 'reply', to, child });
}

/** Whatever it is at: it is stopped if it has to be, and started, without delay. */
function restartNow(s: Supervisor, child: Child, command: Of<'restart-now'>): void {
  if (!refuseBound(s, child, command.to)) startAnew(s, child, command);
}

/** Starts a child by itself because somebody wants it; what was before is forgiven. */
function startAnew(
  s: Supervisor,
  child: Child,
  { to, asked = REQUEST }: Of<'restart-child' | 'restart-now'>,
): void {
  if (child.recovery) forgive(child.recovery);
  reportRestart(s, child, asked.because, 0, asked.by);
  beginRestart(s, child, { isAlone: true, to, asked });
}

function pause(s: Supervisor, child: Child, { reason, by, to }: Of<'pause' | 'resume'>): void {
  const recovery = recoveryOf(child);
  recovery.paused = { at: s.now, reason, by };
  if (s.observed) reportPause(s, child, 'child:paused', reason, by);
  const { status } = child;
  if (status === 'backing-off' || status === 'restarting' || status === 'parked') {
    clearTimer(s, child);
    recovery.nextStartAt = undefined;
    if (status !== 'parked') s.children.setStatus(child, 'paused');
  }
  s.effects.push({ type: 'reply', to, child });
}

function resume(s: Supervisor, child: Child, { reason, by, to }: Of<'pause' | 'resume'>): void {
  const { recovery } = child;
  if (recovery?.paused) {
    recovery.paused = undefined;
    if (s.observed) reportPause(s, child, 'child:resumed', reason, by);
    if (child.status === 'parked') armRevival(s, child);
    const other = child.status === 'paused' && child.bonds ? missing(child) : undefined;
    if (other) holdBack(s, child, other);
    else if (child.status === 'paused') {
      reportRestart(s, child, 'resume', 0, by);
      return beginRestart(s, child, { isAlone: true, to });
    }
  }
  s.effects.push({ type: 'reply', to, child });
}

function reportPause(
  s: Supervisor,
  child: Child,
  type: 'child:paused' | 'child:resumed',
  reason: string | undefined,
  by: string | undefined,
): void {
  reportOn(s, type, child, { reason: reason ?? null, by: by ?? null });
}

/** With a suggestion, if the supervisor is small enough to look through. */
export function notFound(s: Supervisor, id: string): CoppiceError {
  const ids = s.children.size > 100 ? [] : Array.from(s.children, (child) => child.id);
  const near = closest(id, ids);
  const hint = near === undefined ? '' : `; did you mean '${near}'?`;
  return coppiceError('COPPICE_NOT_FOUND', { supervisor: s.path, id, hint, path: `${s.path}/${id}` });
}
