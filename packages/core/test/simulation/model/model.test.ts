/**
 * The model against an adversary: random trees, and random interleavings of exits, commands, slow starts,
 * slow stops, late messages and time. Repeat a run with `SEED=... STEPS=... jest packages/core/test/simulation`.
 */
import { FIXED_SEED, FIXED_STEPS, SEED, STEPS } from '../seed.js';
import { simulate } from './simulate.js';

const TIMEOUT_MS = 300_000;

beforeAll(() => {
  // Errors are made by the thousand here, and nobody reads where.
  Error.stackTraceLimit = 0;
});

test('holds its promises for a new seed', () => simulate(SEED, STEPS), TIMEOUT_MS);

test(
  'holds its promises in a million steps of a fixed seed',
  () => simulate(FIXED_SEED, FIXED_STEPS),
  TIMEOUT_MS,
);
