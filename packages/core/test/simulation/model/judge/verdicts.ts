/** What the books make of a failure, and whether what is told agrees with it. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { failureOf, type Judged } from './failure-book.js';
import { Violation } from './violation.js';

export function hasToBeJudged(a: Account, fact: Fact, because: 'exit' | 'start-failed'): void {
  const isDue = fact.rest === (because === 'exit' ? 'due' : 'retry') && fact.because === because;
  if (!isDue) throw new Violation(`'${fact.id}': ${because}, but it is ${fact.rest}`);
  if (because === 'exit' && fact.isTooEarly)
    throw new Violation(`'${fact.id}' is restarted before others had their turn to fall`);
  if (fact.isPaused) throw new Violation(`'${fact.id}' is restarted, though it is paused`);
  const isEarly = because === 'start-failed' && !a.backoffOf(fact) && !fact.isOverdue;
  if (isEarly) throw new Violation(`'${fact.id}' is tried again before others had their turn`);
}

export function checkBudget(a: Account, fact: Fact, used: number): void {
  const { spec } = fact.child;
  const isOwn =
    spec.maxRestarts !== undefined && spec.kind !== 'supervisor' && spec.kind !== 'dynamic-supervisor';
  if (!isOwn) return a.ledger.check(a.now, used);
  const expected = fact.failures.used(spec, a.now);
  if (used !== expected) throw new Violation(`'${fact.id}' has used ${expected} restarts, not ${used}`);
}

/** What the books say of its failure; it is written down once. */
export function judgeFailure(a: Account, fact: Fact): Judged {
  fact.judged ??= fact.failures.judge(
    failureOf(fact, { spec: fact.child.spec, backoff: a.backoffOf(fact), now: a.now }),
    a.ledger,
  );
  return fact.judged;
}

export function checkDelay(a: Account, fact: Fact, delayMs: number, judged: Judged): void {
  const goesOn =
    judged.verdict === 'restart' ||
    (judged.verdict === 'gives up' && judged.giveUp === 'keep-trying' && judged.isTold);
  if (!goesOn) throw new Violation(`'${fact.id}' is restarted, but ${describe(judged)}`);
  const [least, most] = judged.delay;
  if (delayMs < least || delayMs > most || !Number.isInteger(delayMs))
    throw new Violation(`'${fact.id}' is delayed by ${delayMs} ms, not by ${least} to ${most}`);
  if (a.gaveUp === fact) a.gaveUp = undefined;
}

export function describe(judged: Judged): string {
  if (judged.verdict === 'restart') return `has to be restarted after ${judged.delay.join(' to ')} ms`;
  if (judged.verdict === 'gives up') return `it gives up (${judged.giveUp}, ${judged.because})`;
  return 'the limit that it exceeds is that of all';
}
