/** How many of a tree's clients are in which state, read off a snapshot. */
import type { ChildSnapshot, ChildStatus, SupervisorSnapshot } from 'coppice';

export type Census = Readonly<Partial<Record<ChildStatus, number>>>;

/** Counts, by their status, those children of a tree that are of interest. */
export function censusOf(snapshot: SupervisorSnapshot, isCounted: (child: ChildSnapshot) => boolean): Census {
  const counts: Partial<Record<ChildStatus, number>> = {};
  const open = [snapshot];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const child of next.children) {
      if (child.supervisor) open.push(child.supervisor);
      if (isCounted(child)) counts[child.status] = (counts[child.status] ?? 0) + 1;
    }
  }
  return counts;
}
