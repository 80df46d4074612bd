/** Who falls with whom, by the ids in the declarations; looked up anew each time. */
import type { Fact } from './fact.js';

/** Those that a child is bound to. */
export function groundsOf(fact: Fact, members: readonly Fact[]): Fact[] {
  const { bindsTo } = fact.child.spec;
  return bindsTo ? members.filter(({ id }) => bindsTo.includes(id)) : [];
}

/** Can it be up? Only if all that it is bound to are. */
export function hasGround(fact: Fact, members: readonly Fact[]): boolean {
  const { bindsTo } = fact.child.spec;
  if (!bindsTo) return true;
  const grounds = groundsOf(fact, members);
  return grounds.length === bindsTo.length && grounds.every(({ isUp }) => isUp);
}

/** All that are bound to a child, directly or by way of others, in start order. */
export function dependantsOf(fact: Fact, members: readonly Fact[]): Fact[] {
  const found = new Set([fact.id]);
  const dependants: Fact[] = [];
  // Whoever is bound to another comes after it.
  for (const each of members) {
    if (!each.child.spec.bindsTo?.some((id) => found.has(id))) continue;
    found.add(each.id);
    dependants.push(each);
  }
  return dependants;
}

/** Is one bound to another, directly or by way of others? */
export const isBoundTo = (fact: Fact, other: Fact, members: readonly Fact[]): boolean =>
  fact.child.spec.bindsTo !== undefined && dependantsOf(other, members).includes(fact);
