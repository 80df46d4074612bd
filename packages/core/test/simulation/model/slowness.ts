/** The same tree in slow motion: what took milliseconds takes minutes, so that days go by in one script. */
import type { Backoff } from '../../../src/model/backoff.js';
import type { BeyondPlan, ChildPlan } from './script.js';

/** So many times as slow is a script; the last makes a minute of each millisecond. */
export const SLOWNESS = [1, 1_000, 60_000] as const;

export function slowed(plan: ChildPlan, by: number): ChildPlan {
  if (by === 1) return plan;
  const { shutdownMs, withinMs, beyond, children } = plan;
  return {
    ...plan,
    shutdownMs: shutdownMs * by,
    withinMs: withinMs * by,
    beyond: beyond && slowedBeyond(beyond, by),
    children: children.map((each) => slowed(each, by)),
  };
}

export function slowedBeyond(plan: BeyondPlan, by: number): BeyondPlan {
  const { backoff, childBackoff, limit } = plan;
  const times = (ms: number | undefined): number | undefined => ms && ms * by;
  return {
    ...plan,
    backoff: backoff && slowedBackoff(backoff, by),
    childBackoff: childBackoff && slowedBackoff(childBackoff, by),
    limit: limit && { ...limit, withinMs: limit.withinMs * by },
    reviveAfterMs: times(plan.reviveAfterMs),
    startTimeoutMs: times(plan.startTimeoutMs),
    staleAfterMs: times(plan.staleAfterMs),
    maxRunMs: times(plan.maxRunMs),
  };
}

function slowedBackoff(backoff: Backoff, by: number): Backoff {
  const { minMs, maxMs, resetAfterMs } = backoff;
  return { ...backoff, minMs: minMs * by, maxMs: maxMs * by, resetAfterMs: resetAfterMs * by };
}
