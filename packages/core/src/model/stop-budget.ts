/** How long stops may take, and how a deadline for all is shared out over what is left to stop. */
import { type Child, isResting } from './child.js';
import { type ChildPolicy, KILL_GRACE_MS, isSupervisorKind } from './policy.js';
import type { Supervisor } from './supervisor.js';

/**
 * The longest that an orderly stop of what is declared can take, in milliseconds; see `spec/stop-budget.ts`. From below to
 * above without recursion: declarations may be nested deeper than the stack is.
 */
export function stopBudgetMs(spec: ChildPolicy): number {
  if (!isSupervisorKind(spec.kind)) return spec.shutdownMs + (spec.kill === undefined ? 0 : KILL_GRACE_MS);
  const open = [spec];
  for (let last = open.at(-1); last !== undefined && !budgets.has(spec); last = open.at(-1)) {
    const height = open.length;
    for (const inner of below(last))
      if (isSupervisorKind(inner.kind) && !budgets.has(inner)) open.push(inner);
    if (open.length > height) continue;
    budgets.set(last, budgetOf(last));
    open.pop();
  }
  return budgets.get(spec)!;
}

/** Declarations do not change; without this each level of a deep tree would look through all that is below it. */
const budgets = new WeakMap<ChildPolicy, number>();

/** What is declared right below. */
function below({ child, children = [] }: ChildPolicy): readonly ChildPolicy[] {
  return child === undefined ? children : [child];
}

/** The supervisors below have theirs already. */
function budgetOf(spec: ChildPolicy): number {
  if (spec.shutdownMs !== Infinity) return spec.shutdownMs + (hasKill(spec) ? KILL_GRACE_MS : 0);
  if (spec.kind === 'dynamic-supervisor' && spec.child) {
    const { maxChildren = Infinity, stopOrder, child } = spec;
    return stopBudgetMs(child) * (stopOrder === 'sequential' ? maxChildren : 1) || 0;
  }
  if (spec.kind !== 'supervisor' || !spec.children) return Infinity;
  return spec.children.reduce((sum, child) => sum + stopBudgetMs(child), 0);
}

/** Is there a `kill` hook, its own or further down? All that is below a supervisor is killed at once. */
function hasKill(spec: ChildPolicy): boolean {
  const open = [spec];
  // It grows while it is gone through.
  for (const each of open) {
    if (each.kill !== undefined) return true;
    for (const inner of below(each)) open.push(inner);
  }
  return false;
}

/** Notes how much the children of a supervisor that has a deadline may take together. */
export function shareOut(s: Supervisor): void {
  s.budgetLeftMs = 0;
  for (const child of s.children) s.budgetLeftMs += stopWeight(s, child);
}

/** A child that was still starting has gone before it was its turn to be stopped: what it might have taken is free. */
export function takeOutOfBudget(s: Supervisor, child: Child): void {
  const isCounted = s.deadlineAt !== undefined && s.operation?.kind === 'shutdown' && !child.awaited;
  if (isCounted) s.budgetLeftMs -= stopWeight(s, child);
}

/**
 * Of the time that is left for several who stop one after the other, the part of the next: half of it, or more if it
 * might take more than those after it together (`weight` against `weights`, its own and theirs).
 *
 * Most stop at once and few need long, and who they are is seen only when it is their turn: by its weight alone a server
 * that works off its requests would get the less, the more there are that need no time. The other half is for those
 * after it, should it hang.
 */
export const nextPart = (leftMs: number, weight: number, weights: number): number =>
  Math.floor(leftMs * Math.max(1 / 2, weight / weights));

/** How long a child may take to stop: its own `shutdownMs`, or its part of what a deadline for all leaves. */
export function allowanceMs(s: Supervisor, child: Child): number {
  const { shutdownMs } = child.spec;
  if (s.deadlineAt === undefined || s.operation?.kind !== 'shutdown') return shutdownMs;
  const left = Math.max(0, s.deadlineAt - s.now);
  const weight = stopWeight(s, child);
  // Nothing is declared below that takes time: all the more it is no reason to kill it.
  if (s.stopsAtOnce || weight === 0) return Math.min(shutdownMs, left);
  return Math.min(shutdownMs, nextPart(left, weight, s.budgetLeftMs));
}

/** What a child may take, as far as it counts: whoever would wait without limit counts as all the time there was. */
export const stopWeight = (s: Supervisor, { spec, status }: Child): number =>
  isResting(status) ? 0 : Math.min(stopBudgetMs(spec), s.deadlineMs);
