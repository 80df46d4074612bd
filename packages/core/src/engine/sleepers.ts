/** Those who wait on the clock of the tree on behalf of one incarnation. */
import { coppiceError } from '../model/errors.js';
import { show } from '../spec/checks.js';
import { type Clock, inNextTurn } from './clock.js';

/**
 * A sleep that is none. It is told so in the next turn of the event loop: a loop that swallows what it catches, and
 * sleeps again, would have all promises to itself for ever, and nobody could end it.
 */
export const refused = (reason: unknown): Promise<never> =>
  new Promise((_resolve, reject) => inNextTurn(() => reject(reason)));

export class Sleepers {
  readonly #clock: Clock;
  readonly #sleeping = new Set<(reason: unknown) => void>();
  #watching: Set<() => void> | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `ms` milliseconds; rejects when they are woken before. Leaves nothing behind. */
  sleep(ms: number): Promise<void> {
    if (typeof ms !== 'number' || !(ms >= 0)) {
      const got = show(ms);
      const error = coppiceError('COPPICE_INVALID_ARGUMENT', {
        call: 'sleep',
        expected: 'a number of milliseconds, 0 or more',
        got,
      });
      return refused(error);
    }
    return new Promise((resolve, reject) => {
      const wake = (reason: unknown): void => {
        this.#clock.clearTimer(timer);
        reject(reason);
      };
      const timer = this.#clock.setTimer(() => {
        this.#sleeping.delete(wake);
        resolve();
      }, ms);
      this.#sleeping.add(wake);
    });
  }

  /** Has `wake` called, too. Returns how to call that off. */
  add(wake: (reason: unknown) => void): () => void {
    this.#sleeping.add(wake);
    return () => this.#sleeping.delete(wake);
  }

  /** Wakes all that still sleep: their promises are rejected with this reason. Others are called with it. */
  wake(reason: unknown): void {
    for (const wake of this.#sleeping) wake(reason);
    this.#sleeping.clear();
  }

  /** Has `over` called when it is over. Returns how to call that off. */
  watch(over: () => void): () => void {
    const watching = (this.#watching ??= new Set());
    watching.add(over);
    return () => watching.delete(over);
  }

  /** The incarnation has ended, or is not waited for any longer. */
  over(): void {
    const watching = this.#watching;
    this.#watching = undefined;
    if (watching) for (const over of watching) over();
  }
}
