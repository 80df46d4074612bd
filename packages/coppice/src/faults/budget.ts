/** How many faults a process may survive within a time. */

export class Budget {
  readonly #max: number;
  readonly #withinMs: number;
  /** When the last ones came, the oldest first; never more than `max` of them. */
  #times: number[] = [];

  constructor(max: number, withinMs: number) {
    this.#max = max;
    this.#withinMs = withinMs;
  }

  /** Takes one, unless it would be one too many. */
  take(now: number): boolean {
    if (this.#max === Infinity) return true;
    this.#times = this.#times.filter((time) => now - time < this.#withinMs);
    if (this.#times.length >= this.#max) return false;
    this.#times.push(now);
    return true;
  }
}
