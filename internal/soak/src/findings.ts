/** What is not as it has to be: each kind counted, the first of each kind in full. */

/** So many of a kind are told. */
const TOLD = 5;

/** As data, to hand it from one process to another. */
export interface Finding {
  readonly check: string;
  readonly times: number;
  readonly examples: readonly string[];
}

export class Findings {
  readonly #known = new Map<string, { times: number; readonly examples: string[] }>();

  add(check: string, example: string): void {
    let known = this.#known.get(check);
    if (!known) this.#known.set(check, (known = { times: 0, examples: [] }));
    known.times++;
    if (known.examples.length < TOLD) known.examples.push(example);
  }

  get all(): Finding[] {
    return Array.from(this.#known, ([check, { times, examples }]) => ({ check, times, examples }));
  }
}
