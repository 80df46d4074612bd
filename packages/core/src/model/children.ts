/**
 * The children of one supervisor: a linked list in start order beside an index by id, with their counts.
 * Every operation is O(1) whatever the number of siblings (OTP keeps a list of ids beside a map).
 */
import { type Child, type ChildStatus, isAlive, numberedId } from './child.js';
import { ChildIndex } from './child-index.js';
import { bind, rebind, unbind } from './bonds.js';
import { type ChildPolicy, isSupervisorKind } from './policy.js';

/** Where somebody stands who goes through the children in his own time; at none: before the first. */
interface Reader {
  at: Child | undefined;
}

export class Children {
  first: Child | undefined = undefined;
  last: Child | undefined = undefined;
  /** Children with an incarnation that lives. */
  active = 0;
  /** Children that are supervisors. */
  supervisors = 0;
  /** Significant children that are not down for good. */
  significant = 0;
  readonly #index = new ChildIndex();
  /** The last number. */
  #numbered = 0;
  /** Weak, as nobody has to read to the end. */
  readonly #readers = new Set<WeakRef<Reader>>();

  get size(): number {
    return this.#index.size;
  }

  get(id: string): Child | undefined {
    return this.#index.get(id);
  }

  /** Is this very record still one of the children (and not a later one with the same id)? */
  has(child: Child): boolean {
    return child.isPresent;
  }

  /** A number that makes a new id of `base`, by {@link numberedId}. */
  nextNumber(base: string): number {
    // As long as none has been named by somebody else a new number is free.
    do this.#numbered++;
    while (this.#index.hasOthers && this.#index.get(numberedId(base, this.#numbered)));
    return this.#numbered;
  }

  append(child: Child): void {
    this.#index.add(child);
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
    if (!this.#index.holds(child)) return this.#count(child, -1);
    this.#index.delete(child);
    this.#moveReaders(child.previous, child);
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
    this.#index.replace(old, candidate);
    this.#moveReaders(candidate, old);
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
    // To go on from where they stand could leave out all that has come to stand before it.
    this.#moveReaders(undefined);
    for (const child of ordered) bind(this, child, bonds.get(child.id) ?? []);
  }

  /**
   * All children in start order, for one who takes his time: what comes meanwhile is shown, what goes before he comes
   * to it is not. After {@link arrange} all are shown again.
   */
  *live(): IterableIterator<Child> {
    const reader: Reader = { at: undefined };
    const weak = new WeakRef(reader);
    this.#readers.add(weak);
    try {
      for (;;) {
        const child: Child | undefined = reader.at ? reader.at.next : this.first;
        if (!child) return;
        reader.at = child;
        yield child;
      }
    } finally {
      this.#readers.delete(weak);
    }
  }

  /** Those who stand on `from`, or, without it, all. */
  #moveReaders(to: Child | undefined, from?: Child): void {
    if (this.#readers.size === 0) return;
    for (const weak of this.#readers) {
      const reader = weak.deref();
      if (!reader) this.#readers.delete(weak);
      else if (!from || reader.at === from) reader.at = to;
    }
  }

  *[Symbol.iterator](): Iterator<Child> {
    for (let child = this.first; child; child = child.next) yield child;
  }

  #count(child: Child, by: 1 | -1): void {
    if (isAlive(child.status)) this.active += by;
    if (child.spec.significant && child.status !== 'stopped') this.significant += by;
  }
}
