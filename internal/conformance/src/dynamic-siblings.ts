/**
 * OTP stops the children of a `simple_one_for_one` supervisor all at once, so the order of their ends is a
 * matter of chance. In traces such ends that stand side by side are in order of path; ours are put so too.
 */
import type { SupervisorTree, TraceEvent } from './scenario.js';

export function inOrderOfPath(events: readonly TraceEvent[], tree: SupervisorTree): TraceEvent[] {
  const dynamic = dynamicPaths(tree, 'root', new Set());
  const ordered = [...events];
  for (let from = 0; from < ordered.length; ) {
    const parent = parentOfExit(ordered[from]!);
    let to = from + 1;
    if (parent !== undefined && dynamic.has(parent)) {
      while (to < ordered.length && parentOfExit(ordered[to]!) === parent) to++;
      const run = ordered
        .slice(from, to)
        .sort((a, b) => (a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1));
      ordered.splice(from, run.length, ...run);
    }
    from = to;
  }
  return ordered;
}

function dynamicPaths(tree: SupervisorTree, path: string, found: Set<string>): Set<string> {
  if (tree.template) found.add(path);
  for (const child of tree.children ?? []) {
    if ('supervisor' in child) dynamicPaths(child.supervisor, `${path}/${child.id}`, found);
  }
  return found;
}

const parentOfExit = ([what, path]: TraceEvent): string | undefined =>
  what === 'exit' ? path.slice(0, path.lastIndexOf('/')) : undefined;
