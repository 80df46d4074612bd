/** How long a child may take to stop, and which timer it gets for that. */
import { KILL_GRACE_MS } from '../../../../src/model/policy.js';
import { stopBudgetMs } from '../../../../src/model/stop-budget.js';
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { Violation } from './violation.js';

export function onSetTimer(a: Account, fact: Fact, ms: number): void {
  // Of those who are up, or down, it is asked afterwards whether they have the timer that they need.
  if (fact.isDown || fact.isUp) return;
  const { startTimeoutMs } = fact.child.spec;
  const isStart = fact.known === 'starting' && !fact.asked && !fact.broken;
  const [least, most] = isStart
    ? [startTimeoutMs ?? NaN, startTimeoutMs ?? NaN]
    : fact.killSent
      ? [KILL_GRACE_MS, KILL_GRACE_MS]
      : timeFor(a, fact);
  if (!(ms >= least && ms <= most)) {
    throw new Violation(`'${fact.id}' gets a timer of ${ms} ms, not of ${least} to ${most}`);
  }
}

/** How long it may take to stop: its own time, or within a deadline half of what is left, or its share if that is more. */
export function timeFor(a: Account, fact: Fact): readonly [number, number] {
  const { shutdownMs } = fact.child.spec;
  const [end, all] = [a.deadlineAt, a.deadlineMs];
  if (end === undefined || all === undefined) return [shutdownMs, shutdownMs];
  const left = Math.max(0, end - a.now);
  const most = Math.min(shutdownMs, left);
  const weigh = ({ child }: Fact): number => Math.min(stopBudgetMs(child.spec), all);
  // It may be its turn, or it ends by itself while younger ones are still to be stopped.
  const older = fact.asked ? a.members.slice(0, a.members.indexOf(fact) + 1) : a.members;
  const share = (facts: readonly Fact[]): number =>
    Math.floor(left * Math.max(1 / 2, weigh(fact) / facts.reduce((total, each) => total + weigh(each), 0)));
  // Those who are up for certain; of those who are down, or on their way, some may still count.
  const alive = older.filter((each) => each === fact || (each.known === 'up' && !each.asked));
  if (a.endsAtOnce || weigh(fact) === 0) return [most, most];
  return [Math.min(most, share(older)), Math.min(most, share(alive))];
}
