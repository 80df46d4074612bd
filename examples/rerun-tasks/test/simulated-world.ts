/** A world in which time goes by when the test says so. */
import { SimulatedClock } from 'coppice';
import { Counters } from '../src/counters.js';
import type { World } from '../src/work.js';

export interface SimulatedWorld extends World {
  readonly clock: SimulatedClock;
  readonly counters: Counters;
  /** What was said and closed, with the time. */
  readonly lines: string[];
}

export function simulatedWorld(): SimulatedWorld {
  const clock = new SimulatedClock();
  const counters = new Counters();
  const lines: string[] = [];
  const say = (line: string) => void lines.push(`${clock.now()}: ${line}`);
  return {
    clock,
    counters,
    lines,
    say,
    ticked: (name, count) => counters.ticked(name, count),
    closed: (name) => say(`(${name} is closed)`),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const timer = clock.setTimer(() => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        }, ms);
        const aborted = () => {
          clock.clearTimer(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', aborted, { once: true });
      }),
  };
}
