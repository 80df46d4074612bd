/** Declarations that are allowed but probably not meant. Told when the tree starts, or when a child is added. */
import type { ChildSpec } from './types.js';

export interface SpecWarning {
  /** The path of the child that it is about. */
  readonly path: string;
  readonly code: 'COPPICE_TRANSIENT_SUPERVISOR';
  readonly message: string;
}

/**
 * All warnings about a declaration and what is declared below it.
 *
 * @param above - the path of the supervisor that it is a child of; none for the root of a tree
 */
export function warningsOf(declared: ChildSpec, above?: string): SpecWarning[] {
  const warnings: SpecWarning[] = [];
  const open = [{ spec: declared, above }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { spec } = next;
    const path = next.above === undefined ? spec.id : `${next.above}/${spec.id}`;
    if (spec.kind !== 'supervisor' && spec.kind !== 'dynamic-supervisor') continue;
    if (next.above !== undefined && spec.restart === 'transient') {
      warnings.push({ path, code: 'COPPICE_TRANSIENT_SUPERVISOR', message: transient(path) });
    }
    const below: readonly ChildSpec[] = spec.kind === 'supervisor' ? spec.children : [spec.child];
    for (const child of below) open.push({ spec: child, above: path });
  }
  return warnings;
}

const transient = (path: string): string =>
  `'${path}' is a transient supervisor: when it gives up it ends with reason shutdown, as OTP's does, which is no ` +
  `crash, so it will not be started again. Make it permanent if it should be.`;
