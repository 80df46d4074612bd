/** Counts ticks, run by run: a task that nobody disturbs has one run, from 1 on without a gap. */
export class Counters {
  readonly #runs = new Map<string, number[]>();
  /** Ticks that did not follow the one before. */
  gaps = 0;

  ticked(name: string, count: number): void {
    const runs = this.#runs.get(name) ?? [];
    this.#runs.set(name, runs);
    if (count === 1) {
      runs.push(1);
      return;
    }
    if (runs.at(-1) !== count - 1) this.gaps++;
    runs[Math.max(0, runs.length - 1)] = count;
  }

  /** How far each run of a task got. */
  runsOf(name: string): readonly number[] {
    return this.#runs.get(name) ?? [];
  }

  /** A line for each task. */
  lines(): string[] {
    return Array.from(this.#runs, ([name, runs]) => {
      const count = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
      return `${name.padEnd(6)} ${count.padEnd(7)} ticks ${runs.map((last) => `1..${last}`).join(', ')}`;
    });
  }
}
