/** The restart budget as OTP writes it down: a plain list of all restarts, counted each time. */
import type { Limit } from '../../../../src/model/policy.js';
import { Violation } from './violation.js';

export class Ledger {
  readonly #limit: Limit;
  #times: number[] = [];

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** One more restart: false if that is too many. */
  add(now: number): boolean {
    if (this.#countAt(now) >= this.#limit.maxRestarts) return false;
    this.#times.push(now);
    return true;
  }

  /** How many of the restarts allowed are used; nothing is counted where there is no limit. */
  used(now: number): number {
    return this.#limit.maxRestarts === Infinity ? 0 : this.#countAt(now);
  }

  restarted(now: number, used: number): void {
    if (!this.add(now)) throw new Violation(`restart ${this.used(now) + 1} of ${this.#limit.maxRestarts}`);
    this.check(now, used);
  }

  check(now: number, used: number): void {
    const expected = this.used(now);
    if (used !== expected) throw new Violation(`the budget says ${used} used, the list ${expected}`);
  }

  gaveUp(now: number): void {
    const { maxRestarts } = this.#limit;
    const count = this.#countAt(now);
    if (count < maxRestarts) throw new Violation(`gave up after ${count} of ${maxRestarts} restarts`);
  }

  #countAt(now: number): number {
    this.#times = this.#times.filter((time) => time >= now - this.#limit.withinMs);
    return this.#times.length;
  }
}
