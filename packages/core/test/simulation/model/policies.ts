/** From the plans of a script to the policies that the model decides by. */
import type { ChildPolicy, SupervisorPolicy } from '../../../src/model/policy.js';
import { isSupervisorKind } from '../../../src/model/policy.js';
import { Supervisor } from '../../../src/model/supervisor.js';
import type { ChildPlan } from './script.js';

/** A policy that remembers the plan that it was made from. */
export interface PlannedPolicy extends ChildPolicy {
  readonly plan: ChildPlan;
}

/** What validation refuses is mended: a permanent child, or one under `never`, cannot be significant. */
export function childPolicy(plan: ChildPlan, id: string, above: ChildPlan): PlannedPolicy {
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
    giveUp: 'escalate',
    boot: 'fail',
  } as const;
  if (kind === 'dynamic-supervisor') return { ...common, child: childPolicy(templateOf(plan), 'one', plan) };
  if (kind === 'supervisor') return { ...common, children: membersOf(plan) };
  return plan.kill && kind === 'service' ? { ...common, kill: true } : common;
}

/** The children that a supervisor is declared with. */
const membersOf = (plan: ChildPlan): PlannedPolicy[] =>
  plan.children.map((child, i) => childPolicy(child, 'abcdefgh'[i]!, plan));

/** The template of a dynamic supervisor; a plain task if the plan has none. */
export const templateOf = (plan: ChildPlan): ChildPlan =>
  plan.children[0] ?? { ...plan, kind: 'task', children: [] };

export function supervisorOf(plan: ChildPlan, path: string): Supervisor {
  const { strategy, maxRestarts, withinMs, autoShutdown } = plan;
  const dynamic = plan.kind === 'dynamic-supervisor';
  const policy: SupervisorPolicy = {
    strategy: dynamic ? 'one-for-one' : strategy,
    maxRestarts,
    withinMs,
    autoShutdown,
  };
  const children = dynamic ? [] : membersOf(plan);
  return new Supervisor(path, policy, dynamic, children);
}

export const isSupervisorPlan = (plan: ChildPlan): boolean => isSupervisorKind(plan.kind);
