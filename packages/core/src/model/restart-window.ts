/**
 * Restart intensity: at most `maxRestarts` restarts within `withinMs`; one more is too many.
 *
 * OTP keeps a list of all restarts in the window and counts it each time (`add_restart`). Here it is a
 * ring of times from which the old ones are dropped at the front: amortised O(1) for each restart, and
 * never more than `maxRestarts` numbers. As in OTP the window's edge counts: a restart exactly
 * `withinMs` ago is still in it.
 */
export class RestartWindow {
  #maxRestarts: number;
  #withinMs: number;
  #times: number[] = [];
  #head = 0;
  #size = 0;

  constructor(maxRestarts: number, withinMs: number) {
    this.#maxRestarts = maxRestarts;
    this.#withinMs = withinMs;
  }

  /** From now on another limit; the restarts so far stay counted. */
  setLimit(maxRestarts: number, withinMs: number): void {
    this.#maxRestarts = maxRestarts;
    this.#withinMs = withinMs;
    if (maxRestarts === Infinity) this.clear();
  }

  /** Counts one restart at `now` (milliseconds). False if that is one too many: then it is not counted. */
  add(now: number): boolean {
    if (this.#maxRestarts === Infinity) return true;
    this.#dropBefore(now - this.#withinMs);
    if (this.#size >= this.#maxRestarts) return false;
    if (this.#size === this.#times.length) this.#grow();
    this.#times[(this.#head + this.#size) % this.#times.length] = now;
    this.#size++;
    return true;
  }

  /** How many restarts lie within the window that ends at `now`. With no limit set nothing is counted: 0. */
  used(now: number): number {
    this.#dropBefore(now - this.#withinMs);
    return this.#size;
  }

  /** Forgets all restarts. */
  clear(): void {
    this.#size = 0;
  }

  #dropBefore(time: number): void {
    while (this.#size > 0 && (this.#times[this.#head] as number) < time) {
      this.#head = (this.#head + 1) % this.#times.length;
      this.#size--;
    }
  }

  #grow(): void {
    const ordered = new Array<number>(Math.max(4, this.#size * 2)).fill(0);
    for (let i = 0; i < this.#size; i++) {
      ordered[i] = this.#times[(this.#head + i) % this.#times.length] as number;
    }
    this.#times = ordered;
    this.#head = 0;
  }
}
