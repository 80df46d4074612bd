/**
 * Who falls with whom: `bindsTo` among the children of one supervisor, in both directions. The children that
 * one is bound to come before it in start order (spec/start-order.ts sees to that).
 */
import type { Child } from './child.js';
import type { Children } from './children.js';
import { type CoppiceError, coppiceError } from './errors.js';

export interface Bonds {
  /** Those that it is bound to. */
  readonly to: Child[];
  /** Those that are bound to it. */
  readonly from: Child[];
}

const bondsOf = (child: Child): Bonds => (child.bonds ??= { to: [], from: [] });

/** Ties a child to those with these ids, as far as they are there. */
export function bind(children: Children, child: Child, ids: readonly string[]): void {
  for (const id of ids) {
    const other = children.get(id);
    if (!other) continue;
    bondsOf(child).to.push(other);
    bondsOf(other).from.push(child);
  }
}

/** Takes a child that goes out of the bonds of the others. */
export function unbind(child: Child): void {
  if (!child.bonds) return;
  for (const { bonds } of child.bonds.to) if (bonds) remove(bonds.from, child);
  for (const { bonds } of child.bonds.from) if (bonds) remove(bonds.to, child);
  child.bonds = undefined;
}

/** Another record takes the place of a child in all its bonds. */
export function rebind(old: Child, candidate: Child): void {
  const { bonds } = old;
  if (!bonds) return;
  const swap = (list: Child[] = []): void => void list.splice(list.indexOf(old), 1, candidate);
  for (const other of bonds.to) swap(other.bonds?.from);
  for (const other of bonds.from) swap(other.bonds?.to);
  candidate.bonds = bonds;
  old.bonds = undefined;
}

function remove(list: Child[], child: Child): void {
  const at = list.indexOf(child);
  if (at >= 0) list.splice(at, 1);
}

/** A bond to what does not come back. */
export const boundToTemporary = (path: string, id: string): CoppiceError =>
  coppiceError('COPPICE_BAD_COMBINATION', {
    problem: `it is bound to '${id}', which is temporary: gone for good when it ends`,
    cure: `make '${id}' transient or permanent`,
    path,
  });

/** The first of those that a child is bound to that is not up; undefined if all are. */
export const missing = (child: Child): Child | undefined =>
  child.bonds?.to.find(({ status }) => status !== 'running');

/** All that are bound to a child, directly or by way of others. */
export function dependantsOf(child: Child): Set<Child> {
  const found = new Set<Child>();
  const open = [child];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const dependant of next.bonds?.from ?? []) {
      if (found.has(dependant)) continue;
      found.add(dependant);
      open.push(dependant);
    }
  }
  return found;
}
