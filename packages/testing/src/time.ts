/** The time of a test tree: simulated, that of the test runner's fake timers, or real. */
import { type Clock, type SimulatedClock, realClock } from '@coppice/core';
import { TestingError } from './errors.js';
import { ms } from './line.js';
import { Outside, PATIENCE_MS, type PendingChild, sleep } from './outside.js';

/** How a test lets time go by: simulated, by the fake timers of a test runner, or real. */
export interface TestTime {
  /** The clock of the tree. */
  readonly clock: Clock;
  /** Tells it of the tree that it is for: which starts and stops of children are under way. Returns what to call when that may have changed. */
  serve(pending: () => readonly PendingChild[]): () => void;
  /** Lets everything happen that needs no time: promises, and timers that are due. */
  settle(): Promise<void>;
  /** Lets so many milliseconds go by. */
  advance(durationMs: number): Promise<void>;
  /** Lets time go by until no timer is set. */
  runUntilIdle(limit?: number): Promise<void>;
  /** Lets time go by until it is so. `undefined`: it is; otherwise why it was given up, in words. */
  until(isSo: () => boolean, timeoutMs: number | undefined): Promise<string | undefined>;
}

// Taken now: a test runner may put fakes in their place.
const { setImmediate: nextTurn, performance: real } = globalThis;

const turn = (): Promise<void> => new Promise((resolve) => nextTurn(resolve));

const HOUR_MS = 3_600_000;

/** Time that stands still until the test lets it go by, and while a start or a stop waits for something real. */
export class SimulatedTime implements TestTime {
  readonly clock: SimulatedClock;
  #outside: Outside | undefined = undefined;

  constructor(clock: SimulatedClock) {
    this.clock = clock;
  }

  serve(pending: () => readonly PendingChild[]): () => void {
    const outside = new Outside(pending);
    this.#outside = outside;
    return () => void outside.isAwaited;
  }

  settle(): Promise<void> {
    return this.advance(0);
  }

  async advance(durationMs: number): Promise<void> {
    const { clock } = this;
    const endAt = clock.now() + durationMs;
    for (;;) {
      await this.#settleOutside();
      const next = clock.nextTimerAt;
      if (next === undefined || !(next <= endAt)) break;
      clock.fireNext();
    }
    // Where no time is left to go by, not even promises have another turn: a test may look at what has just begun.
    if (endAt !== clock.now()) await clock.advance(Math.max(0, endAt - clock.now()));
  }

  async runUntilIdle(limit = 100_000): Promise<void> {
    for (let fired = 0; fired < limit; fired++) {
      await this.#settleOutside();
      if (!this.clock.fireNext()) return;
    }
    // Says what is wrong, if it is.
    return this.clock.runUntilIdle(0);
  }

  async until(isSo: () => boolean, timeoutMs = HOUR_MS): Promise<string | undefined> {
    const { clock } = this;
    const endAt = clock.now() + timeoutMs;
    let idleSince: number | undefined;
    for (;;) {
      await clock.advance(0);
      if (isSo()) return undefined;
      const next = clock.nextTimerAt;
      if (this.#outside?.isAwaited) await sleep(1);
      else if (next === undefined) {
        idleSince ??= real.now();
        if (real.now() - idleSince > PATIENCE_MS)
          return `and never will: no timer is set any more.${this.#outside?.words(true) ?? ''}`;
        await sleep(1);
      } else {
        idleSince = undefined;
        if (next > endAt)
          return `within ${ms(timeoutMs)} of simulated time.${this.#outside?.words(false) ?? ''}`;
        await clock.advance(next - clock.now());
      }
    }
  }

  /** Promises get their turn, and what is real its time. */
  async #settleOutside(): Promise<void> {
    await turn();
    while (this.#outside?.isAwaited) await sleep(1);
  }
}

/** Time that really goes by; or that of fake timers, which somebody else lets go by. */
export class PlatformTime implements TestTime {
  readonly clock: Clock = { ...realClock };
  readonly #name: string;
  readonly #advance: (durationMs: number) => unknown;

  /** @param advance - lets fake timers go by; none: time is real */
  constructor(advance?: (durationMs: number) => unknown) {
    this.#name = advance ? "the test runner's" : 'real';
    this.#advance = advance ?? sleep;
  }

  /** Nothing has to be known: what the tree waits for goes on by itself. */
  serve(): () => void {
    return () => {};
  }

  async settle(): Promise<void> {
    await this.#advance(0);
    await turn();
  }

  async advance(durationMs: number): Promise<void> {
    await this.#advance(durationMs);
    await turn();
  }

  async runUntilIdle(): Promise<void> {
    throw new TestingError('COPPICE_TEST_REAL_TIME', { call: 'runUntilIdle', time: this.#name });
  }

  async until(isSo: () => boolean, timeoutMs = 5_000): Promise<string | undefined> {
    const endAt = this.clock.now() + timeoutMs;
    for (let step = 0; ; step = Math.min(step + 1, 10)) {
      await this.settle();
      if (isSo()) return undefined;
      if (this.clock.now() >= endAt) return `within ${ms(timeoutMs)}.`;
      await this.advance(Math.max(step, 1));
    }
  }
}
