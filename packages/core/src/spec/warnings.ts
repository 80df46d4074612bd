/** Declarations that are allowed but probably not meant. Told when the tree starts, or when a child is added. */
import { isSupervisorKind } from '../model/policy.js';
import { names } from './explain-words.js';
import { type LimitWarning, type LimitWarningCode, limitWarningsOf } from './limit-warnings.js';
import type { ChildSpec, DynamicSupervisorSpec, SupervisorSpec } from './types.js';

export interface SpecWarning {
  /** The path of the child that it is about; of the supervisor, if it is about several of its children. */
  readonly path: string;
  /** Stable; docs/errors.md lists them. */
  readonly code: 'COPPICE_TRANSIENT_SUPERVISOR' | LimitWarningCode;
  readonly message: string;
}

type AnySupervisor = SupervisorSpec | DynamicSupervisorSpec<never>;

/** The supervisor that a declaration is a child of. */
export interface Place {
  readonly path: string;
  readonly spec: AnySupervisor;
}

/**
 * All warnings about a declaration and what is declared below it, in the order in which it is declared.
 *
 * @param above - the supervisor that it is a child of; none for the root of a tree
 */
export function warningsOf(declared: ChildSpec, above?: Place): SpecWarning[] {
  const warnings: SpecWarning[] = [];
  const open: Place[] = [];
  const lookAt = (children: readonly ChildSpec[], place: Place): void => {
    warnings.push(...limitWarnings(children, place));
    for (const child of children.filter(isSupervisor)) {
      const path = `${place.path}/${child.id}`;
      if (child.restart === 'transient' && child.giveUp === 'escalate')
        warnings.push({ path, code: 'COPPICE_TRANSIENT_SUPERVISOR', message: transient(path) });
    }
    for (const child of children.filter(isSupervisor).reverse())
      open.push({ path: `${place.path}/${child.id}`, spec: child });
  };
  if (above) lookAt([declared], above);
  else if (isSupervisor(declared)) open.push({ path: declared.id, spec: declared });
  for (let next = open.pop(); next; next = open.pop()) {
    lookAt(next.spec.kind === 'supervisor' ? next.spec.children : [next.spec.child], next);
  }
  return warnings;
}

const isSupervisor = (spec: ChildSpec): spec is AnySupervisor => isSupervisorKind(spec.kind);

/** What is the same for several children, as with a `childBackoff`, is told once. */
function limitWarnings(children: readonly ChildSpec[], { path, spec }: Place): SpecWarning[] {
  const found = new Map<string, { readonly warning: LimitWarning; readonly ids: string[] }>();
  for (const child of children) {
    for (const warning of limitWarningsOf(child, spec)) {
      const known = found.get(warning.text);
      if (known) known.ids.push(child.id);
      else found.set(warning.text, { warning, ids: [child.id] });
    }
  }
  return Array.from(found.values(), ({ warning: { code, text }, ids }) => {
    const [only] = ids;
    return ids.length === 1
      ? { path: `${path}/${only}`, code, message: `'${path}/${only}': ${text}` }
      : { path, code, message: `${names(ids)} of '${path}', each of them: ${text}` };
  });
}

const transient = (path: string): string =>
  `'${path}' is a transient supervisor: when it gives up it ends with reason shutdown, as OTP's does, which is no ` +
  `crash, so it will not be started again. Make it permanent if it should be, or say what is to follow with giveUp.`;
