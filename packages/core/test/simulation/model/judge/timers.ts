/** Which timer each child has: never two (world.ts sees to that), and each due at the very moment. */
import type { Backoff } from '../../../../src/model/backoff.js';
import type { Fact } from './fact.js';
import { Violation } from './violation.js';

/** When its timer has to be due; undefined: it may have none; `any`: its stop is under way. */
export function timerOf(fact: Fact, backoff: Backoff | undefined, now: number): number | undefined | 'any' {
  const { startTimeoutMs, reviveAfterMs } = fact.child.spec;
  if (!fact.isDown) {
    if (fact.asked || fact.broken || fact.known === 'ending') return 'any';
    if (fact.isStarting) return startTimeoutMs === undefined ? undefined : fact.startingAt + startTimeoutMs;
    return undefined;
  }
  if (fact.isOverdue) return undefined;
  switch (fact.rest) {
    case 'due':
    case 'ended':
      return fact.letsOthersFall ? fact.nextStartAt : undefined;
    case 'delayed':
      return fact.nextStartAt;
    case 'parked':
      return reviveAfterMs === undefined || fact.isPaused ? undefined : fact.nextStartAt;
    case 'retry':
      // Without a delay of its own the next attempt comes as soon as others have had their turn.
      return backoff ? undefined : Math.max(now, fact.nextStartAt ?? now);
    default:
      return undefined;
  }
}

/** One that is watched is looked at in time. */
export function checkWatch(fact: Fact, timerAt: number | undefined, now: number): void {
  const due = Math.min(fact.staleAt, fact.runEndsAt);
  if (due < now) throw new Violation(`'${fact.id}' had to show itself by ${due}, and is still up`);
  const { staleAfterMs, maxRunMs } = fact.child.spec;
  const isWatched = staleAfterMs !== undefined || maxRunMs !== undefined;
  if (isWatched !== (timerAt !== undefined)) throw new Violation(`'${fact.id}' is watched, or it is not`);
  if (timerAt !== undefined && timerAt > due)
    throw new Violation(`'${fact.id}' is looked at ${timerAt}, which is later than ${due}`);
}
