/**
 * The children of one supervisor: a linked list in start order beside a map by id, with their counts.
 * Every operation is O(1) whatever the number of siblings (OTP keeps a list of ids beside a map).
 */
import { type Child, type ChildStatus, isAlive } from './child.js';
import { bind, unbind } from './bonds.js';
import { isSupervisorKind } from './policy.js';

export class Children {
  first: Child | undefined = undefined;
  last: Child | undefined = undefined;
  /** Children with an incarnation that lives. */
  active = 0;
  /** Children that are supervisors. */
  supervisors = 0;
  /** Significant children that are not down for good. */
  significant = 0;
  readonly #byId = new Map<string, Child>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Child | undefined {
    return this.#byId.get(id);
  }

  /** Is this very record still one of the children (and not a later one with the same id)? */
  has(child: Child): boolean {
    return child.isPresent;
  }

  append(child: Child): void {
    this.#byId.set(child.id, child);
    child.isPresent = true;
    child.previous = this.last;
    if (this.last) this.last.next = child;
    else this.first = child;
    this.last = child;
    if (isSupervisorKind(child.spec.kind)) this.supervisors++;
    this.#count(child, 1);
    if (child.spec.bindsTo) bind(this, child);
  }

  /** Takes a child out. It keeps its own links, so that a walk that stands on it can go on. */
  remove(child: Child): void {
    this.#byId.delete(child.id);
    child.isPresent = false;
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

  *[Symbol.iterator](): Iterator<Child> {
    for (let child = this.first; child; child = child.next) yield child;
  }

  #count(child: Child, by: 1 | -1): void {
    if (isAlive(child.status)) this.active += by;
    if (child.spec.significant && child.status !== 'stopped') this.significant += by;
  }
}
