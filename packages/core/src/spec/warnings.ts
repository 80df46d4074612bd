/** Declarations that are allowed but probably not meant. Told once, when the tree starts. */
import type { ChildSpec } from './types.js';

export interface SpecWarning {
  /** The path of the child that it is about. */
  readonly path: string;
  readonly code: 'COPPICE_TRANSIENT_SUPERVISOR';
  readonly message: string;
}

/** All warnings about a declaration and what is declared below it. */
export function warningsOf(root: ChildSpec): SpecWarning[] {
  const warnings: SpecWarning[] = [];
  const open: { path: string; spec: ChildSpec }[] = [{ path: root.id, spec: root }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, spec } = next;
    if (spec.kind !== 'supervisor') continue;
    for (const child of spec.children) {
      const below = `${path}/${child.id}`;
      open.push({ path: below, spec: child });
      const isSupervisor = child.kind === 'supervisor' || child.kind === 'dynamic-supervisor';
      if (isSupervisor && child.restart === 'transient') {
        warnings.push({ path: below, code: 'COPPICE_TRANSIENT_SUPERVISOR', message: transient(below) });
      }
    }
  }
  return warnings;
}

const transient = (path: string): string =>
  `'${path}' is a transient supervisor: when it gives up it ends with reason shutdown, as OTP's does, which is no ` +
  `crash, so it will not be started again. Make it permanent if it should be.`;
