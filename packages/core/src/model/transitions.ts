/** What can be done with one child: start it, ask it to stop, kill it, wait for it, forget it. */
import { missing } from './bonds.js';
import { type RemovalCause, whyStopped } from './cause.js';
import { type Child, isAlive } from './child.js';
import { KILL_GRACE_MS, type OnStuck, isSupervisorKind } from './policy.js';
import { budgetOf, reportNoRestart, reportOn } from './report.js';
import { recoveryOf } from './recovery.js';
import { allowanceMs } from './stop-budget.js';
import type { Supervisor } from './supervisor.js';

/** Gets a child down, whatever it is at; the operation waits for it where that takes time. */
export function retire(s: Supervisor, child: Child): void {
  switch (child.status) {
    case 'stopped':
      return dropIfGone(s, child);
    case 'restarting':
    case 'exited':
    case 'backing-off':
    case 'waiting':
    case 'paused':
    case 'parked':
      // Its end is consumed here: the decision that stands in the mailbox is void from now on.
      clearTimer(s, child);
      return rest(s, child);
    case 'starting':
    case 'running':
      awaitChild(s, child);
      return ask(s, child);
    case 'stopping':
      awaitChild(s, child);
      return s.killing ? kill(s, child) : undefined;
    case 'killing':
      awaitChild(s, child);
      if (s.stopReason !== undefined) abandonStuck(s, child, 'exit');
      if (s.killing) abandonStuck(s, child, 'wait');
      return;
  }
}

/** A child is down because an operation wants that; one that will come back with another waits for that one. */
export function rest(s: Supervisor, child: Child): void {
  const { operation } = s;
  if (child.recovery) child.recovery.nextStartAt = undefined;
  const target =
    operation?.kind === 'restart'
      ? operation.failed
      : operation?.kind === 'release' || operation?.kind === 'terminate-child'
        ? operation.child
        : child;
  const scope = operation && 'scope' in operation ? operation.scope : undefined;
  // The boot has come to it, and not started it; it waits on.
  const isNew = s.heldBoot && child.status === 'waiting' && child.incarnation === 0;
  if (isNew && operation?.kind === 'restart' && child !== target) return;
  const comesBack = child !== target && scope?.only?.has(child) && child.spec.restart !== 'temporary';
  // Those that are being restarted are started again by the operation itself.
  const isCalledOff = !child.asked || (!isAlive(child.status) && child.status !== 'stopped');
  if (comesBack) holdBack(s, child, missing(child) ?? target);
  else {
    const staysDown =
      operation?.kind !== 'swap' && (operation?.kind !== 'restart' || child.spec.restart === 'temporary');
    if (isCalledOff && staysDown) reportNoRestart(s, child, 'stopping');
    s.children.setStatus(child, 'stopped');
  }
  dropIfGone(s, child);
}

/** A child that is down waits until another is up. */
export function holdBack(
  s: Supervisor,
  child: Child,
  other: Child,
  because: 'bond' | 'group' = 'bond',
): void {
  if (child.status === 'waiting') return;
  s.children.setStatus(child, 'waiting');
  const waitsFor = `${s.path}/${other.id}`;
  if (s.observed) reportOn(s, 'child:waiting', child, { because, waitsFor });
}

/** A child that is down will be started again after a delay. */
export function backOff(s: Supervisor, child: Child, delayMs: number): void {
  const recovery = recoveryOf(child);
  const nextStartAt = s.now + delayMs;
  recovery.nextStartAt = nextStartAt;
  s.children.setStatus(child, 'backing-off');
  setTimer(s, child, delayMs);
  const { failures } = recovery;
  if (s.observed) {
    const budget = budgetOf(s, child);
    reportOn(s, 'child:backing-off', child, { delayMs, nextStartAt, failures, budget });
  }
}

/** A child has given up, and stays down until it is revived. */
export function park(s: Supervisor, child: Child): void {
  s.children.setStatus(child, 'parked');
  armRevival(s, child);
}

/** From now on it takes so long until a parked child is revived, if it is not left to somebody. */
export function armRevival(s: Supervisor, child: Child): void {
  const { reviveAfterMs } = child.spec;
  if (reviveAfterMs === undefined) return;
  recoveryOf(child).nextStartAt = s.now + reviveAfterMs;
  setTimer(s, child, reviveAfterMs);
}

