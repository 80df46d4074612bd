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
  if (staleAfterMs !== undefined) recoveryOf(child).beatAt = s.now;
  setTimer(s, child, dueAt(child) - s.now);
}

/** Its timer is due: what is wrong with it; undefined, with a new timer, if it has shown itself alive meanwhile. */
export function look(s: Supervisor, child: Child): CoppiceError | undefined {
  const left = dueAt(child) - s.now;
  if (left > 0) {
    setTimer(s, child, left);
    return undefined;
  }
  const path = `${s.path}/${child.id}`;
  const { maxRunMs, staleAfterMs } = child.spec;
  if (s.now >= runEndsAt(child)) return coppiceError('COPPICE_RAN_TOO_LONG', { path, maxRunMs });
  return coppiceError('COPPICE_STALE', { path, staleAfterMs });
}

const dueAt = (child: Child): number => Math.min(runEndsAt(child), staleAt(child));

const runEndsAt = ({ spec, startedAt }: Child): number => startedAt + (spec.maxRunMs ?? Infinity);

const staleAt = ({ spec, recovery }: Child): number =>
  (recovery?.beatAt ?? 0) + (spec.staleAfterMs ?? Infinity);
