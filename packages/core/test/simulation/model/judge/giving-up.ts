/** The events that tell of one that gives up, and what has to follow from that. */
import type { Account, Told } from './account.js';
import type { Fact } from './fact.js';
import { hasGround } from './kinship.js';
import { checkBudget, describe, hasToBeJudged, judgeFailure } from './verdicts.js';
import { Violation } from './violation.js';
import { finish } from './walk-end.js';

export function onGivesUp(a: Account, fact: Fact, event: Told<'child:gave-up'>): void {
  if (fact.because !== 'boot') {
    finish(a);
    hasToBeJudged(a, fact, fact.because);
  } else if (fact.rest !== 'due') throw new Violation(`'${fact.id}' gives up, but has not failed`);
  if (!hasGround(fact, a.members) && fact.because !== 'boot')
    throw new Violation(`'${fact.id}' gives up over what it is bound to`);
  const judged = judgeFailure(a, fact);
  const { giveUp, because, reviveAt } = event;
  if (judged.verdict !== 'gives up' || judged.isTold || a.gaveUp)
    throw new Violation(`'${fact.id}' gives up, but ${describe(judged)}`);
  if (judged.giveUp !== giveUp || judged.because !== because)
    throw new Violation(`'${fact.id}' gives up (${giveUp}, ${because}), but ${describe(judged)}`);
  judged.isTold = true;
  checkBudget(a, fact, event.budget.used);
  const { reviveAfterMs } = fact.child.spec;
  const isRevived = giveUp === 'park' && reviveAfterMs !== undefined;
  if (reviveAt !== (isRevived ? a.now + reviveAfterMs : null))
    throw new Violation(`'${fact.id}' is to be revived at ${reviveAt}`);
  a.gaveUp = fact;
  if (giveUp === 'keep-trying') return;
  fact.judged = undefined;
  if (giveUp === 'park' || giveUp === 'remove') {
    a.gaveUp = undefined;
    if (giveUp === 'park') park(a, fact);
    else fact.rest = 'off';
  } else if (giveUp === 'escalate' && fact.because === 'boot') {
    a.gaveUp = undefined;
    fact.rest = 'off';
    if (fact.isNew) return;
    a.undo();
  }
}

export function park(a: Account, fact: Fact): void {
  const { reviveAfterMs } = fact.child.spec;
  fact.rest = 'parked';
  fact.isOverdue = false;
  fact.nextStartAt = reviveAfterMs === undefined ? undefined : a.now + reviveAfterMs;
}

/** The whole tree is to end, because of one that has given up. */
export function onExit(a: Account): void {
  const fact = a.gaveUp;
  const { child } = fact ?? {};
  if (!fact || !(fact.errorClass === 'fatal' || child?.spec.giveUp === 'exit'))
    throw new Violation(`the whole tree ends, but nobody gave up`);
  a.gaveUp = undefined;
  fact.rest = 'off';
  if (!a.wasUp && !fact.isNew) a.undo();
}

/** The supervisor gives up, over one of its children. */
export function onEscalation(a: Account, fact: Fact | undefined): void {
  if (!fact) throw new Violation(`it gives up over no child`);
  if (a.gaveUp !== fact) {
    finish(a);
    hasToBeJudged(a, fact, fact.because === 'exit' ? 'exit' : 'start-failed');
    if (!hasGround(fact, a.members))
      throw new Violation(`it gives up over '${fact.id}', which fell with others`);
    const judged = judgeFailure(a, fact);
    if (judged.verdict !== 'all give up')
      throw new Violation(`it gives up over '${fact.id}', but ${describe(judged)}`);
  } else if (fact.child.spec.giveUp !== 'escalate') {
    throw new Violation(`it gives up over '${fact.id}', whose giveUp is ${fact.child.spec.giveUp}`);
  }
  if (a.isStopping || a.isUndoing) throw new Violation(`it gives up in the middle of a stop`);
  a.gaveUp = fact.judged = undefined;
  fact.rest = 'off';
  // In the middle of a boot that waits, it has not come up.
  if (a.wasUp) {
    a.isStopping = true;
    a.endsBecause = 'gave-up';
  } else a.undo();
}
