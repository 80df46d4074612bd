/** When something else begins: has all been done that the supervisor was at? */
import type { Account } from './account.js';
import { awaitedAtBoot, isLeftToBoot } from './boot.js';
import type { Fact } from './fact.js';
import { hasGround } from './kinship.js';
import { settleLeft } from './settling.js';
import { Violation } from './violation.js';
import type { Walk } from './walk.js';

/** Something else begins, or there is nothing left to do: is all done that it was at? */
export function finish(a: Account): void {
  const walk = a.walk;
  a.walk = undefined;
  if (walk) finishWalk(a, walk);
  for (const each of a.members) settleLeft(a, each);
}

function finishWalk(a: Account, walk: Walk): void {
  if (walk.isStopping) {
    const isAllDown = walk.scope.every((each) => each.isDown || each === walk.target);
    if (walk.kind === 'restart' || !isAllDown)
      throw new Violation(`'${walk.target?.id}': its ${walk.kind} breaks off in the middle`);
    return;
  }
  const awaited = walk.kind === 'boot' ? awaitedAtBoot(a) : undefined;
  const isHeld = awaited !== undefined;
  passPaused(a, walk, a.isParallel ? undefined : awaited);
  if (isHeld) a.heldBoot = walk;
  for (const each of walk.scope) {
    // Meanwhile all else goes on; in sequence the others have to wait for it.
    if (isHeld && !a.isParallel) break;
    if (each.isStarting && isForItself(a, walk, each)) loosen(each, walk);
    if (each.isStarting && !each.isLoose) throw new Violation(`'${each.id}' is starting, and not waited for`);
    if (isToStart(a, walk, each)) throw new Violation(`'${each.id}' is left out of a ${walk.kind}`);
    const isLeft = each.isDown && each.rest === 'wanted' && !isLeftToBoot(a, each);
    if (isLeft) throw new Violation(`'${each.id}' is left down without a word`);
  }
}

/** From now on nobody waits for its start. One that is revived is so by itself until it is up, whatever comes in between. */
function loosen(fact: Fact, { isAlone }: Walk): void {
  fact.isLoose = isAlone ? 'alone' : 'leading';
  fact.isAlone ||= isAlone;
}

/** Those whom a walk has passed because they are paused are down for that reason. */
export function passPaused(a: Account, walk: Walk, until?: Fact): void {
  for (const each of walk.scope) {
    if (each === until) return;
    const wasPassed = each !== walk.target && each.isDown && each.isPaused;
    if (!wasPassed || !walk.takes(each) || (walk.kind === 'restart' && isLeftToBoot(a, each))) continue;
    const isPassed = walk.isBound && walk.kind !== 'rejoin';
    if (isPassed || each.rest === 'wanted' || hasGround(each, a.members)) each.rest = 'paused';
  }
}

/** In parallel nobody waits for one that is started again by itself, and has nobody that is bound to it. */
function isForItself(a: Account, walk: Walk, fact: Fact): boolean {
  const hasDependants = a.members.some((each) => each.child.spec.bindsTo?.includes(fact.id));
  const isSingle = walk.kind === 'restart' && walk.scope.length === 1 && fact === walk.target;
  return a.isParallel && isSingle && !hasDependants;
}

export function isToStart(a: Account, walk: Walk, fact: Fact): boolean {
  const isLeft = walk.kind === 'restart' && fact !== walk.target && isLeftToBoot(a, fact);
  return !isLeft && walk.isToStart(fact, a.members);
}
