/** Who is down as it should be. */
import type { ChildSnapshot } from '../engine/snapshot.js';

/** Is it down for good, and that is as it should be? */
export function isDone({ status, restart, lastExit, incarnation }: ChildSnapshot): boolean {
  if (status !== 'stopped' || incarnation === 0) return false;
  if (lastExit === null) return true; // its start said ignore
  if (restart === 'permanent') return false;
  return lastExit.kind === 'normal' || (lastExit.kind === 'shutdown' && lastExit.cause === undefined);
}
