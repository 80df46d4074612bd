/**
 * The whole library through its public API, in simulated time: random trees of scripted children, commands
 * at any moment, and listeners that misbehave. Repeat a run with `SEED=... RUNS=... jest packages/core/test/simulation`.
 * What a failure prints can be kept as a file in the folder `regressions`.
 */
import { toText } from '../campaign/regression.js';
import { FIXED_SEED, SEED } from '../seed.js';
import { engineScriptsOf } from './plan.js';
import { shrinkEngine, tryEngine } from './trial.js';

const TIMEOUT_MS = 300_000;
const RUNS = Number(process.env['RUNS'] ?? 400);

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
  async (_, seed, runs) => {
    console.log(`engine: SEED=${seed} RUNS=${runs}`);
    const scripts = engineScriptsOf(seed);
    for (let run = 1; run <= runs; run++) {
      const script = scripts.next().value;
      const { error } = await tryEngine(script);
      if (error === undefined) continue;
      const finding = await shrinkEngine(script, error);
      throw new Error(`SEED=${seed}, run ${run}: ${finding.first}\n${toText(finding)}`);
    }
  },
  TIMEOUT_MS,
);
