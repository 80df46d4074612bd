/** What its supervisor decides on without a word: of those that are down, who stays down, and why. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { hasGround } from './kinship.js';

/** What its supervisor decides on without a word. */
export function settle(a: Account, fact: Fact): void {
  if (fact.isUndecided && fact.isTooEarly) return;
  if (fact.rest === 'ended') {
    fact.rest = 'off';
    // If what it is bound to is down as well, it may have been taken to have fallen with that.
    if (!hasGround(fact, a.members)) isPerhapsNoEnd(a, fact);
  }
  const isSeen = fact.rest === 'due' || (fact.rest === 'retry' && (fact.isOverdue || a.backoffOf(fact)));
  if (isSeen && fact.isPaused) fact.rest = 'paused';
  settleLeft(a, fact);
}

/** One that is paused does not come back when there is nobody left to wait for. */
export function settleLeft(a: Account, fact: Fact): void {
  const isLeft = fact.isPaused && (fact.rest === 'waiting' || (fact.rest === 'group' && fact.isHeld));
  if (isLeft && hasGround(fact, a.members) && !a.leaderOf(fact)) fact.rest = 'paused';
}

export function isPerhapsNoEnd(a: Account, fact: Fact): void {
  if (a.significantEnds.delete(fact)) a.perhapsEnds.add(fact);
}

/** Of one that is both, it may be shown that it is paused, or that it waits: it will be the other then. */
export function settlePause(a: Account, fact: Fact): void {
  const { status } = fact.child;
  const isBoth = fact.isPaused && ['waiting', 'paused', 'group'].includes(fact.rest);
  if (!isBoth || hasGround(fact, a.members)) return;
  if (status === 'waiting' || status === 'paused') fact.rest = status;
}
