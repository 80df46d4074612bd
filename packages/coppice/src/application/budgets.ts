/** Whether the children's own times to stop fit into the deadline for all of them. */
import { type ChildSpec, type SupervisorSpec, stopBudgetMs } from '@coppice/core';
import { nextPart } from '@coppice/core/kit';
import { specAt } from './spec-at.js';

/** What a child may take if nobody has said anything. */
const DEFAULT_MS = 5_000;

interface Cut {
  readonly path: string;
  readonly ownMs: number;
  readonly getsMs: number;
}

/**
 * A warning of children that do not have the time that is their own, not even if all others stop at once: who they are,
 * and the cure. Undefined if there is none. Nobody has planned with a default: while the deadline is one as well, a child
 * is named only if its time is longer.
 */
export function budgetWarning(
  root: SupervisorSpec,
  leftMs: number,
  isDeadlineChosen: boolean,
): string | undefined {
  const isMeant = ({ ownMs }: Cut): boolean => isDeadlineChosen || ownMs > DEFAULT_MS;
  const cuts = cutsOf(root, root.id, leftMs).filter(isMeant);
  if (cuts.length === 0) return undefined;
  const listed = cuts
    .slice(0, 5)
    .map(({ path, ownMs, getsMs }) => `${path} ${words(getsMs)} of its ${words(ownMs)}`);
  const others = cuts.length - listed.length;
  const list = [...listed, ...(others > 0 ? [`${others} more`] : [])].join(', ');
  return (
    `within the ${words(leftMs)} that the deadline leaves not all can have their own shutdownMs, even if the others stop ` +
    `at once: ${list}; raise shutdownMs of the application (and the grace period of whoever runs it), or lower theirs`
  );
}

/** Those below a supervisor that are cut short, as its stop goes: one after the other, the last one first. */
function cutsOf(spec: SupervisorSpec, path: string, leftMs: number): Cut[] {
  let weights = 0;
  return spec.children.flatMap((child) => {
    const weight = Math.min(stopBudgetMs(child), leftMs);
    weights += weight;
    if (weight === 0 || leftMs === Infinity) return [];
    const getsMs = Math.min(child.shutdownMs, nextPart(leftMs, weight, weights));
    const here = `${path}/${child.id}`;
    if (child.kind === 'supervisor') return cutsOf(child, here, getsMs);
    const ownMs = ownTimeOf(child);
    return ownMs > getsMs ? [{ path: here, ownMs, getsMs }] : [];
  });
}

/** The children of a dynamic supervisor stop all at once, or nobody can say how many there will be. */
const ownTimeOf = (spec: ChildSpec): number =>
  spec.kind === 'dynamic-supervisor' ? Math.min(spec.shutdownMs, ownTimeOf(spec.child)) : spec.shutdownMs;

const words = (ms: number): string => (ms === Infinity ? 'any time' : `${ms} ms`);

/** Does the declaration of whoever is at `path` say that it is not waited for (`shutdownMs: 0`)? */
export const isNotWaitedFor = (root: SupervisorSpec, path: string): boolean =>
  specAt(root, path)?.shutdownMs === 0;
