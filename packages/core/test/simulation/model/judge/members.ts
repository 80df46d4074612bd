/** Who has gone has to have a reason to, and who should have gone has; each has the timer that it needs. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { dependantsOf, hasGround } from './kinship.js';
import { isPerhapsNoEnd } from './settling.js';
import { checkWatch, timerOf } from './timers.js';
import { Violation } from './violation.js';
import { overdueWith } from './walk-begin.js';

/** Who has gone has to have a reason to, and who should have gone has. */
export function checkMembers(a: Account): void {
  const { children } = a.node.state;
  for (let child = children.first; child; child = child.next) {
    const fact = a.facts.get(child) ?? a.add(child);
    fact.seenAt = a.steps;
    fact.timerFired = false;
    checkTimer(a, fact);
  }
  if (a.members.length === children.size) return;
  for (const fact of a.members) if (fact.seenAt !== a.steps) remove(a, fact);
}

function checkTimer(a: Account, fact: Fact): void {
  const { child } = fact;
  const timer = a.node.world.timerOf(child);
  if (child.hasTimer !== (timer !== undefined)) throw new Violation(`'${fact.id}' is wrong about its timer`);
  if (fact.isUp) return checkWatch(fact, timer?.at, a.now);
  // Those who are down get rid of theirs when it is their turn to be seen to.
  if (fact.isDown && (a.walk || a.isStopping || a.isUndoing)) return;
  // One whose delay is over may have begun to take others down: that shows only when somebody is asked to stop.
  if (fact.isDown && timer === undefined && overdueWith(a, fact)) return;
  const expected = timerOf(fact, a.backoffOf(fact), a.now);
  if (expected === 'any' || expected === timer?.at) return;
  throw new Violation(`'${fact.id}' has a timer for ${timer?.at ?? 'nothing'}, not ${expected ?? 'none'}`);
}

export function remove(a: Account, fact: Fact): void {
  const isDeleted = a.commands.has(fact.id, 'delete-child');
  const stays = fact.stays(a.node.state.dynamic) && !fact.isNew && !isDeleted;
  const mayHaveFallen = !hasGround(fact, a.members) || fact.isTooEarly || overdueWith(a, fact);
  if (mayHaveFallen) isPerhapsNoEnd(a, fact);
  if (!fact.isDown || stays) throw new Violation(`'${fact.id}' is gone without a reason`);
  if (dependantsOf(fact, a.members).length > 0)
    throw new Violation(`'${fact.id}' is gone, and others are bound to it`);
  a.members = a.members.filter((each) => each !== fact);
  a.walk?.drop(fact);
  a.heldBoot?.drop(fact);
  a.facts.delete(fact.child);
  a.gone.set(fact.id, fact);
}
