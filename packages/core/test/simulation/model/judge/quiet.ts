/** What has to hold when a supervisor has nothing left to do: each child is up, or down for a reason that holds. */
import type { ChildStatus } from '../../../../src/model/child.js';
import type { Fact, Rest } from './fact.js';
import { groundsOf, hasGround } from './kinship.js';
import type { Account } from './account.js';
import { Violation } from './violation.js';

/** What users see of it; what is not here has to be over. */
const SEEN_AS: Partial<Record<Rest, ChildStatus>> = {
  off: 'stopped',
  retry: 'restarting',
  delayed: 'backing-off',
  waiting: 'waiting',
  paused: 'paused',
  parked: 'parked',
  group: 'stopped',
};

export function checkQuiet(fact: Fact, a: Account): void {
  const { id, rest, child } = fact;
  const isGrounded = hasGround(fact, a.members);
  // As long as nothing is decided about the end of one, it has no consequences.
  if (isOpen(fact) || groundsOf(fact, a.members).some(isOpen)) return;
  if (!fact.isDown) {
    if (!isGrounded) throw new Violation(`'${id}' is up, but not all that it is bound to are`);
    if (child.status !== 'running') throw new Violation(`'${id}' is up, and shown as ${child.status}`);
    return;
  }
  const status = rest === 'group' && fact.isHeld ? 'waiting' : SEEN_AS[rest];
  if (status === undefined) throw new Violation(`'${id}' was never decided on (${rest})`);
  if (child.status !== status) throw new Violation(`'${id}' is ${rest}, and shown as ${child.status}`);
  if (rest === 'off' && !fact.stays(a.node.state.dynamic))
    throw new Violation(`'${id}' is down for good, and still there`);
  const isPlanned = rest === 'delayed' || rest === 'retry';
  if (isPlanned && !isGrounded && !a.bringsGround(fact))
    throw new Violation(`'${id}' will be started, but not all that it is bound to are up`);
  // One that was started by hand in spite of its pause may have failed; that has still to be decided on.
  if (rest === 'delayed' && fact.isPaused) throw new Violation(`'${id}' is paused, and will be started`);
  if (fact.isOverdue && (isPlanned || rest === 'parked'))
    throw new Violation(`it was time for '${id}' (${rest})`);
  const isWaiting = rest === 'waiting' || (rest === 'group' && fact.isHeld);
  if (isWaiting && isGrounded && !a.leaderOf(fact)) throw new Violation(`'${id}' waits for nothing`);
  if (rest === 'group' && !fact.isHeld) checkOtp(fact, a);
}

/** Is it still ending by itself, or do others have their turn to fall before its end is decided on? */
const isOpen = (fact: Fact): boolean =>
  fact.known === 'ending' || (fact.isDown && fact.isUndecided && fact.isTooEarly);

/** Only under OTP's rules alone does nobody wait for one that is delayed, or tried again. */
function checkOtp({ id, owner, incarnation }: Fact, { node, members }: Account): void {
  const { childBackoff } = node.state.policy;
  const isDelayed = owner !== undefined && (owner.child.spec.backoff ?? childBackoff) !== undefined;
  if (isDelayed && owner.leads && incarnation > 0 && members.includes(owner))
    throw new Violation(`'${id}' has been stopped with '${owner.id}', and does not wait for it`);
}
