/** A stretch of children that is being stopped from its last to its first, and started from first to last. */
import type { Fact } from './fact.js';
import { Violation } from './violation.js';

export class Walk {
  readonly kind: 'boot' | 'restart';
  readonly #scope: readonly Fact[];
  /** Those who are to be started, in order. */
  readonly #starts: readonly Fact[];
  #next = 0;

  constructor(kind: 'boot' | 'restart', scope: readonly Fact[], starts: readonly Fact[]) {
    this.kind = kind;
    this.#scope = scope;
    this.#starts = starts;
  }

  get isStopping(): boolean {
    return this.kind === 'restart' && this.#next === 0;
  }

  has(fact: Fact): boolean {
    return this.#scope.includes(fact);
  }

  start(fact: Fact): void {
    if (this.#next === 0) {
      const alive = this.#scope.find((each) => !each.isDown && each !== fact);
      if (alive) throw new Violation(`'${fact.id}' starts while '${alive.id}' of its scope is still alive`);
    }
    const expected = this.#starts[this.#next++];
    if (expected === fact) return;
    throw new Violation(`'${fact.id}' starts where it is the turn of '${expected?.id ?? 'nobody'}'`);
  }

  /** Is it over, now that this one has come up? */
  get isDone(): boolean {
    return this.#next === this.#starts.length && this.#starts.every((fact) => fact.known !== 'starting');
  }
}
