/** What is told of failures, restarts and giving up, held against the books. */
import type { EventName, EventOf } from '../../../src/index.js';
import type { ErrorClass } from '../../../src/model/give-up.js';
import { type Judged, failureOf } from '../model/judge/failure-book.js';
import { Violation } from '../model/judge/violation.js';
import type { Branch } from './branches.js';
import type { Told } from './told.js';

type Of<N extends EventName> = EventOf<N>;

export function onRestarting(branch: Branch, child: Told, event: Of<'child:restarting'>): void {
  const { because, delayMs, at, path, budget } = event;
  if (because === 'exit' || because === 'start-failed') {
    if (child.isPaused) throw new Violation(`'${path}' is restarted, though it is paused`);
    if (because !== child.because) throw new Violation(`'${path}' is restarted (${because})`);
    checkDelay(path, delayMs, (child.judged ??= judge(branch, child, at)));
    child.delayMs = delayMs;
  } else {
    const isEarly = because === 'revive' && (at < child.reviveAt || child.isPaused);
    if (isEarly) throw new Violation(`'${path}' is revived at ${at}, not at ${child.reviveAt}`);
    if (because !== 'resume') child.failures.forgive();
    child.isAskedFor = true;
  }
  child.reviveAt = Infinity;
  const isOwn = child.spec.maxRestarts !== undefined;
  if (!isOwn) return branch.ledger.check(at, budget.used);
  const expected = child.failures.used(child.spec, at);
  if (budget.used !== expected)
    throw new Violation(`'${path}' has used ${expected} restarts, not ${budget.used}`);
}

export function onBackingOff(branch: Branch, child: Told, event: Of<'child:backing-off'>): void {
  const { path, delayMs, nextStartAt, failures, at } = event;
  if (child.delayMs === undefined) {
    // At a boot nothing else is told before.
    child.because = 'boot';
    child.isBooting = true;
    checkDelay(path, delayMs, (child.judged ??= judge(branch, child, at)));
  } else if (child.delayMs !== delayMs) throw new Violation(`'${path}' is delayed by ${delayMs} ms`);
  if (nextStartAt !== at + delayMs) throw new Violation(`'${path}' is to start at ${nextStartAt}`);
  if (failures !== child.failures.inARow)
    throw new Violation(`'${path}' has failed ${child.failures.inARow} times in a row, not ${failures}`);
  child.judged = child.delayMs = undefined;
}

export function onGivesUp(branch: Branch, child: Told, event: Of<'child:gave-up'>): void {
  const { path, giveUp, because, reviveAt, at } = event;
  const errorClass = because === 'limit' ? 'transient' : because;
  if (child.because === 'start-failed' && child.isFirstStart) {
    child.because = 'boot';
    child.isBooting = true;
  }
  const judged = (child.judged = judge(branch, child, at, errorClass));
  if (judged.verdict !== 'gives up' || judged.giveUp !== giveUp || judged.because !== because)
    throw new Violation(`'${path}' gives up (${giveUp}, ${because}), but has to ${judged.verdict}`);
  judged.isTold = true;
  const { reviveAfterMs } = child.spec;
  const expected = giveUp === 'park' && reviveAfterMs !== undefined ? at + reviveAfterMs : null;
  if (reviveAt !== expected) throw new Violation(`'${path}' is to be revived at ${reviveAt}`);
  child.reviveAt = reviveAt ?? Infinity;
}

export function onEscalation(branch: Branch, id: string, at: number): void {
  const child = branch.children.find((each) => each.id === id);
  if (!child) throw new Violation(`'${id}' makes a supervisor give up, and is no child of it`);
  const judged = (child.judged ??= judge(branch, child, at));
  const isEscalated = judged.verdict === 'gives up' && judged.isTold && judged.giveUp === 'escalate';
  if (judged.verdict !== 'all give up' && !isEscalated)
    throw new Violation(`a supervisor gives up over '${id}', but that has to ${judged.verdict}`);
}

/** What the books say of the failure of a child; it is written down once. */
function judge(branch: Branch, child: Told, now: number, errorClass: ErrorClass = 'transient'): Judged {
  const { because, uptimeMs, isBooting, hasGivenUp, spec, backoff } = child;
  const known = { because, errorClass, uptimeMs, isBooting, hasGivenUp };
  return child.failures.judge(failureOf(known, { spec, backoff, now }), branch.ledger);
}

function checkDelay(path: string, delayMs: number, judged: Judged): void {
  const goesOn =
    judged.verdict === 'restart' ||
    (judged.verdict === 'gives up' && judged.isTold && judged.giveUp === 'keep-trying');
  if (!goesOn) throw new Violation(`'${path}' is tried again, but has to ${judged.verdict}`);
  const [least, most] = judged.delay;
  if (delayMs < least || delayMs > most)
    throw new Violation(`'${path}' is delayed by ${delayMs} ms, not by ${least} to ${most}`);
}
