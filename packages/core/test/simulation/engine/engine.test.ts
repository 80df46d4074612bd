/**
 * The whole library through its public API, in simulated time: random trees of scripted children, commands
 * at any moment, and listeners that misbehave. A failure prints fast-check's seed and path, and is shrunk.
 */
import * as fc from 'fast-check';
import { FIXED_SEED, SEED } from '../seed.js';
import { engineScripts } from './plan.js';
import { tryEngine } from './trial.js';

const TIMEOUT_MS = 300_000;
const RUNS = Number(process.env['RUNS'] ?? 400);

const property = fc.asyncProperty(engineScripts, async (script) => {
  const { error } = await tryEngine(script);
  if (error !== undefined) throw error;
});

beforeAll(() => {
  Error.stackTraceLimit = 0;
});

beforeEach(() => {
  // Failing listeners and warnings are told of on the console if nobody else hears of them.
  jest.spyOn(console, 'error').mockImplementation(() => {});
  jest.spyOn(console, 'warn').mockImplementation(() => {});
});

test.each([
  ['a new seed', SEED, RUNS],
  ['a fixed seed', FIXED_SEED, RUNS / 4],
])(
  'keeps its promises to the outside, for %s',
  async (_, seed, numRuns) => {
    console.log(`engine: SEED=${seed} RUNS=${numRuns}`);
    // Shrinking asynchronous runs takes time; what was found by then is told in time.
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: TIMEOUT_MS / 3 });
  },
  TIMEOUT_MS,
);
