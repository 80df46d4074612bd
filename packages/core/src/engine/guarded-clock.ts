/**
 * A clock of the user's, so called that it cannot harm: time goes on or stands still, and never back; a timer calls back
 * once, later, and not when it was taken back. What cannot be seen, a timer that never comes, cannot be mended.
 */
import { show } from '../spec/checks.js';
import { type Clock, realClock } from './clock.js';
import { type PortTrouble, hasThrown } from './ports.js';

class GuardedTimer {
  isOver = false;
  /** Of the user's clock; none if that could not set it. */
  own: unknown = undefined;
  /** Of the platform's, where the user's is of no use. */
  platform: unknown = undefined;
}

export class GuardedClock implements Clock {
  readonly #clock: Clock;
  readonly #trouble: PortTrouble;
  #last: number | undefined = undefined;
  /** By how much it has gone back, all in all: that is added to what it says. */
  #lost = 0;

  constructor(clock: Clock, trouble: PortTrouble) {
    this.#clock = clock;
    this.#trouble = trouble;
  }

  now(): number {
    const said = this.#read();
    const last = this.#last;
    if (said === undefined) return (this.#last = last ?? 0);
    const now = said + this.#lost;
    if (last === undefined || now >= last) return (this.#last = now);
    this.#lost = last - said;
    this.#trouble('clock', 'now()', 'has gone back', 'its time is taken to go on from where it was');
    return last;
  }

  setTimer(callback: () => void, ms: number): unknown {
    const timer = new GuardedTimer();
    const fire = (): void => {
      if (timer.isOver) return;
      timer.isOver = true;
      if (timer.platform !== undefined) realClock.clearTimer(timer.platform);
      callback();
    };
    let how: string | undefined = undefined;
    let isSet = false;
    try {
      timer.own = this.#clock.setTimer(() => {
        if (isSet) fire();
        else how = 'has called back before it returned';
      }, ms);
    } catch (error) {
      how = hasThrown(error);
    }
    isSet = true;
    if (how !== undefined) {
      timer.platform = realClock.setTimer(fire, ms);
      this.#trouble('clock', 'setTimer', how, 'in its place timers of the platform are set');
    }
    return timer;
  }

  clearTimer(given: unknown): void {
    const timer = given instanceof GuardedTimer ? given : undefined;
    if (!timer || timer.isOver) return;
    timer.isOver = true;
    if (timer.platform !== undefined) realClock.clearTimer(timer.platform);
    try {
      this.#clock.clearTimer(timer.own);
    } catch (error) {
      this.#trouble('clock', 'clearTimer', hasThrown(error), 'when that timer comes, nothing is done');
    }
  }

  /** What it says, if that is a time. */
  #read(): number | undefined {
    let how: string;
    try {
      const said: unknown = this.#clock.now();
      if (typeof said === 'number' && Math.abs(said) <= Number.MAX_SAFE_INTEGER) return said;
      how = `has said ${show(said)}`;
    } catch (error) {
      how = hasThrown(error);
    }
    const consequence = 'until it says a number of milliseconds, time stands still; timers go on';
    this.#trouble('clock', 'now()', how, consequence);
    return undefined;
  }
}
