/** The events that tell of one that is down because others are, or because it is paused. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { isBoundTo } from './kinship.js';
import { nextStop } from './stopping.js';
import { Violation } from './violation.js';
import { nextOverdue } from './walk-begin.js';
import { finish } from './walk-end.js';

/** It is down because one that it is bound to is. */
export function onWaiting(a: Account, fact: Fact, waitsFor: string): void {
  // In the middle of a stop it does not matter any more.
  if (a.isStopping && fact.isDown) return;
  const other = a.members.find((each) => a.pathOf(each) === waitsFor);
  if (other && waitsInGroup(a, fact, other)) return;
  // The next attempt of its group may begin with that.
  const isPlain =
    (fact.rest === 'due' || fact.rest === 'retry' || fact.rest === 'wanted') && other?.isUp !== true;
  if (
    !isPlain &&
    !fact.isNew &&
    fact.rest !== 'parked' &&
    fact.rest !== 'paused' &&
    !(a.walk?.isStopping && a.walk.has(fact))
  ) {
    finish(a);
    // Whoever is down already has fallen with what is down.
    const isDown = ['group', 'off', 'waiting'].includes(fact.rest);
    const walk = (isDown ? nextOverdue(a, fact) : undefined) ?? nextStop(a, fact, fact);
    if (walk?.kind === 'restart') walk.isStopping = false;
  }
  if (!other || !isBoundTo(fact, other, a.members))
    throw new Violation(`'${fact.id}' waits for ${waitsFor}, which it is not bound to`);
  if (!fact.isDown) throw new Violation(`'${fact.id}' waits, but is alive`);
  const isTaken = a.walk?.isBound && a.walk.isStopping && a.walk.has(fact);
  if (other.isUp && !(isTaken && (other === a.walk?.target || a.walk?.has(other))))
    throw new Violation(`'${fact.id}' waits for '${other.id}', which is up`);
  const isRevived = fact.rest === 'parked' && fact.isOverdue && !fact.isPaused;
  if (isRevived) fact.failures.forgive();
  const isKnown = isRevived || ['due', 'retry', 'wanted', 'waiting', 'paused', 'off'].includes(fact.rest);
  if (!isKnown) throw new Violation(`'${fact.id}' waits, but was ${fact.rest}`);
  if (fact.rest === 'off' && !isTaken && !fact.isNew)
    throw new Violation(`'${fact.id}' waits, but was stopped by hand`);
  fact.rest = 'waiting';
  fact.isHeld = false;
  a.significantEnds.delete(fact);
  // All of its scope are down; but what it is bound to has gone down meanwhile.
  if (a.walk?.target === fact && a.walk.kind === 'restart') a.walk.isStopping = false;
}

/** Is it down because of the strategy, until the one that leads is started again? */
function waitsInGroup(a: Account, fact: Fact, leader: Fact): boolean {
  const walk = a.walk;
  const isPutOff =
    walk?.kind === 'restart' &&
    walk.isStopping &&
    !walk.isBound &&
    walk.target === leader &&
    walk.delayMs > 0;
  const isWaiting =
    (fact.rest === 'group' && fact.owner === leader && !fact.isHeld) || (isPutOff && fact.rest === 'wanted');
  if (!isWaiting) return false;
  fact.rest = 'group';
  fact.owner = leader;
  return (fact.isHeld = true);
}

export function onPaused(a: Account, fact: Fact): void {
  if (!a.commands.has(fact.id, 'pause'))
    throw new Violation(`'${fact.id}' is paused, but nobody asked for it`);
  finish(a);
  fact.isPaused = true;
  if (fact.rest === 'parked') fact.isOverdue = false;
  if (fact.rest === 'delayed' || fact.rest === 'retry') fact.rest = 'paused';
}
