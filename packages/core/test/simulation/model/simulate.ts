/** Runs random scripts by the thousand; what fails is shrunk, and told as a story. */
import * as fc from 'fast-check';
import { seededRandom } from '../../../src/engine/random.js';
import { scripts } from './script-arbitrary.js';
import { type Script, randomScript } from './script.js';
import { storyOf } from './story.js';
import { World } from './world.js';

/** So many steps of random scripts. What fails is shrunk, and told as a story. */
export function simulate(seed: number, steps: number): void {
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
      throw new Error(`${where}: ${String(error)}\n${shrunk(script, kindOf(error))}`);
    }
    done += world.steps;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `model: SEED=${seed} STEPS=${done} in ${runs} scripts, ${Math.round(done / seconds)} steps a second`,
  );
}

/** What went wrong, whoever it was: what is shrunk has to go wrong in the same way. */
const kindOf = (error: unknown): string => String(error).replaceAll(/'[^']*'|\d+/g, '_');

function fails(script: Script, kind: string): void {
  try {
    new World(script).run();
  } catch (error) {
    if (kindOf(error) === kind) throw error;
  }
}

function shrunk(failing: Script, kind: string): string {
  const property = fc.property(scripts, (script) => fails(script, kind));
  const { counterexample, numShrinks, errorInstance } = fc.check(property, {
    examples: [[failing]],
    numRuns: 1,
  });
  const smallest = counterexample?.[0] ?? failing;
  return `after ${numShrinks} shrinks: ${String(errorInstance)}\n${fc.stringify(smallest)}\n${storyOf(smallest)}`;
}
