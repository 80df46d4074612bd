/** A clock for tests: time goes by when it is told to. */
import { type Clock, nextTurn } from './clock.js';

interface SimulatedTimer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * A clock that stands still until it is told how much time goes by: for tests of trees in no time.
 *
 * @example
 * ```ts
 * const clock = new SimulatedClock();
 * const tree = await supervisor({ id: 'app', children: [slow] }).start({ clock });
 * const stopped = tree.stop();
 * await clock.advance(5_000); // the `shutdownMs` of `slow` passes
 * await stopped;
 * ```
 */
export class SimulatedClock implements Clock {
  #now: number;
  #order = 0;
  /** A binary heap, the next timer at its top (Williams 1964). */
  readonly #heap: SimulatedTimer[] = [];
  #cancelled = 0;

  /** @param startMs - what `now()` says at first, in milliseconds; default 0 */
  constructor(startMs = 0) {
    this.#now = startMs;
  }

  /** {@inheritDoc Clock.now} */
  now(): number {
    return this.#now;
  }

  /** {@inheritDoc Clock.setTimer} */
  setTimer(callback: () => void, ms: number): unknown {
    checkMs(ms);
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback, cancelled: false };
    this.#push(timer);
    return timer;
  }

  /** {@inheritDoc Clock.clearTimer} */
  clearTimer(timer: unknown): void {
    const simulated = timer as SimulatedTimer;
    if (simulated.cancelled) return;
    simulated.cancelled = true;
    this.#cancelled++;
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** When the next timer is due, in milliseconds; undefined if none is set. */
  get nextTimerAt(): number | undefined {
    return this.#peek()?.at;
  }

  /**
   * Lets so many milliseconds go by. Timers are called when they are due, in order, and promises get their
   * turn before, between and after them.
   */
  async advance(ms: number): Promise<void> {
    checkMs(ms);
    const until = this.#now + ms;
    await nextTurn();
    for (let timer = this.#peek(); timer && timer.at <= until; timer = this.#peek()) {
      this.#fire(timer);
      await nextTurn();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Goes from timer to timer until none is set; at most `limit` timers (default 100,000). */
  async runUntilIdle(limit = 100_000): Promise<void> {
    await nextTurn();
    for (let fired = 0; fired < limit; fired++) {
      const timer = this.#peek();
      if (!timer) return;
      this.#fire(timer);
      await nextTurn();
    }
    throw new RangeError(`the simulated clock is not idle after ${limit} timers: is there an endless loop?`);
  }

  /** Calls the timers that are due now, without letting time go by or promises have their turn. */
  fireDue(): boolean {
    const timer = this.#peek();
    if (!timer || timer.at > this.#now) return false;
    this.#fire(timer);
    return true;
  }

  /** Goes on to the time of the next timer and calls that one alone; promises do not get their turn. */
  fireNext(): boolean {
    const timer = this.#peek();
    if (!timer) return false;
    this.#fire(timer);
    return true;
  }

  #fire(timer: SimulatedTimer): void {
    this.#pop();
    this.#now = Math.max(this.#now, timer.at);
    timer.cancelled = true;
    timer.callback();
  }

  #peek(): SimulatedTimer | undefined {
    while (this.#heap[0]?.cancelled) {
      this.#pop();
      this.#cancelled--;
    }
    return this.#heap[0];
  }

  #push(timer: SimulatedTimer): void {
    const heap = this.#heap;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

const before = (a: SimulatedTimer, b: SimulatedTimer): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

function checkMs(ms: number): void {
  if (typeof ms !== 'number' || Number.isNaN(ms)) throw new RangeError(`a number of milliseconds, not ${ms}`);
}
