/**
 * The model against an adversary: random trees, and random interleavings of exits, commands, slow starts,
 * slow stops, late messages and time. Repeat a run with `SEED=... STEPS=... jest packages/core/test/simulation`. What
 * a failure prints can be kept as a file in the folder `regressions`.
 */
import { seededRandom } from '../../../src/engine/random.js';
import { toText } from '../campaign/regression.js';
import { FIXED_SEED, FIXED_STEPS, SEED, STEPS } from '../seed.js';
import { randomScript } from './script.js';
import { shrinkModel, tryModel } from './trial.js';

const TIMEOUT_MS = 300_000;

beforeAll(() => {
  // Errors are made by the thousand here, and nobody reads where.
  Error.stackTraceLimit = 0;
});

test.each([
  ['a new seed', SEED, STEPS],
  ['a fixed seed', FIXED_SEED, FIXED_STEPS],
])(
  'holds its promises for %s',
  (_, seed, steps) => {
    const random = seededRandom(seed);
    console.log(`model: SEED=${seed} STEPS=${steps}`);
    for (let done = 0; done < steps; ) {
      const script = randomScript(random);
      const trial = tryModel(script);
      done += trial.steps;
      if (trial.error === undefined) continue;
      const finding = shrinkModel(script, trial.error);
      throw new Error(`SEED=${seed}, step ${done}: ${finding.first}\n${toText(finding)}`);
    }
  },
  TIMEOUT_MS,
);
