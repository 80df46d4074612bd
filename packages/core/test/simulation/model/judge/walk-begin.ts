/** How a walk begins because of a restart or a delay that is over, and what becomes of those in it that are down. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { settle } from './settling.js';
import { Walk } from './walk.js';

/** The delay of one is over, with which this one starts. */
export function nextOverdue(a: Account, fact: Fact): Walk | undefined {
  const late = overdueWith(a, fact);
  if (!late) return undefined;
  const walk = beginRestart(a, late, 0, late.isAlone);
  walk.isStopping = walk.scope.some((each) => !each.isDown);
  return walk;
}

export function overdueWith(a: Account, fact: Fact): Fact | undefined {
  if (a.overdue.length === 0) return undefined;
  return a.overdue.find(
    (late) => late.rest === 'delayed' && late.isOverdue && a.scopeOf(late).includes(fact),
  );
}

function dueSince(a: Account, fact: Fact): number {
  if (fact.isDown && (fact.isUndecided || fact.rest === 'retry')) return fact.dueSince;
  return fact.isDown && fact.isOverdue ? fact.overdueSince : a.steps;
}

export function beginRestart(
  a: Account,
  fact: Fact,
  delayMs: number,
  isAlone: boolean,
  since = dueSince(a, fact),
): Walk {
  const isBound = isAlone || a.node.state.policy.strategy === 'one-for-one';
  const scope = a.scopeOf(fact, isAlone);
  const walk = new Walk('restart', fact, scope, {
    isBound,
    isAlone,
    delayMs,
    isParallel: a.isParallel,
  });
  if (fact.isDown) fact.rest = 'wanted';
  a.overdue = a.overdue.filter((each) => each !== fact);
  takeOver(a, walk, since);
  return walk;
}

/** From now on a walk says what becomes of those in its scope that are down. */
export function takeOver(a: Account, walk: Walk, since: number): void {
  a.walk = walk;
  for (const each of walk.scope) {
    // What has come before is decided on before.
    const isDecidable = each !== walk.target && (each.isUndecided || each.rest === 'retry');
    if (isDecidable && each.dueSince < since) settle(a, each);
    a.significantEnds.delete(each);
    if (!each.isDown || each === walk.target || each.rest === 'parked' || each.rest === 'paused') continue;
    // Those that the boot has not come to yet are left to it.
    if (each.rest === 'wanted' && each.incarnation === 0) continue;
    const isNew = a.heldBoot !== undefined && each.incarnation === 0 && !walk.isBound;
    if (isNew && (each.rest === 'waiting' || each.rest === 'off')) continue;
    if (!walk.isBound) each.rest = 'wanted';
    else if (each.rest !== 'off' && (each.rest !== 'group' || each.isHeld)) each.rest = 'waiting';
    if (each.rest === 'wanted') each.owner = undefined;
  }
}
