/** What has to hold when a step is done. */
import type { Effect } from '../../../../src/model/effect.js';
import type { Account } from './account.js';
import { isLeftToBoot, isTriedAtBoot, pruneBoot } from './boot.js';
import { checkPromptness } from './ending.js';
import type { Fact } from './fact.js';
import { isBoundTo } from './kinship.js';
import { checkMembers } from './members.js';
import { checkQuiet } from './quiet.js';
import { settle, settlePause } from './settling.js';
import { checkStructure } from './structure.js';
import { Violation } from './violation.js';
import { overdueWith } from './walk-begin.js';
import { finish } from './walk-end.js';

export function checkAfter(a: Account, effects: readonly Effect[]): void {
  const { state } = a.node;
  checkStructure(state);
  if (a.gaveUp) throw new Violation(`'${a.gaveUp.id}' has given up, and nothing follows from that`);
  checkMembers(a);
  if (a.bootWaitsFor.size > 0) pruneBoot(a);
  if (a.isStopping) checkPromptness(a);
  if (a.hasEnded) {
    const at = effects.findIndex(({ type }) => type === 'down' || type === 'start-failed');
    if (at >= 0 && at < effects.length - 1) throw new Violation(`something happens after 'down'`);
  } else if (isQuiet(a)) checkAllQuiet(a);
}

/** Is there nothing that it could be waiting for? Then there may be nothing left to do. */
function isQuiet(a: Account): boolean {
  if (!a.isStarted || a.isStopping || a.isUndoing) return false;
  return !a.members.some(
    (each) =>
      each.isStarting || (each.asked && !each.isDown) || (each.known === 'ending' && mayAwait(a, each)),
  );
}

/** One that ends by itself may be waited for all the same: if it would have had to stop anyway. */
function mayAwait(a: Account, fact: Fact): boolean {
  const isWanted = a.commands.open > 0 || (a.walk?.isStopping && a.walk.has(fact));
  const isBound = fact.child.spec.bindsTo !== undefined;
  const hasFallen = isBound && a.members.some((each) => !each.isUp && isBoundTo(fact, each, a.members));
  return isWanted || hasFallen || overdueWith(a, fact) !== undefined;
}

function checkAllQuiet(a: Account): void {
  finish(a);
  if (!a.wasUp && !(a.heldBoot && a.members.some(isTriedAtBoot)))
    throw new Violation(`all have started, but it is not up`);
  if (a.commands.open > 0) throw new Violation(`a command waits for nothing`);
  for (const fact of a.members) {
    settle(a, fact);
    settlePause(a, fact);
  }
  for (const fact of a.members) if (!isLeftToBoot(a, fact)) checkQuiet(fact, a);
  a.overdue = [];
  a.perhapsEnds.clear();
}
