/** How a child is started, up to where it is up. */
import { whyStarted } from './cause.js';
import type { Child } from './child.js';
import { recoveryOf } from './recovery.js';
import { reportOn } from './report.js';
import type { Supervisor } from './supervisor.js';
import { awaitChild, clearTimer, setTimer, settle } from './transitions.js';
import { watch } from './watchdog.js';

/** Starts the next incarnation of a child that is down; the operation waits for the answer. */
export function launch(s: Supervisor, child: Child): void {
  const { startTimeoutMs, staleAfterMs } = child.spec;
  clearTimer(s, child);
  if (child.recovery) {
    child.recovery.nextStartAt = undefined;
    child.recovery.startError = undefined;
    child.recovery.endedAt = undefined;
  }
  if (staleAfterMs !== undefined) recoveryOf(child).beatAt = s.now;
  child.incarnation++;
  child.asked = false;
  child.startedAt = s.now;
  const why = s.observed ? whyStarted(s, child) : undefined;
  s.children.setStatus(child, 'starting');
  awaitChild(s, child);
  if (why) reportOn(s, 'child:starting', child, why);
  if (startTimeoutMs !== undefined) setTimer(s, child, startTimeoutMs);
  s.effects.push({ type: 'start', child });
}

/**
 * A task is up as soon as it is called: nobody need tell that, and nothing has to wait for it. But where others stand in
 * the mailbox each start ends a step, or one step would take as long as all of them.
 */
export const isUpAtOnce = ({ mailbox }: Supervisor, { spec }: Child): boolean =>
  spec.kind === 'task' && spec.awaitReady !== true && mailbox.size === 0;

/** Starts one that is up at once. */
export function launchUp(s: Supervisor, child: Child): void {
  launch(s, child);
  cameUp(s, child);
}

/** A child is up; the operation waits for it no longer. */
export function cameUp(s: Supervisor, child: Child): void {
  clearTimer(s, child);
  s.children.setStatus(child, 'running');
  const startMs = s.now - child.startedAt;
  child.startedAt = s.now;
  if (child.recovery) {
    child.recovery.isBooting = false;
    child.recovery.isAlone = false;
  }
  if (s.observed) reportOn(s, 'child:started', child, { startMs });
  watch(s, child);
  settle(s, child);
}
