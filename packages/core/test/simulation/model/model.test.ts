/**
 * The model against an adversary: random trees, and random interleavings of exits, commands, slow starts,
 * slow stops, late messages and time. Repeat a run with `SEED=... STEPS=... jest packages/core/test/simulation`.
 */
import * as fc from 'fast-check';
import { seededRandom } from '../../../src/engine/random.js';
import { FIXED_SEED, SEED, STEPS } from '../seed.js';
import { scripts } from './script-arbitrary.js';
import { type Script, randomScript } from './script.js';
import { storyOf } from './story.js';
import { World } from './world.js';

const TIMEOUT_MS = 300_000;

/** So many steps of random scripts. What fails is shrunk, and told as a story. */
function simulate(seed: number, steps: number): void {
  const random = seededRandom(seed);
  const startedAt = performance.now();
  let done = 0;
  let runs = 0;
  for (; done < steps; runs++) {
    const script = randomScript(random);
    const world = new World(script);
    try {
      world.run();
    } catch (error) {
      const where = `SEED=${seed}, script ${runs}, after ${done + world.steps} steps`;
      throw new Error(`${where}: ${String(error)}\n${shrunk(script)}`);
    }
    done += world.steps;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `model: SEED=${seed} STEPS=${done} in ${runs} scripts, ${Math.round(done / seconds)} steps a second`,
  );
}

function shrunk(failing: Script): string {
  const property = fc.property(scripts, (script) => new World(script).run());
  const { counterexample, numShrinks, errorInstance } = fc.check(property, {
    examples: [[failing]],
    numRuns: 1,
  });
  const smallest = counterexample?.[0] ?? failing;
  return `after ${numShrinks} shrinks: ${String(errorInstance)}\n${fc.stringify(smallest)}\n${storyOf(smallest)}`;
}

beforeAll(() => {
  // Errors are made by the thousand here, and nobody reads where.
  Error.stackTraceLimit = 0;
});

test('holds its promises in a million steps of a new seed', () => simulate(SEED, STEPS), TIMEOUT_MS);

test('holds its promises for a fixed seed', () => simulate(FIXED_SEED, STEPS / 10), TIMEOUT_MS);
