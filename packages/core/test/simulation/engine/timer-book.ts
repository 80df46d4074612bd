/** The clock as the tree gets it: knows which timers the tree has set, and not those of its children. */
import type { Clock, SimulatedClock } from '../../../src/index.js';
import { Violation } from '../model/judge/violation.js';

export class TimerBook implements Clock {
  readonly #clock: SimulatedClock;
  readonly #set = new Set<unknown>();

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimer(callback: () => void, ms: number): unknown {
    const timer = this.#clock.setTimer(() => {
      this.#set.delete(timer);
      callback();
    }, ms);
    this.#set.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#set.delete(timer);
    this.#clock.clearTimer(timer);
  }

  checkNone(): void {
    if (this.#set.size > 0) throw new Violation(`${this.#set.size} timers are left when it has stopped`);
  }
}
