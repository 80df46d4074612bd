/** What a supervisor may know of its children, from the messages alone. */
import type { Message } from '../../../../src/model/message.js';
import type { Account } from './account.js';
import { isLeftToBoot } from './boot.js';
import { type Fact, hasToRestart, isGivingUp } from './fact.js';
import { hasGround } from './kinship.js';
import { passPaused } from './walk-end.js';

export function learn(a: Account, message: Extract<Message, { incarnation: number }>): void {
  const fact = a.facts.get(message.child);
  if (!fact || fact.incarnation !== message.incarnation || a.hasEnded) return;
  if (message.type === 'timer') return timerFired(a, fact);
  if (fact.isDown) return;
  switch (message.type) {
    case 'started':
      if (fact.isStarting && fact.known === 'starting' && !fact.asked && !fact.broken) fact.up(a.now);
      return;
    case 'ending':
      if (fact.asked) return;
      if (fact.isUp) fact.endedAt = a.now;
      fact.known = 'ending';
      return;
    case 'ignored': {
      fact.lastStart = 'ignored';
      const walk = a.walk?.isStopping && a.walk.has(fact) ? a.walk : undefined;
      const isWantedDown = walk && (fact.asked || fact === walk.target || !walk.isBound);
      return fact.down(isWantedDown ? walk.restOf(fact) : 'off');
    }
    case 'start-failed':
      return startFailed(a, fact, message.errorClass);
    case 'exited': {
      // Whoever ends while it still starts, or because that took too long, has not started.
      if ((fact.isStarting && !fact.asked) || (fact.broken === 'start' && !fact.asked))
        return startFailed(a, fact, message.errorClass);
      fact.uptimeMs = (fact.asked ? a.now : (fact.endedAt ?? a.now)) - fact.upAt;
      fact.errorClass = message.errorClass ?? 'transient';
      fact.because = 'exit';
      if (fact.isStarting) fact.lastStart = 'failed';
      fact.hasGivenUp = isGivingUp(fact.child.spec.kind, message.reason, a.pathOf(fact));
      const walk = a.walk?.isStopping && a.walk.has(fact) ? a.walk : undefined;
      if (fact.asked || walk) return fact.down(walk?.restOf(fact) ?? 'off');
      const isDue = hasToRestart(fact.child, message.reason, a.pathOf(fact));
      fact.down(isDue ? 'due' : 'ended');
      if (!isDue && fact.child.spec.significant) a.significantEnds.add(fact);
      // What it is bound to may fall in the same moment.
      fact.isOverdue = false;
      fact.letsOthersFall = fact.child.spec.bindsTo !== undefined && hasGround(fact, a.members);
      fact.nextStartAt = a.now;
      fact.dueSince = a.steps;
      return;
    }
  }
}

function timerFired(a: Account, fact: Fact): void {
  fact.timerFired = true;
  if (!fact.isDown) return;
  fact.isOverdue = true;
  fact.overdueSince = a.steps;
  if (fact.rest === 'delayed') a.overdue.push(fact);
  if (fact.isUndecided || fact.rest === 'retry') fact.dueSince = a.steps;
}

function startFailed(a: Account, fact: Fact, errorClass: Fact['errorClass'] | undefined): void {
  const walk = a.walk;
  fact.lastStart = 'failed';
  fact.uptimeMs = 0;
  fact.errorClass = errorClass ?? 'transient';
  if (walk?.kind === 'boot' && !fact.asked && !a.isUndoing && fact.child.spec.boot === 'fail') {
    a.undo();
    return fact.down('off');
  }
  const isWantedDown = walk?.isStopping && walk.has(fact);
  if (fact.isLoose && !isWantedDown && !fact.asked && !a.isStopping && !a.isUndoing) {
    fact.because = 'start-failed';
    fact.nextStartAt = a.now;
    fact.dueSince = a.steps;
    return fact.down(fact.child.spec.restart === 'temporary' ? 'off' : 'retry');
  }
  const isDecided = fact.asked || a.isStopping || a.isUndoing || isWantedDown || !walk;
  if (isDecided) return fact.down(walk?.isStopping && walk.has(fact) ? walk.restOf(fact) : 'off');
  const isAtBoot = walk.kind === 'boot' || (walk.kind === 'command' && fact.isNew);
  if (isAtBoot) {
    if (fact.child.spec.boot === 'fail') return fact.down('off');
    fact.because = 'boot';
    fact.isBooting = fact.isAlone = true;
    if (walk.kind === 'boot' && fact.child.spec.boot === 'retry') a.bootWaitsFor.add(fact);
    return fact.down('due');
  }
  if (walk.kind === 'command' || fact.child.spec.restart === 'temporary') return fact.down('off');
  fact.because = 'start-failed';
  fact.isAlone ||= walk.isAlone;
  fact.nextStartAt = a.now;
  fact.dueSince = a.steps;
  fact.down('retry');
  // In sequence the others of its group are for its next attempt.
  if (a.isParallel || !a.hasGroup(fact)) return;
  passPaused(a, walk, fact);
  for (const each of walk.scope) {
    if (each.isDown && walk.takes(each) && !isLeftToBoot(a, each)) a.putOff(each, fact);
  }
  a.walk = undefined;
}
