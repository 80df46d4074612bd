/**
 * How much is fuzzed, and from which seed: a fixed one, so that a change is judged by what it changes. `FUZZ_SEED=1` is
 * another, `FUZZ_SEED=new` a new one each time; `FUZZ_RUNS=100` multiplies the number of runs (default: 1). fast-check
 * prints the seed, and the path to the smallest case, of what fails.
 */
import type fc from 'fast-check';

const given = process.env['FUZZ_SEED'];

const SEED = given === 'new' ? Math.floor(Math.random() * 2 ** 31) : Number(given ?? 20251122);

const TIMES = Number(process.env['FUZZ_RUNS'] ?? 1);

/** For `fc.assert`. */
export const runs = (numRuns: number): fc.Parameters<unknown> => ({
  seed: SEED,
  numRuns: Math.ceil(numRuns * TIMES),
});

/** Jest's limit for one test, in milliseconds; longer runs take longer. */
export const LIMIT_MS = 60_000 * Math.max(1, TIMES);
