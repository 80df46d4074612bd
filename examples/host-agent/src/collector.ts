/** What all collectors have in common: a task that takes a sample every second and hands it to the aggregator. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, type Task, task } from 'coppice';
import type { Metric, MetricStore } from './metrics.js';

/** A collector without the supervision: where its numbers come from. */
export interface Sampler {
  readonly id: string;
  /** Called for each incarnation; what it returns is called for each sample, and may remember the last one. */
  readonly open: () => () => Promise<readonly Metric[]>;
}

const EVERY_MS = 1_000;

export const collector = ({ id, open }: Sampler, store: Service<MetricStore>): Task =>
  task({
    id,
    run: async ({ signal, use, attempt }) => {
      const sample = open();
      // What failed a moment ago will probably fail now: take a breath before the next attempt.
      if (attempt > 1) await sleep(EVERY_MS, undefined, { signal });
      for (;;) {
        use(store).put(id, await sample());
        await sleep(EVERY_MS, undefined, { signal });
      }
    },
  });

/** The text of a file; undefined where there is no such file, as with `/proc` outside of Linux. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
