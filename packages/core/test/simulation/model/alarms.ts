/** The clock of the simulated world: timers are due in the order of their time, and of being set. */
import type { Child } from '../../../src/model/child.js';
import type { Node } from './node.js';
import { Violation } from './judge/violation.js';

export interface Timer {
  readonly node: Node;
  /** None: this is the deadline of a whole stop. */
  readonly child: Child | undefined;
  readonly incarnation: number;
  readonly at: number;
  readonly order: number;
}

export class Alarms {
  now = 0;
  #timers: Timer[] = [];
  readonly #timerOf = new Map<Child, Timer>();
  #order = 0;

  get isEmpty(): boolean {
    return this.#timers.length === 0;
  }

  of(child: Child): Timer | undefined {
    return this.#timerOf.get(child);
  }

  /** A child has one timer at most. */
  set(node: Node, child: Child, ms: number): void {
    if (this.of(child)) throw new Violation(`'${child.id}' gets a second timer`);
    if (!(ms >= 0 && ms < Infinity)) throw new Violation(`'${child.id}' gets a timer of ${ms} ms`);
    const { incarnation } = child;
    const timer = { node, child, incarnation, at: this.now + ms, order: this.#order++ };
    this.#timers.push(timer);
    this.#timerOf.set(child, timer);
  }

  clear(child: Child): void {
    const timer = this.of(child);
    if (!timer) throw new Violation(`'${child.id}' has no timer that could be cleared`);
    this.#drop(timer);
  }

  setDeadline(node: Node, at: number): void {
    this.#timers.push({ node, child: undefined, incarnation: 0, at, order: this.#order++ });
  }

  clearDeadline(node: Node): void {
    this.#timers = this.#timers.filter((timer) => timer.node !== node || timer.child !== undefined);
  }

  every(test: (timer: Timer) => boolean): boolean {
    return this.#timers.every(test);
  }

  /** The next timer is due. False if there is none. */
  fireNext(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (!next) return false;
    this.now = Math.max(this.now, next.at);
    this.#drop(next);
    const { node, child, incarnation } = next;
    node.handle(child ? { type: 'timer', child, incarnation } : { type: 'kill' });
    return true;
  }

  /** Some time goes by, but not until after the next timer. */
  wait(ms: number): void {
    const firstTimer = this.#timers.reduce((first, timer) => Math.min(first, timer.at), Infinity);
    this.now = Math.max(this.now, Math.min(this.now + ms, firstTimer));
  }

  #drop(timer: Timer): void {
    this.#timers.splice(this.#timers.indexOf(timer), 1);
    if (timer.child) this.#timerOf.delete(timer.child);
  }
}
