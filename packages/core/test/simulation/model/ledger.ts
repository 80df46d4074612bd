/** The restart budget as OTP writes it down: a plain list of all restarts, counted each time. */
import type { SupervisorPolicy } from '../../../src/model/policy.js';
import { Violation } from './violation.js';

export class Ledger {
  readonly #policy: SupervisorPolicy;
  #times: number[] = [];

  constructor(policy: SupervisorPolicy) {
    this.#policy = policy;
  }

  restarted(now: number, used: number): void {
    const { maxRestarts } = this.#policy;
    this.#times.push(now);
    const count = this.#countAt(now);
    if (count > maxRestarts) throw new Violation(`restart ${count} of ${maxRestarts}`);
    const expected = maxRestarts === Infinity ? 0 : count;
    if (used !== expected) throw new Violation(`the budget says ${used} used, the list ${expected}`);
  }

  gaveUp(now: number): void {
    const { maxRestarts } = this.#policy;
    const count = this.#countAt(now);
    if (count < maxRestarts) throw new Violation(`gave up after ${count} of ${maxRestarts} restarts`);
  }

  #countAt(now: number): number {
    this.#times = this.#times.filter((time) => time >= now - this.#policy.withinMs);
    return this.#times.length;
  }
}
