/** Runs one script in the model; what fails is shrunk, and told as a story. */
import * as fc from 'fast-check';
import type { EventBody } from '../../../src/model/event.js';
import { type Finding, kindOf } from '../campaign/finding.js';
import { scripts } from './script-arbitrary.js';
import type { Script } from './script.js';
import { storyOf } from './story.js';
import { World } from './world.js';

export interface Trial {
  /** So many messages have come to its supervisors. */
  readonly steps: number;
  readonly simulatedMs: number;
  /** What was thrown, if a rule was broken. */
  readonly error?: unknown;
}

export function tryModel(script: Script, hear?: (event: EventBody) => void): Trial {
  const world = new World(script);
  world.hear = hear;
  try {
    world.run();
    return { steps: world.steps, simulatedMs: world.now };
  } catch (error) {
    return { steps: world.steps, simulatedMs: world.now, error };
  }
}

export function shrinkModel(failing: Script, error: unknown): Finding {
  const kind = kindOf(error);
  const property = fc.property(scripts, (script) => {
    const { error: other } = tryModel(script);
    if (other !== undefined && kindOf(other) === kind) throw other;
  });
  const { counterexample, errorInstance } = fc.check(property, { examples: [[failing]], numRuns: 1 });
  const script = counterexample?.[0] ?? failing;
  const violation = String(errorInstance ?? error);
  return { of: 'model', script, first: String(error), violation, story: storyOf(script) };
}
