/**
 * Where a declaration stands in a living tree, seen from one of its supervisors: below that one first, then
 * below the one above it, and so on up. A place stays the same when what is there is started again.
 */
import type { Child } from '../model/child.js';
import { isSupervisorKind } from '../model/policy.js';
import { isSameDeclaration } from '../spec/lineage.js';
import type { ChildSpec } from '../spec/types.js';
import type { SupervisorProcess } from './supervisor-process.js';

/** The path of a declaration; undefined if it stands nowhere in the tree. */
export function placeOf(from: SupervisorProcess, ref: unknown): string | undefined {
  for (let at: SupervisorProcess | undefined = from; at; at = at.parent.process) {
    const found = placeBelow(at, ref);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same, below one supervisor only; the nearest first. */
function placeBelow(top: SupervisorProcess, ref: unknown): string | undefined {
  let level: SupervisorProcess[] = [top];
  while (level.length > 0) {
    const below: SupervisorProcess[] = [];
    for (const { path, state } of level) {
      // Children of a dynamic supervisor have no declaration of their own.
      if (state.dynamic) continue;
      for (const child of state.children) {
        if (isSameDeclaration(child.spec, ref)) return `${path}/${child.id}`;
        const process = supervisorBelow(child);
        if (process) below.push(process);
        else if (isSupervisorKind(child.spec.kind)) {
          const found = placeDeclared(child.spec as ChildSpec, `${path}/${child.id}`, ref);
          if (found !== undefined) return found;
        }
      }
    }
    level = below;
  }
  return undefined;
}

/** The same, below the supervisor of a path, which need not have been started: its declaration will do. */
export function placeUnder(root: SupervisorProcess, above: string, ref: unknown): string | undefined {
  let process: SupervisorProcess | undefined = root;
  let spec: ChildSpec | undefined;
  for (const id of above.split('/').slice(1)) {
    if (process) {
      const child = process.state.children.get(id);
      process = child && supervisorBelow(child);
      spec = child?.spec as ChildSpec | undefined;
    } else spec = spec?.kind === 'supervisor' ? spec.children.find((child) => child.id === id) : undefined;
  }
  return process ? placeBelow(process, ref) : spec && placeDeclared(spec, above, ref);
}

/** The path of a supervisor that another one is, or is below of. */
export function placeAbove(from: SupervisorProcess, ref: object): string | undefined {
  for (let at: SupervisorProcess | undefined = from; at; at = at.parent.process) {
    if (isSameDeclaration(at.spec, ref)) return at.path;
  }
  return undefined;
}

/** Below a supervisor that is down, there is its declaration to look into. */
function placeDeclared(spec: ChildSpec, path: string, ref: unknown): string | undefined {
  if (spec.kind !== 'supervisor') return undefined;
  for (const child of spec.children) {
    if (isSameDeclaration(child, ref)) return `${path}/${child.id}`;
    const found = placeDeclared(child, `${path}/${child.id}`, ref);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The child at a path of the tree that a supervisor belongs to, if it is there now. */
export function childAt(member: SupervisorProcess, path: string): Child | undefined {
  const end = path.lastIndexOf('/');
  if (end < 0) return undefined;
  return supervisorAt(member, path.slice(0, end))?.state.children.get(path.slice(end + 1));
}

/** The supervisor at a path of the tree that another one belongs to, if there is one now. */
export function supervisorAt(member: SupervisorProcess, path: string): SupervisorProcess | undefined {
  let process: SupervisorProcess = topOf(member);
  for (const id of path.split('/').slice(1)) {
    const child = process.state.children.get(id);
    const below = child && supervisorBelow(child);
    if (!below) return undefined;
    process = below;
  }
  return process;
}

/** The root of the tree that a supervisor belongs to. */
export function topOf(process: SupervisorProcess): SupervisorProcess {
  let top = process;
  while (top.parent.process) top = top.parent.process;
  return top;
}

/** What runs below a child that is a supervisor; what it was last, if it is down. */
const supervisorBelow = ({ spec, runtime }: Child): SupervisorProcess | undefined =>
  isSupervisorKind(spec.kind) ? (runtime as SupervisorProcess | undefined) : undefined;
