/** The declaration of whoever is at a path. */
import type { ChildSpec, SupervisorSpec } from '@coppice/core';

/** Undefined where none is known, as below a thread. */
export function specAt(root: SupervisorSpec, path: string): ChildSpec | undefined {
  let spec: ChildSpec | undefined = root;
  for (const id of path.split('/').slice(1)) {
    if (spec?.kind === 'dynamic-supervisor') spec = spec.child;
    else if (spec?.kind === 'supervisor') spec = spec.children.find((child) => child.id === id);
    else return undefined;
  }
  return spec;
}
