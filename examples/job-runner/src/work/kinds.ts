/** The kinds of jobs. All of them compute, and none of them gives way: an event loop with one of these hears nothing else. */
import type { Value } from '../job.js';
import { drawMandelbrot } from './mandelbrot.js';
import { countPrimes } from './primes.js';

export const kinds = {
  /** How many primes there are below the input. */
  primes: (below) => countPrimes(below),
  /** A picture of so many pixels in width and height; its checksum. */
  mandelbrot: (size) => drawMandelbrot(size),
  /** A bug: a loop without an end. */
  endless: () => {
    for (;;);
  },
  /** Another one: it takes all the memory that there is. */
  greedy: () => {
    const kept: object[][] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})));
  },
  /** Fails so many times, and then does not. */
  flaky: (failures, attempt) => {
    if (attempt <= failures) throw new Error(`attempt ${attempt} has failed`);
    return `done by attempt ${attempt}`;
  },
} satisfies Record<string, (input: number, attempt: number) => Value>;

export type Kind = keyof typeof kinds;
