/**
 * A campaign against the library: random scripts by the thousand, all from one seed, run in the model and in the
 * whole engine in turns. It ends after so many steps, or with the first rule that is broken.
 */
import { type Random, seededRandom } from '../../../src/engine/random.js';
import { type EngineScript, engineScriptsOf } from '../engine/plan.js';
import { shrinkEngine, tryEngine } from '../engine/trial.js';
import { randomScript } from '../model/script.js';
import { type Trial, shrinkModel, tryModel } from '../model/trial.js';
import { Census } from './census.js';
import type { Finding } from './finding.js';

/** One step in so many is one of the engine; those cost more. */
const ENGINE_SHARE = 5;

export class Campaign {
  readonly seed: number;
  readonly census = new Census();
  readonly done = { model: 0, engine: 0 };
  readonly scripts = { model: 0, engine: 0 };
  readonly #random: Random;
  readonly #engineScripts: Iterator<EngineScript>;

  constructor(seed: number) {
    this.seed = seed;
    this.#random = seededRandom(seed);
    this.#engineScripts = engineScriptsOf(seed);
  }

  get steps(): number {
    return this.done.model + this.done.engine;
  }

  /** Runs at least so many steps. Then undefined; or the first script in which a rule is broken. */
  async run(steps: number): Promise<Finding | undefined> {
    while (this.steps < steps) {
      const isTurnOfEngine = this.done.engine * ENGINE_SHARE < this.steps;
      const finding = isTurnOfEngine ? await this.#runEngine() : this.#runModel();
      if (finding) return finding;
    }
    return undefined;
  }

  #runModel(): Finding | undefined {
    const script = randomScript(this.#random);
    const { error } = this.#count(
      'model',
      tryModel(script, (event) => this.census.hear(event)),
    );
    return error === undefined ? undefined : shrinkModel(script, error);
  }

  async #runEngine(): Promise<Finding | undefined> {
    const script: EngineScript = this.#engineScripts.next().value;
    const { error } = this.#count('engine', await tryEngine(script, (event) => this.census.hear(event)));
    return error === undefined ? undefined : shrinkEngine(script, error);
  }

  #count(which: 'model' | 'engine', trial: Trial): Trial {
    this.scripts[which]++;
    this.done[which] += trial.steps;
    this.census.simulatedMs += trial.simulatedMs;
    return trial;
  }
}
