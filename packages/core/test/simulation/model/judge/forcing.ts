/** Who is told that it has failed, is killed, or is waited for no longer: each in its time. */
import type { CoppiceError } from '../../../../src/model/errors.js';
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { timeFor } from './stop-time.js';
import { ask } from './stopping.js';
import { Violation } from './violation.js';

/** It is told that it has failed: at the very moment. */
export function onFail(a: Account, fact: Fact, { code }: CoppiceError): void {
  const { spec } = fact.child;
  const isTime = fact.timerFired && !fact.asked && !fact.broken && fact.known !== 'ending';
  const isTrue =
    code === 'COPPICE_START_TIMEOUT'
      ? fact.isStarting && a.now === fact.startingAt + spec.startTimeoutMs!
      : code === 'COPPICE_RAN_TOO_LONG'
        ? fact.isUp && a.now === fact.runEndsAt
        : fact.isUp && a.now === fact.staleAt && fact.runEndsAt > a.now;
  if (fact.isDown || !isTime || !isTrue)
    throw new Violation(`'${fact.id}' is said to have failed (${code}), but has not`);
  fact.timerFired = false;
  fact.broken = fact.isStarting ? 'start' : 'run';
  if (fact.broken === 'run') fact.known = 'ending';
}

export function onKill(a: Account, fact: Fact): void {
  if (fact.isDown) throw new Violation(`'${fact.id}' is killed, but is down`);
  if (fact.killSent) throw new Violation(`'${fact.id}' is killed twice`);
  const isTime = fact.timerFired || a.isKilling || timeFor(a, fact)[0] === 0;
  if (!isTime) throw new Violation(`'${fact.id}' is killed before its time`);
  fact.killSent = true;
  if (!fact.asked && fact.known !== 'ending' && !fact.broken) ask(a, fact);
}

export function onAbandon(a: Account, fact: Fact): void {
  const { onStuck } = fact.child.spec;
  const isEnd = (onStuck === 'exit' && a.isStopping) || (onStuck === 'wait' && a.isKilling);
  if (!fact.killSent || !(fact.timerFired || isEnd))
    throw new Violation(`'${fact.id}' is abandoned before its time`);
  // One that was stuck may be told so again before its end has arrived.
  if (fact.abandonSent && onStuck === 'abandon') throw new Violation(`'${fact.id}' is abandoned twice`);
  fact.abandonSent = true;
}
