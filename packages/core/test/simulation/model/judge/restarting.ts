/** The events that tell of a restart, or of the delay before it. */
import type { Account, Told } from './account.js';
import { isLeftToBoot } from './boot.js';
import type { Fact } from './fact.js';
import { hasGround } from './kinship.js';
import { settle } from './settling.js';
import { checkBudget, checkDelay, hasToBeJudged, judgeFailure } from './verdicts.js';
import { Violation } from './violation.js';
import { beginRestart } from './walk-begin.js';
import { finish } from './walk-end.js';

export function onRestarting(a: Account, fact: Fact, event: Told<'child:restarting'>): void {
  const { because, delayMs } = event;
  finish(a);
  if (a.isStopping || a.isUndoing) throw new Violation(`'${fact.id}': ${because}, in the middle of a stop`);
  if (!hasGround(fact, a.members))
    throw new Violation(`'${fact.id}' is restarted, but not all that it is bound to are up`);
  let isAlone = true;
  if (because === 'exit' || because === 'start-failed') {
    isAlone = fact.isAlone;
    hasToBeJudged(a, fact, because);
    checkDelay(a, fact, delayMs, judgeFailure(a, fact));
  } else {
    if (delayMs !== 0) throw new Violation(`'${fact.id}' is to start at once, and is delayed`);
    restartedByHand(a, fact, because);
  }
  fact.judged = undefined;
  checkBudget(a, fact, event.budget.used);
  const { strategy } = a.node.state.policy;
  const expected = isAlone ? 'one-for-one' : strategy;
  if (event.strategy !== expected) throw new Violation(`'${fact.id}' is restarted ${event.strategy}`);
  const since =
    because === 'request'
      ? a.commands.since(fact.id, 'restart-now', 'restart-child')
      : because === 'resume'
        ? a.commands.since(fact.id, 'resume')
        : undefined;
  beginRestart(a, fact, delayMs, isAlone, since);
}

function restartedByHand(a: Account, fact: Fact, because: Told<'child:restarting'>['because']): void {
  settle(a, fact);
  if (because === 'revive') {
    const isTime = fact.rest === 'parked' && fact.isOverdue && fact.nextStartAt! <= a.now;
    if (!isTime || fact.isPaused) throw new Violation(`'${fact.id}' is revived, but it is not time for that`);
    return fact.failures.forgive();
  }
  const isWanted =
    because === 'resume'
      ? a.commands.has(fact.id, 'resume') &&
        ['paused', 'due', 'retry', 'group', 'waiting'].includes(fact.rest) &&
        !fact.isPaused
      : because === 'request' &&
        (a.commands.has(fact.id, 'restart-now') ||
          (a.commands.has(fact.id, 'restart-child') &&
            ['waiting', 'paused', 'parked', 'group'].includes(fact.rest)));
  if (!isWanted) throw new Violation(`'${fact.id}' is restarted (${because}), but nobody asked for it`);
  fact.lastStart = undefined;
  if (because !== 'resume') fact.failures.forgive();
}

export function onBackingOff(
  a: Account,
  fact: Fact,
  { delayMs, nextStartAt, failures }: Told<'child:backing-off'>,
): void {
  const walk = a.walk;
  if (fact.rest === 'due' && fact.because === 'boot') {
    checkDelay(a, fact, delayMs, judgeFailure(a, fact));
  } else {
    if (!walk?.isStopping || walk.kind !== 'restart' || walk.target !== fact || delayMs !== walk.delayMs)
      throw new Violation(`'${fact.id}' is delayed by ${delayMs} ms, but nobody said so`);
    const alive = walk.scope.find((each) => !each.isDown);
    if (alive) throw new Violation(`'${fact.id}' is delayed, but '${alive.id}' has not gone down with it`);
    for (const each of walk.scope) {
      if (each.rest === 'wanted' && each !== fact && !isLeftToBoot(a, each)) a.putOff(each, fact);
    }
    a.walk = undefined;
  }
  if (delayMs <= 0) throw new Violation(`'${fact.id}' is delayed by nothing`);
  if (nextStartAt !== a.now + delayMs)
    throw new Violation(`'${fact.id}' starts at ${nextStartAt}, not ${delayMs} ms from ${a.now}`);
  if (failures !== fact.failures.inARow)
    throw new Violation(`'${fact.id}' has failed ${fact.failures.inARow} times in a row, not ${failures}`);
  fact.judged = undefined;
  fact.rest = 'delayed';
  fact.isOverdue = false;
  fact.nextStartAt = nextStartAt;
}