/** Asks a child that lives to stop, with its deadline. */
export function ask(s: Supervisor, child: Child): void {
  clearTimer(s, child);
  child.asked = true;
  s.children.setStatus(child, 'stopping');
  const ms = allowanceMs(s, child);
  if (s.observed) {
    const shutdownMs = ms === Infinity ? null : ms;
    reportOn(s, 'child:stopping', child, Object.assign(whyStopped(s, child), { shutdownMs }));
  }
  if (s.killing || ms === 0) return kill(s, child);
  // Whoever has all the time that is its own anyway has nothing to share out anew.
  const deadlineAt = ms === child.spec.shutdownMs ? undefined : s.now + ms;
  s.effects.push({ type: 'stop', child, deadlineAt });
  if (ms !== Infinity) setTimer(s, child, ms);
}

/** Gives a child that is on its way out by itself its time. */
export function startDeadline(s: Supervisor, child: Child): void {
  clearTimer(s, child);
  s.children.setStatus(child, 'stopping');
  const ms = allowanceMs(s, child);
  if (s.killing || ms === 0) kill(s, child);
  else if (ms !== Infinity) setTimer(s, child, ms);
}

/** Ends a child by force; with a `kill` hook it gets a last grace to be gone. */
export function kill(s: Supervisor, child: Child): void {
  clearTimer(s, child);
  s.children.setStatus(child, 'killing');
  // Without a hook there is no force: what follows is that it is abandoned, or waited for, and that is told.
  if (s.observed && (child.spec.kill !== undefined || isSupervisorKind(child.spec.kind)))
    reportOn(s, 'child:killing', child, { because: s.killing ? 'forced' : 'overdue' });
  s.effects.push({ type: 'kill', child });
  if (child.spec.kill !== undefined) setTimer(s, child, KILL_GRACE_MS);
}

/**
 * Waits no longer for a child that is past being killed: one whose `onStuck` is `exit` when the end of the
 * tree has come to its supervisor, one whose `onStuck` is `wait` when that has to end by force.
 */
export function abandonStuck(s: Supervisor, child: Child, onStuck: OnStuck): void {
  const isStuck = child.status === 'killing' && !child.hasTimer && !isSupervisorKind(child.spec.kind);
  if (isStuck && child.spec.onStuck === onStuck) s.effects.push({ type: 'abandon', child });
}

/** The operation waits for this child, until {@link settle}. */
export function awaitChild(s: Supervisor, child: Child): void {
  if (child.awaited) return;
  child.awaited = true;
  s.awaited++;
}

/** The child is where the operation wants it, or cannot get there. */
export function settle(s: Supervisor, child: Child): void {
  if (!child.awaited) return;
  child.awaited = false;
  s.awaited--;
}

/** Takes a child that is down out of the supervisor, unless its declaration stays or it is about to be restarted. */
export function dropIfGone(s: Supervisor, child: Child, because?: RemovalCause): void {
  const { operation } = s;
  if (operation?.kind === 'restart' && operation.failed === child && !operation.starting) return;
  if (child.spec.restart === 'temporary' || s.dynamic) forget(s, child, because);
}

/** Takes a child out of the supervisor; nothing of it is kept. If it has nothing to say itself, it was stopped. */
export function forget(s: Supervisor, child: Child, because?: RemovalCause, by?: string): void {
  s.children.remove(child);
  // Where no walk goes on from it: whoever keeps it (an abandoned incarnation, a context) is not to keep all that follow.
  if (s.dynamic || !(s.operation ?? s.heldBoot)) child.next = undefined;
  if (s.observed && s.stopReason === undefined) {
    const why = because ? { because, with: null, by: by ?? null } : whyStopped(s, child);
    reportOn(s, 'child:removed', child, { ...why });
  }
  if (s.tellsGone) s.effects.push({ type: 'gone', child, byItself: s.operation === undefined });
}

export function setTimer(s: Supervisor, child: Child, ms: number): void {
  child.hasTimer = true;
  s.effects.push({ type: 'set-timer', child, ms });
}

export function clearTimer(s: Supervisor, child: Child): void {
  if (!child.hasTimer) return;
  child.hasTimer = false;
  s.effects.push({ type: 'clear-timer', child });
}
