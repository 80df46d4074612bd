/** Whether the children's own times to stop fit into the deadline for all of them. */
import { type ChildSpec, type SupervisorSpec, stopBudgetMs } from '@coppice/core';

/** What a child may take if nobody has said anything. */
const DEFAULT_MS = 5_000;

/**
 * A warning if they do not: what each may take, and the cure. Undefined if they fit, and also while all of it
 * is by default: nobody has planned with 5 s for each child, and three of them would be too many.
 */
export function budgetWarning(
  { children }: SupervisorSpec,
  leftMs: number,
  isDeadlineChosen: boolean,
): string | undefined {
  const sumMs = children.reduce((sum, child) => sum + stopBudgetMs(child), 0);
  if (sumMs <= leftMs || leftMs === Infinity) return undefined;
  if (!isDeadlineChosen && children.every(isDefault)) return undefined;
  const slowest = children
    .map((child) => ({ id: child.id, ms: stopBudgetMs(child) }))
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms);
  const listed = slowest.slice(0, 5).map(({ id, ms }) => `${id} ${words(ms)}`);
  const others = slowest.length - listed.length;
  const list = [...listed, ...(others > 0 ? [`${others} more`] : [])].join(', ');
  return (
    `the children may take ${words(sumMs)} to stop (${list}), but the deadline leaves ${words(leftMs)}, which they ` +
    `will share; raise shutdownMs of the application (and the grace period of whoever runs it), or lower theirs`
  );
}

function isDefault(spec: ChildSpec): boolean {
  if (spec.kind === 'supervisor') return spec.shutdownMs === Infinity && spec.children.every(isDefault);
  if (spec.kind === 'dynamic-supervisor') return spec.shutdownMs === Infinity && isDefault(spec.child);
  return spec.shutdownMs <= DEFAULT_MS;
}

const words = (ms: number): string => (ms === Infinity ? 'any time' : `${ms} ms`);

/** Does the declaration of whoever is at `path` say that it is not waited for (`shutdownMs: 0`)? */
export function isNotWaitedFor(root: SupervisorSpec, path: string): boolean {
  let spec: ChildSpec | undefined = root;
  for (const id of path.split('/').slice(1)) {
    if (spec?.kind === 'dynamic-supervisor') spec = spec.child;
    else if (spec?.kind === 'supervisor') spec = spec.children.find((child) => child.id === id);
    else return false;
  }
  return spec?.shutdownMs === 0;
}
