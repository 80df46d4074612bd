/**
 * The effects of the step at hand. A tree has one such list for all its steps, as it runs one message at a time: an
 * array for each would be most of what a restart leaves to collect.
 */
import type { Effect, Effects } from '../model/effect.js';

/** After a step with more effects than that the list is made anew. */
const MANY = 1_024;

export class EffectList implements Effects {
  #effects: (Effect | undefined)[] = [];
  #head = 0;
  #size = 0;

  push(effect: Effect): void {
    this.#effects[this.#size++] = effect;
  }

  /** Takes out the first; undefined if there is none. */
  shift(): Effect | undefined {
    if (this.#head < this.#size) {
      const effect = this.#effects[this.#head];
      this.#effects[this.#head++] = undefined;
      return effect;
    }
    if (this.#size > MANY) this.#effects = [];
    this.#head = 0;
    this.#size = 0;
    return undefined;
  }
}
