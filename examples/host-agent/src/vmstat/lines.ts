/** What `vmstat 1` prints: two lines of headings, then every second a line of numbers, like `1  0  0 2298 ...`. */
import type { Metric } from '../metrics.js';

/** The numbers of a line by their headings: `r`, `b`, `in`, `cs` and others. */
export type Row = ReadonlyMap<string, number>;

/** Takes lines as they come, and keeps the latest numbers until somebody takes them. */
export class VmstatLines {
  #headings: readonly string[] = [];
  #isFirst = true;
  #latest: Row | undefined;

  add(line: string): void {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'r') {
      this.#headings = words;
      this.#isFirst = true;
    } else if (words.length === this.#headings.length && words.every((word) => /^-?[\d.]+$/.test(word))) {
      // The first line has the means since the machine was started.
      if (!this.#isFirst)
        this.#latest = new Map(this.#headings.map((name, i) => [name, Number(words[i])] as const));
      this.#isFirst = false;
    }
  }

  /** Undefined if nothing has come since the last time. */
  take(): Row | undefined {
    const latest = this.#latest;
    this.#latest = undefined;
    return latest;
  }
}

const COLUMNS = [
  ['r', 'host_processes_runnable', 'Processes that run or wait for a CPU.'],
  ['b', 'host_processes_blocked', 'Processes that wait for a disk.'],
  ['in', 'host_interrupts_per_second', 'Interrupts in the last second.'],
  ['cs', 'host_context_switches_per_second', 'Changes from one process to another in the last second.'],
] as const;

export const vmstatMetrics = (row: Row): Metric[] =>
  COLUMNS.flatMap(([heading, name, help]) => {
    const value = row.get(heading);
    return value === undefined ? [] : [{ name, help, type: 'gauge', samples: [{ value }] } as const];
  });
