/**
 * Plays one script with the whole library, before four audiences: whoever listens, and however badly, it is the
 * same story, and the same life for the children. What fails is shrunk.
 */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type { SupervisionEvent } from '../../../src/index.js';
import { type Finding, kindOf } from '../campaign/finding.js';
import { Violation } from '../model/judge/violation.js';
import type { Trial } from '../model/trial.js';
import { type EngineScript, engineScripts } from './plan.js';
import { type Outcome, Run } from './run.js';

/** A step is an event here: what a supervisor takes in is inside. */
export async function tryEngine(
  script: EngineScript,
  hear?: (event: SupervisionEvent) => void,
): Promise<Trial> {
  let steps = 0;
  let simulatedMs = 0;
  const play = async (audience: Run['audience']): Promise<Outcome> => {
    const run = new Run(script, audience, hear);
    try {
      return await run.play();
    } finally {
      steps += run.judge.story.length;
      simulatedMs += run.clock.now();
    }
  };
  try {
    const judged = await play('judge');
    const hostile = await play('hostile');
    const unheard = await play('nobody');
    await play('meddling');
    same('story', judged.story, hostile.story, 'listeners that misbehave');
    same('journal', judged.journal, hostile.journal, 'listeners that misbehave');
    same('journal', judged.journal, unheard.journal, 'no listeners');
    return { steps, simulatedMs };
  } catch (error) {
    return { steps, simulatedMs, error };
  }
}

function same(what: string, with1: readonly string[], with2: readonly string[], who: string): void {
  if (isDeepStrictEqual(with1, with2)) return;
  const at = with1.findIndex((line, i) => line !== with2[i]);
  throw new Violation(
    `with ${who} the ${what} is another one: '${with2[at] ?? 'nothing more'}' instead of '${with1[at] ?? 'nothing more'}'`,
  );
}

export async function shrinkEngine(failing: EngineScript, error: unknown): Promise<Finding> {
  const kind = kindOf(error);
  const property = fc.asyncProperty(engineScripts, async (script) => {
    const { error: other } = await tryEngine(script);
    if (other !== undefined && kindOf(other) === kind) throw other;
  });
  const { counterexample, errorInstance } = await fc.check(property, {
    examples: [[failing]],
    numRuns: 1,
    interruptAfterTimeLimit: SHRINK_MS,
  });
  const script = counterexample?.[0] ?? failing;
  const violation = String(errorInstance ?? error);
  return { of: 'engine', script, first: String(error), violation, story: await storyOf(script, violation) };
}

/** Shrinking runs whole trees; what was found by then is told in time. */
const SHRINK_MS = 60_000;
const LINES = 60;

async function storyOf(script: EngineScript, violation: string): Promise<string[]> {
  const run = new Run(script, 'judge');
  await run.play().catch(() => undefined);
  const { story } = run.judge;
  const left = story.length > LINES ? [`(${story.length - LINES} lines before that)`] : [];
  return [...left, ...story.slice(-LINES), `! ${violation}`];
}
