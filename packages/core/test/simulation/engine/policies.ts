/** From the plans of an engine script to the policies that are declared, without what validation refuses. */
import { groundsOf, mend } from '../model/policies.js';
import type { BranchPlan, LeafPlan } from './plan.js';

type Policies = ReturnType<typeof mend>;

const kindOf = ({ kind }: BranchPlan): 'supervisor' | 'dynamic-supervisor' =>
  kind === 'dynamic' ? 'dynamic-supervisor' : 'supervisor';

/** A dynamic supervisor without a template is an ordinary one. */
const asAbove = (plan: BranchPlan) => ({
  kind: plan.leaves.length === 0 ? ('supervisor' as const) : kindOf(plan),
  restart: plan.restart,
  beyond: plan.beyond,
});

export const leafPolicies = (plan: LeafPlan, above: BranchPlan): Policies => mend(plan, asAbove(above));

export function branchPolicies(plan: BranchPlan, above: BranchPlan): Omit<Policies, 'classifies'> {
  const { kind, restart, beyond } = asAbove(plan);
  const { classifies: _, ...policies } = mend({ kind, restart, beyond }, asAbove(above));
  return policies;
}

/** The ids of the children in the order in which they are declared: the branches between the leaves. */
function idsOf({ leaves, branches }: BranchPlan): string[] {
  const ids = leaves.map((_, i) => `leaf${i}`);
  return [...ids.slice(0, 1), ...branches.map((_, i) => `branch${i}`), ...ids.slice(1)];
}

/** Whom each leaf is bound to: to those declared before it, or else, as its mask says, to those behind it. */
export function bondsOf(plan: BranchPlan): ReadonlyMap<string, readonly string[]> {
  const isForwards = ((plan.beyond?.bondsMask ?? 0) & 1) === 1;
  const siblings = idsOf(plan).map((id) => ({ id, restart: childPlan(plan, id).restart }));
  const bonds = new Map<string, readonly string[]>();
  siblings.forEach(({ id }, i) => {
    if (!id.startsWith('leaf')) return;
    const others = isForwards ? siblings.slice(i + 1) : siblings.slice(0, i);
    const { beyond } = childPlan(plan, id);
    bonds.set(id, groundsOf({ beyond }, others));
  });
  return bonds;
}

export function childPlan({ leaves, branches }: BranchPlan, id: string): LeafPlan | BranchPlan {
  const at = Number(id.replace(/^[a-z]+/, ''));
  return id.startsWith('leaf') ? leaves[at]! : branches[at]!;
}

/** rest-for-one and a parallel start exclude each other. */
export const startOrderOf = ({ strategy, beyond }: BranchPlan): 'sequential' | 'parallel' =>
  strategy === 'rest-for-one' ? 'sequential' : (beyond?.startOrder ?? 'sequential');

/** Of a dynamic supervisor, whose children are started one by one: what the plan says of starts is taken for its stop. */
export const stopOrderOf = ({ beyond }: BranchPlan): 'sequential' | 'parallel' =>
  beyond?.startOrder === 'parallel' ? 'sequential' : 'parallel';

/** The same ids in start order: each behind those that it is bound to. */
export function startOrderIds(plan: BranchPlan): string[] {
  const bonds = bondsOf(plan);
  const ordered = new Set<string>();
  const place = (id: string): void => {
    if (ordered.has(id)) return;
    bonds.get(id)?.forEach(place);
    ordered.add(id);
  };
  idsOf(plan).forEach(place);
  return [...ordered];
}
