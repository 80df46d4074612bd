/** A page about a child: what it is at, and what its policies are. */
import type { Child } from '../model/child.js';
import { childText } from '../explain/explain.js';
import { type AnySupervisor, explain, headOf, layOut } from '../spec/explain.js';
import type { ChildSpec } from '../spec/types.js';
import type { SupervisorProcess } from './supervisor-process.js';

/** The text about one child of a supervisor. */
export function describe(process: SupervisorProcess, child: Child): string {
  const now = childText(process, child, { whenAllEnds: 'everything ends' });
  return [
    headOf(process.pathOf(child), child.spec),
    ...layOut([['now', now]]),
    '',
    ...explain(child.spec, livingSpec(process)),
  ].join('\n');
}

/** The declaration of a supervisor with the children that it has now. */
function livingSpec({ spec, state }: SupervisorProcess): AnySupervisor {
  if (spec.kind === 'dynamic-supervisor') return spec;
  return { ...spec, children: Array.from(state.children, (child) => child.spec as ChildSpec) };
}
