/** What can be done with one child: start it, ask it to stop, kill it, wait for it, forget it. */
import type { Child } from './child.js';
import { KILL_GRACE_MS, type OnStuck, isSupervisorKind } from './policy.js';
import { about, report } from './report.js';
import { allowanceMs } from './stop-budget.js';
import type { Supervisor } from './supervisor.js';

/** Starts the next incarnation of a child that is down; the operation waits for the answer. */
export function launch(s: Supervisor, child: Child): void {
  child.incarnation++;
  child.asked = false;
  child.startingAt = s.now;
  child.startedAt = s.now;
  s.children.setStatus(child, 'starting');
  awaitChild(s, child);
  if (s.observed) report(s, { type: 'child:starting', ...about(s, child) });
  s.effects.push({ type: 'start', child });
}

/** Gets a child down, whatever it is at; the operation waits for it where that takes time. */
export function retire(s: Supervisor, child: Child): void {
  switch (child.status) {
    case 'stopped':
      return dropIfGone(s, child);
    case 'restarting':
    case 'exited':
      // Its end is consumed here: the decision that stands in the mailbox is void from now on.
      clearTimer(s, child);
      s.children.setStatus(child, 'stopped');
      return dropIfGone(s, child);
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

/** Asks a child that lives to stop, with its deadline. */
export function ask(s: Supervisor, child: Child): void {
  child.asked = true;
  s.children.setStatus(child, 'stopping');
  const ms = allowanceMs(s, child);
  if (s.observed)
    report(s, { type: 'child:stopping', ...about(s, child), shutdownMs: ms === Infinity ? null : ms });
  if (s.killing || ms === 0) return kill(s, child);
  // Whoever has all the time that is its own anyway has nothing to share out anew.
  const deadlineAt = ms === child.spec.shutdownMs ? undefined : s.now + ms;
  s.effects.push({ type: 'stop', child, deadlineAt });
  if (ms !== Infinity) setTimer(s, child, ms);
}

/** Gives a child that is on its way out by itself its time. */
export function startDeadline(s: Supervisor, child: Child): void {
  const ms = allowanceMs(s, child);
  if (s.killing || ms === 0) kill(s, child);
  else if (ms !== Infinity) setTimer(s, child, ms);
}

/** Ends a child by force; with a `kill` hook it gets a last grace to be gone. */
export function kill(s: Supervisor, child: Child): void {
  clearTimer(s, child);
  s.children.setStatus(child, 'killing');
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
function awaitChild(s: Supervisor, child: Child): void {
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
export function dropIfGone(s: Supervisor, child: Child): void {
  const isRestarted = s.operation?.kind === 'restart' && !s.operation.starting;
  if (child.spec.restart === 'temporary' || (s.dynamic && !isRestarted)) forget(s, child);
}

/** Takes a child out of the supervisor; nothing of it is kept. */
export function forget(s: Supervisor, child: Child): void {
  s.children.remove(child);
  if (s.observed && s.stopReason === undefined) report(s, { type: 'child:removed', ...about(s, child) });
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
