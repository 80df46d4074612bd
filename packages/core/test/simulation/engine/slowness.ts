/** The same script in slow motion, as those of the model (model/slowness.ts). */
import { slowedBeyond } from '../model/slowness.js';
import type { BranchPlan, EngineScript, LeafPlan } from './plan.js';

export function slowedScript(script: EngineScript): EngineScript {
  const { root, extra, deadlineMs, slowness: by } = script;
  if (by === 1) return script;
  return { ...script, root: branch(root, by), extra: leaf(extra, by), deadlineMs: deadlineMs * by };
}

function branch(plan: BranchPlan, by: number): BranchPlan {
  return {
    ...plan,
    shutdownMs: plan.shutdownMs * by,
    withinMs: plan.withinMs * by,
    beyond: plan.beyond && slowedBeyond(plan.beyond, by),
    leaves: plan.leaves.map((each) => leaf(each, by)),
    branches: plan.branches.map((each) => branch(each, by)),
  };
}

const leaf = (plan: LeafPlan, by: number): LeafPlan => ({
  ...plan,
  shutdownMs: plan.shutdownMs * by,
  beyond: plan.beyond && slowedBeyond(plan.beyond, by),
  parts: plan.parts.map((part) => ({ ...part, ms: part.ms * by })),
});
