/** The world as it is: the platform's timers, and lines with the time on standard output. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Counters } from './counters.js';
import type { World } from './work.js';

export interface RealWorld extends World {
  readonly counters: Counters;
}

export function realWorld(): RealWorld {
  const startedAt = performance.now();
  const counters = new Counters();
  return {
    counters,
    sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }),
    ticked: (name, count) => counters.ticked(name, count),
    closed: () => {},
    say: (line) =>
      console.log(`${String(Math.round(performance.now() - startedAt)).padStart(5)} ms  ${line}`),
  };
}

/** For how many milliseconds to run: `--for 3` seconds. */
export function runMs(): number {
  const { values } = parseArgs({ options: { for: { type: 'string', default: '3' } } });
  const seconds = Number(values.for);
  if (!(seconds > 0)) throw new RangeError(`--for expects a number of seconds above 0; got ${values.for}`);
  return seconds * 1_000;
}

/** Was this file started, or imported by a test? */
export const isStarted = (name: string): boolean => process.argv[1]?.endsWith(`${name}.js`) ?? false;
