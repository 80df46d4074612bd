/** Who waits for a resource: first in, first out; and out of turn, who does not wait any more. All in O(1). */
import type { Incarnation } from '../engine/incarnation.js';

export class Waiter<T> {
  previous: Waiter<T> | undefined = undefined;
  next: Waiter<T> | undefined = undefined;

  constructor(
    readonly resolve: (value: T) => void,
    readonly reject: (error: unknown) => void,
    /** Who it is; none: somebody outside of the tree. */
    readonly caller: Incarnation | undefined,
  ) {}
}

export class WaitingLine<T> {
  #first: Waiter<T> | undefined = undefined;
  #last: Waiter<T> | undefined = undefined;
  #size = 0;
  readonly #members = new WeakSet<Waiter<T>>();

  get size(): number {
    return this.#size;
  }

  push(waiter: Waiter<T>): void {
    this.#members.add(waiter);
    waiter.previous = this.#last;
    if (this.#last) this.#last.next = waiter;
    else this.#first = waiter;
    this.#last = waiter;
    this.#size++;
  }

  shift(): Waiter<T> | undefined {
    const first = this.#first;
    if (first) this.remove(first);
    return first;
  }

  /** Does nothing if it does not wait any more. */
  remove(waiter: Waiter<T>): void {
    if (!this.#members.delete(waiter)) return;
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    this.#size--;
  }
}
