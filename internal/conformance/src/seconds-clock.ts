/**
 * The clock of a scenario: it shows whole seconds, which only `advance` steps move, as OTP's clock for the
 * restart window does. Timers run on beside it: a stop deadline that passes between two steps does not
 * move the seconds.
 */
import { type Clock, SimulatedClock } from 'coppice';

export class SecondsClock implements Clock {
  readonly #timers = new SimulatedClock();
  #seconds = 0;

  now(): number {
    return this.#seconds * 1_000;
  }

  setTimer(callback: () => void, ms: number): unknown {
    return this.#timers.setTimer(callback, ms);
  }

  clearTimer(timer: unknown): void {
    this.#timers.clearTimer(timer);
  }

  advance(seconds: number): void {
    this.#seconds += seconds;
  }

  /** Until nothing more happens by itself. */
  settle(): Promise<void> {
    return this.#timers.runUntilIdle();
  }

  get pendingTimers(): number {
    return this.#timers.pendingTimers;
  }
}
