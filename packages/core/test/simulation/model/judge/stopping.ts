/** May this child be stopped now? Only in reverse order, one at a time, and for a reason. */
import type { Account } from './account.js';
import { checkCause } from './causes.js';
import type { Fact } from './fact.js';
import { dependantsOf, isBoundTo } from './kinship.js';
import { settle } from './settling.js';
import { Violation } from './violation.js';
import { nextOverdue, overdueWith, takeOver } from './walk-begin.js';
import { finish } from './walk-end.js';
import { Walk } from './walk.js';

export function onStop(a: Account, fact: Fact): void {
  if (fact.isDown) throw new Violation(`'${fact.id}' is asked to stop, but is down`);
  if (fact.stopSent || fact.killSent) throw new Violation(`'${fact.id}' is asked to stop a second time`);
  fact.stopSent = true;
  ask(a, fact);
}

/** May this child be stopped now? Only in reverse order, one at a time, and for a reason. */
export function ask(a: Account, fact: Fact): void {
  const isInterrupted = fact.known === 'starting' && a.isStopping && !a.isParallel;
  fact.asked = true;
  if (isInterrupted || a.isKilling) return;
  const isEnd = a.hasBegunToEnd || a.isUndoing;
  if (isEnd && a.endsAtOnce) return checkCause(a, fact, undefined);
  for (const other of a.members) {
    const isBusy = other !== fact && other.asked && !other.isDown;
    if (isBusy) throw new Violation(`'${fact.id}' is stopped while '${other.id}' is being stopped`);
  }
  // What somebody has asked for is done before the end begins.
  const walk = isEnd ? undefined : walkThatStops(a, fact);
  const scope = walk?.scope ?? a.members;
  const younger = scope.slice(scope.indexOf(fact) + 1).find((other) => !other.isDown);
  if (younger) throw new Violation(`'${fact.id}' is stopped before the younger '${younger.id}'`);
  checkCause(a, fact, walk);
}

/** What it stops for; there has to be something. */
function walkThatStops(a: Account, fact: Fact): Walk {
  if (a.walk?.isStopping && a.walk.has(fact)) return a.walk;
  finish(a);
  const walk = nextStop(a, fact);
  if (!walk) throw new Violation(`'${fact.id}' is stopped, but nobody wanted that`);
  return walk;
}

/** What takes it down next, in order of arrival. `without`: it does not end for its own sake. */
export function nextStop(a: Account, fact: Fact, without?: Fact): Walk | undefined {
  const termination = firstTermination(a, fact, without);
  const late = overdueWith(a, fact);
  const ground = fallenGround(a, fact);
  const asked = termination?.since ?? Infinity;
  const due = late?.overdueSince ?? Infinity;
  const fallen = ground ? fallenSince(ground) : Infinity;
  if (ground && fallen < Math.min(asked, due)) {
    settle(a, ground);
    takeOver(a, new Walk('release', ground, dependantsOf(ground, a.members), { isBound: true }), fallen);
  } else if (late && due < asked) return nextOverdue(a, fact);
  else if (termination) {
    const { target } = termination;
    const scope = [target, ...dependantsOf(target, a.members)];
    takeOver(a, new Walk('terminate', target, scope, { isBound: true }), asked);
  } else return undefined;
  return a.walk;
}

/** Somebody has asked for its end, or for that of one that it is bound to: who did so first? */
function firstTermination(
  a: Account,
  fact: Fact,
  without?: Fact,
): { readonly target: Fact; readonly since: number } | undefined {
  let first: { readonly target: Fact; readonly since: number } | undefined;
  if (a.commands.open === 0) return undefined;
  for (const target of a.members) {
    const since = a.commands.since(target.id, 'terminate-child');
    if (since === undefined || since >= (first?.since ?? Infinity) || target === without) continue;
    if (target === fact || isBoundTo(fact, target, a.members)) first = { target, since };
  }
  return first;
}

/** Of those that it is bound to, the one that was down first and will not be started at once. */
function fallenGround(a: Account, fact: Fact): Fact | undefined {
  if (!fact.child.spec.bindsTo) return undefined;
  let first: Fact | undefined;
  for (const ground of a.members) {
    if (!ground.isDown || !hasFallen(ground) || !isBoundTo(fact, ground, a.members)) continue;
    // Its supervisor decides in order of arrival, so that the others are still up for it.
    if (!first || fallenSince(ground) < fallenSince(first)) first = ground;
  }
  return first;
}

/** If it is decided on, that follows at once. */
const fallenSince = (ground: Fact): number => (ground.isUndecided ? ground.dueSince : -1);

/** Is it down for some time, or will be as soon as its end is decided on? */
function hasFallen({ rest, isPaused, isTooEarly }: Fact): boolean {
  if (['off', 'paused', 'parked', 'waiting'].includes(rest)) return true;
  return (rest === 'ended' || (rest === 'due' && isPaused)) && !isTooEarly;
}
