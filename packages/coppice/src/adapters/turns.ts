/** Turns of the event loop, for work that goes on and on in promises which settle at once: those get no timer a turn. */

/** After so many milliseconds without a turn one is due. */
const MOST_MS = 10;

export class Turns {
  #since = 0;
  /** Has there been no turn since then? */
  #isNoted = false;

  /** Gives the event loop a turn if it has had none for too long; called between two pieces of work. */
  async give(): Promise<void> {
    if (!this.#isNoted) {
      this.#isNoted = true;
      this.#since = performance.now();
      setImmediate(() => (this.#isNoted = false));
    } else if (performance.now() - this.#since > MOST_MS) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
