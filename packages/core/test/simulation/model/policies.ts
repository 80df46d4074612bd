/** From the plans of a script to the policies that the model decides by. */
import type { ChildPolicy, SupervisorPolicy } from '../../../src/model/policy.js';
import { isSupervisorKind } from '../../../src/model/policy.js';
import { Supervisor } from '../../../src/model/supervisor.js';
import { shortestDelayMs } from '../../../src/model/backoff.js';
import type { BeyondPlan, ChildPlan } from './script.js';

/** A policy that remembers the plan that it was made from. */
export interface PlannedPolicy extends ChildPolicy {
  readonly plan: ChildPlan;
  /** Its errors are classified: by the mood of the incarnation. */
  readonly classifies: boolean;
}

const IDS = 'abcdefgh';

/** What validation refuses is mended: a permanent child, or one under `never`, cannot be significant. */
export function childPolicy(
  plan: ChildPlan,
  id: string,
  above: ChildPlan,
  bindsTo: readonly string[] = [],
): PlannedPolicy {
  const { kind, restart, shutdownMs, onStuck } = plan;
  const significant = plan.significant && restart !== 'permanent' && above.autoShutdown !== 'never';
  const common = {
    kind,
    id,
    restart,
    shutdownMs,
    significant,
    onStuck,
    plan,
    ...mend(plan, above),
    ...(bindsTo.length > 0 && { bindsTo }),
  } as const;
  if (kind === 'dynamic-supervisor') {
    return { ...common, child: childPolicy(templateOf(plan), 'one', plan) };
  }
  if (kind === 'supervisor') return { ...common, children: membersOf(plan) };
  if (kind === 'task') return { ...common, awaitReady: plan.awaitReady };
  return plan.kill ? { ...common, kill: true } : common;
}

/** What decides about a plan's policies. */
type Declared = Pick<ChildPlan, 'beyond' | 'kind' | 'restart'>;

type Mended = Pick<PlannedPolicy, 'giveUp' | 'boot' | 'classifies'> & Partial<ChildPolicy>;
const PLAIN: Mended = { giveUp: 'escalate', boot: 'fail', classifies: false };

/** What is declared beyond OTP, without the combinations that validation refuses (spec/policies.ts). */
export function mend(plan: Declared, above: Declared): Mended {
  const { beyond, kind, restart } = plan;
  if (!beyond) return PLAIN;
  const isWorker = !isSupervisorKind(kind);
  const watched = isWorker && {
    ...given('staleAfterMs', beyond.staleAfterMs),
    ...given('maxRunMs', beyond.maxRunMs),
  };
  const timed = { ...given('startTimeoutMs', beyond.startTimeoutMs), ...watched };
  if (restart === 'temporary') return { ...PLAIN, ...timed };
  const { backoff } = beyond;
  const classifies = isWorker && beyond.classifies;
  const limit = isWorker ? limitOf(beyond, above) : undefined;
  const mayTrip = classifies || (limit !== undefined && limit.maxRestarts !== Infinity);
  const isTemplate = above.kind === 'dynamic-supervisor';
  const isRefused =
    (beyond.giveUp === 'keep-trying' && !backoff) ||
    (beyond.giveUp === 'remove' && !isTemplate) ||
    (isWorker && !mayTrip);
  const giveUp = isRefused ? 'escalate' : beyond.giveUp;
  const hasEnough = giveUp === 'keep-trying' || !backoff || limit?.maxRestarts !== 0;
  return {
    classifies,
    giveUp,
    boot: backoff && !isTemplate ? beyond.boot : 'fail',
    ...given('backoff', backoff),
    ...(hasEnough ? limit : limit && { ...limit, maxRestarts: 1 }),
    ...(giveUp === 'park' && given('reviveAfterMs', beyond.reviveAfterMs)),
    ...timed,
  };
}

const given = <V>(key: string, value: V | undefined): object => (value === undefined ? {} : { [key]: value });

/** A limit that its own delays keep from ever being reached is refused: its window is made long enough. */
function limitOf({ limit, backoff, giveUp }: BeyondPlan, above: Declared): BeyondPlan['limit'] {
  const delays = backoff ?? above.beyond?.childBackoff;
  if (!limit || !delays || limit.maxRestarts === Infinity) return limit;
  const least = backoff && giveUp !== 'keep-trying' ? 1 : 0;
  const maxRestarts = Math.max(least, limit.maxRestarts);
  let neededMs = 0;
  for (let failures = 1; failures <= maxRestarts; failures++) neededMs += shortestDelayMs(delays, failures);
  return { maxRestarts, withinMs: Math.max(limit.withinMs, neededMs) };
}

/** The children that a supervisor is declared with, bound to some of those before them. */
const membersOf = (plan: ChildPlan): PlannedPolicy[] =>
  plan.children.map((child, i) => {
    const before = plan.children.slice(0, i).map((each, at) => ({ id: IDS[at]!, restart: each.restart }));
    return childPolicy(child, IDS[i]!, plan, groundsOf(child, before));
  });

/** The siblings that a child is bound to: those in its mask; a temporary one cannot be among them. */
export function groundsOf(
  { beyond }: Pick<ChildPlan, 'beyond'>,
  siblings: readonly { readonly id: string; readonly restart: string }[],
): string[] {
  const mask = beyond?.bondsMask ?? 0;
  return siblings.filter(({ restart }, i) => (mask >> i) & 1 && restart !== 'temporary').map(({ id }) => id);
}

/** The template of a dynamic supervisor; a plain task if the plan has none. */
export const templateOf = (plan: ChildPlan): ChildPlan =>
  plan.children[0] ?? { ...plan, kind: 'task', children: [] };

const STOP_ORDER_FOR = { sequential: 'parallel', parallel: 'sequential' } as const;

export function supervisorOf(plan: ChildPlan, path: string): Supervisor {
  const { strategy, maxRestarts, withinMs, autoShutdown, beyond } = plan;
  const dynamic = plan.kind === 'dynamic-supervisor';
  // rest-for-one and a parallel start exclude each other.
  const startOrder = dynamic || strategy === 'rest-for-one' ? undefined : beyond?.startOrder;
  const policy: SupervisorPolicy = {
    strategy: dynamic ? 'one-for-one' : strategy,
    maxRestarts,
    withinMs,
    autoShutdown,
    ...given('childBackoff', beyond?.childBackoff),
    ...given('startOrder', startOrder),
    ...(dynamic && given('maxChildren', beyond?.maxChildren)),
    // A dynamic supervisor starts its children one by one; what the plan says of starts is taken for its stop.
    ...(dynamic && given('stopOrder', beyond && STOP_ORDER_FOR[beyond.startOrder])),
  };
  const children = dynamic ? [] : membersOf(plan);
  return new Supervisor(path, policy, dynamic, children);
}

export const isSupervisorPlan = (plan: ChildPlan): boolean => isSupervisorKind(plan.kind);
