/** The watchdog: a child that lives but makes no progress, or whose run takes too long, has crashed. */
import type { Child } from './child.js';
import { type CoppiceError, coppiceError } from './errors.js';
import { recoveryOf } from './recovery.js';
import type { Supervisor } from './supervisor.js';
import { setTimer } from './transitions.js';

/** Begins to watch a child that has just come up, if its declaration says so. */
export function watch(s: Supervisor, child: Child): void {
  const { staleAfterMs, maxRunMs } = child.spec;
  if (staleAfterMs === undefined && maxRunMs === undefined) return;
  if (staleAfterMs !== undefined) {
    const recovery = recoveryOf(child);
    recovery.isSuspect = false;
    // What it said while it was starting holds.
    if (recovery.beatAt !== IDLE) recovery.beatAt = s.now;
  }
  setTimer(s, child, nextLookAt(s, child) - s.now);
}

/** Its timer is due: what is wrong with it; undefined, with a new timer, if it has shown itself alive meanwhile. */
export function look(s: Supervisor, child: Child): CoppiceError | undefined {
  const path = `${s.path}/${child.id}`;
  const { recovery } = child;
  const { maxRunMs, staleAfterMs } = child.spec;
  if (s.now >= runEndsAt(child)) return coppiceError('COPPICE_RAN_TOO_LONG', { path, maxRunMs });
  if (!recovery || s.now < staleAt(child)) {
    if (recovery) recovery.isSuspect = false;
    // Timers count in whole milliseconds: one that came a fraction too early must not come again at once.
    setTimer(s, child, Math.ceil(nextLookAt(s, child) - s.now));
    return undefined;
  }
  if (!recovery.isSuspect) {
    // If the event loop was blocked, heartbeats that come from outside (of a thread, of a process) wait to be
    // heard; they are when it has had one more turn.
    recovery.isSuspect = true;
    setTimer(s, child, 0);
    return undefined;
  }
  return coppiceError('COPPICE_STALE', { path, staleAfterMs });
}

/** When a child last said that it is alive, if it has said that until its next word it may take any time. */
export const IDLE = Infinity;

/** One that is idle has to be looked at all the same: nobody sets the timer when it is idle no more. */
const nextLookAt = (s: Supervisor, child: Child): number =>
  Math.min(runEndsAt(child), staleAt(child), s.now + (child.spec.staleAfterMs ?? Infinity));

const runEndsAt = ({ spec, startedAt }: Child): number => startedAt + (spec.maxRunMs ?? Infinity);

const staleAt = ({ spec, recovery }: Child): number =>
  (recovery?.beatAt ?? 0) + (spec.staleAfterMs ?? Infinity);
