/** A boot that has to wait for the next attempts of some; meanwhile all else goes on. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import type { Walk } from './walk.js';

export function resumeBoot(a: Account): Walk {
  a.walk = a.heldBoot!;
  a.heldBoot = undefined;
  return a.walk;
}

/** One that the boot has to wait for: it has failed, and has been about to be tried again ever since. */
export function awaitedAtBoot(a: Account): Fact | undefined {
  if (a.bootWaitsFor.size === 0) return undefined;
  pruneBoot(a);
  for (const fact of a.bootWaitsFor) {
    // If it is paused it stays down, once that is decided on.
    const isLeft = fact.isPaused && (fact.rest === 'due' || fact.rest === 'retry');
    if (fact.isDown && !isLeft) return fact;
  }
  return undefined;
}

/** Those that are up, or down for another reason, are waited for no longer. */
export function pruneBoot(a: Account): void {
  for (const fact of a.bootWaitsFor) {
    const isStill = fact.isDown ? isTriedAtBoot(fact) : fact.isStarting;
    if (!isStill || !a.members.includes(fact)) a.bootWaitsFor.delete(fact);
  }
}

export function isLeftToBoot(a: Account, fact: Fact): boolean {
  return a.heldBoot !== undefined && fact.rest === 'wanted' && fact.incarnation === 0;
}

/** Is it one that has not come up at the boot, and is about to be tried again? */
export const isTriedAtBoot = ({ isDown, isBooting, isHeld, rest, child }: Fact): boolean =>
  isDown &&
  isBooting &&
  (rest !== 'group' || isHeld) &&
  child.spec.boot === 'retry' &&
  ['due', 'delayed', 'retry', 'waiting', 'wanted', 'group'].includes(rest);
