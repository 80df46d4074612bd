/** After the storm: does everybody come back who is declared? */
import type { ChildSnapshot, SupervisorSnapshot, SupervisorTree } from 'coppice';
import type { Declarations } from './declarations.js';
import type { Findings } from './findings.js';

/** So long it may take until each was seen running. */
const CALM_MS = 30_000;

/** Those have done their work, or have none. */
const DONE = ['soak/strategies/limits/absent', 'soak/strategies/limits/once', 'soak/chaos'];

/** Waits until each that is declared was seen running. @returns how long that took, in milliseconds */
export async function untilAllAreBack(
  tree: SupervisorTree,
  declarations: Declarations,
  findings: Findings,
): Promise<number> {
  const startedAt = performance.now();
  const missing = new Set(
    declarations.paths.flatMap((path) => (declarations.of(path) ?? []).map((id) => `${path}/${id}`)),
  );
  for (const path of DONE) missing.delete(path);
  while (missing.size > 0 && performance.now() - startedAt < CALM_MS) {
    for (const { path, status } of childrenOf(tree.snapshot()))
      if (status === 'running') missing.delete(path);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const path of missing) findings.add('lost children', `${path} did not come back: ${said(tree, path)}`);
  return performance.now() - startedAt;
}

export function* childrenOf({ children }: SupervisorSnapshot): Generator<ChildSnapshot> {
  for (const child of children) {
    yield child;
    if (child.supervisor) yield* childrenOf(child.supervisor);
  }
}

function said(tree: SupervisorTree, path: string): string {
  try {
    return tree.explain(path);
  } catch (error) {
    return String(error);
  }
}
