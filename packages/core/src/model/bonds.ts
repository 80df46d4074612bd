/**
 * Who falls with whom: `bindsTo` among the children of one supervisor, in both directions. The children that
 * one is bound to come before it in start order (spec/start-order.ts sees to that).
 */
import type { Child } from './child.js';
import type { Children } from './children.js';

export interface Bonds {
  /** Those that it is bound to. */
  readonly to: Child[];
  /** Those that are bound to it. */
  readonly from: Child[];
}

const bondsOf = (child: Child): Bonds => (child.bonds ??= { to: [], from: [] });

/** Ties a child to those that its declaration names; they have to be there. */
export function bind(children: Children, child: Child): void {
  for (const id of child.spec.bindsTo ?? []) {
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

function remove(list: Child[], child: Child): void {
  const at = list.indexOf(child);
  if (at >= 0) list.splice(at, 1);
}

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
