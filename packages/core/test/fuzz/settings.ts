/**
 * How much is fuzzed, and from which seed. `FUZZ_RUNS=100` multiplies the number of runs (default: 1), `FUZZ_SEED`
 * repeats a run; fast-check prints the seed, and the path to the smallest case, of what fails.
 */
import type fc from 'fast-check';

const given = process.env['FUZZ_SEED'];

/** Of this run: a new one each time, unless it is given. */
export const SEED = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

const TIMES = Number(process.env['FUZZ_RUNS'] ?? 1);

/** For `fc.assert`. */
export const runs = (numRuns: number): fc.Parameters<unknown> => ({
  seed: SEED,
  numRuns: Math.ceil(numRuns * TIMES),
});

/** Jest's limit for one test, in milliseconds; longer runs take longer. */
export const LIMIT_MS = 60_000 * Math.max(1, TIMES);
