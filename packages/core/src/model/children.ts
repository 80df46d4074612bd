/**
 * The children of one supervisor: a linked list in start order beside a map by id, with their counts.
 * Every operation is O(1) whatever the number of siblings (OTP keeps a list of ids beside a map).
 */
import { type Child, type ChildStatus, isAlive } from './child.js';
import { bind, rebind, unbind } from './bonds.js';
import { type ChildPolicy, isSupervisorKind } from './policy.js';

export const numberedId = (base: string, number: number): string => `${base}#${number}`;

const keyOf = (child: Child): string | number => child.number || child.id;

export class Children {
  first: Child | undefined = undefined;
  last: Child | undefined = undefined;
  /** Children with an incarnation that lives. */
  active = 0;
  /** Children that are supervisors. */
  supervisors = 0;
  /** Significant children that are not down for good. */
  significant = 0;
  /** By id, or by the number in it: a new text is hashed before it can be a key, which costs as much as a child. */
  readonly #byKey = new Map<string | number, Child>();
  /** The last number. */
  #numbered = 0;
  /** Has any been named by somebody else? As long as none has, a new number is free, and need not be looked up. */
  #areNamed = false;

  get size(): number {
    return this.#byKey.size;
  }

  get(id: string): Child | undefined {
    return this.#byKey.get(id) ?? this.#getByNumber(id);
  }

  #getByNumber(id: string): Child | undefined {
    if (this.#numbered === 0) return undefined;
    const child = this.#byKey.get(Number(id.slice(id.lastIndexOf('#') + 1)));
    return child?.id === id ? child : undefined;
  }

  /** Is this very record still one of the children (and not a later one with the same id)? */
  has(child: Child): boolean {
    return child.isPresent;
  }

  /** A number that makes a new id of `base`, by {@link numberedId}. */
  nextNumber(base: string): number {
    do this.#numbered++;
    while (this.#areNamed && this.#byKey.has(numberedId(base, this.#numbered)));
    return this.#numbered;
  }

  append(child: Child): void {
    const key = keyOf(child);
    if (key === child.id) this.#areNamed = true;
    this.#byKey.set(key, child);
    child.isPresent = true;
    child.previous = this.last;
    if (this.last) this.last.next = child;
    else this.first = child;
    this.last = child;
    if (isSupervisorKind(child.spec.kind)) this.supervisors++;
    this.#count(child, 1);
    if (child.spec.bindsTo) bind(this, child, child.spec.bindsTo);
  }

  /** Takes a child out. It keeps its own links, so that a walk that stands on it can go on. */
  remove(child: Child): void {
    child.isPresent = false;
    if (this.#byKey.get(keyOf(child)) !== child) return this.#count(child, -1);
    this.#byKey.delete(keyOf(child));
    if (child.previous) child.previous.next = child.next;
    else this.first = child.next;
    if (child.next) child.next.previous = child.previous;
    else this.last = child.previous;
    if (isSupervisorKind(child.spec.kind)) this.supervisors--;
    this.#count(child, -1);
    unbind(child);
  }

  setStatus(child: Child, status: ChildStatus): void {
    this.#count(child, -1);
    child.status = status;
    this.#count(child, 1);
  }

  /** Declares a child differently. */
  setSpec(child: Child, spec: ChildPolicy): void {
    this.#count(child, -1);
    if (isSupervisorKind(child.spec.kind)) this.supervisors--;
    child.spec = spec;
    if (isSupervisorKind(spec.kind)) this.supervisors++;
    this.#count(child, 1);
  }

  /** Another record, which is alive, takes the place of a child; that stays counted until it is removed. */
  swap(old: Child, candidate: Child): void {
    this.#byKey.set(keyOf(old), candidate);
    candidate.previous = old.previous;
    candidate.next = old.next;
    if (old.previous) old.previous.next = candidate;
    else this.first = candidate;
    if (old.next) old.next.previous = candidate;
    else this.last = candidate;
    if (isSupervisorKind(old.spec.kind)) this.supervisors--;
    if (isSupervisorKind(candidate.spec.kind)) this.supervisors++;
    rebind(old, candidate);
  }

  /** Puts all children in this order (those that it does not name behind the others), and binds them anew. */
  arrange(order: readonly string[], bonds: ReadonlyMap<string, readonly string[]>): void {
    const ordered = new Set<Child>();
    for (const id of order) {
      const child = this.get(id);
      if (child) ordered.add(child);
    }
    for (const child of this) ordered.add(child);
    let previous: Child | undefined;
    for (const child of ordered) {
      child.previous = previous;
      if (previous) previous.next = child;
      else this.first = child;
      child.next = undefined;
      child.bonds = undefined;
      previous = child;
    }
    this.last = previous;
    this.#byKey.clear();
    for (const child of ordered) this.#byKey.set(keyOf(child), child);
    for (const child of ordered) bind(this, child, bonds.get(child.id) ?? []);
  }

  /**
   * All children in start order, for one who takes his time: what comes meanwhile is shown, what goes before he comes
   * to it is not. One that is put in another place by {@link arrange} may be shown twice.
   */
  live(): IterableIterator<Child> {
    return this.#byKey.values();
  }

  *[Symbol.iterator](): Iterator<Child> {
    for (let child = this.first; child; child = child.next) yield child;
  }

  #count(child: Child, by: 1 | -1): void {
    if (isAlive(child.status)) this.active += by;
    if (child.spec.significant && child.status !== 'stopped') this.significant += by;
  }
}
