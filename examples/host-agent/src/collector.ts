/** What all collectors have in common: a task that takes a sample every second and hands it to the aggregator. */
import { readFile } from 'node:fs/promises';
import { type Service, type Task, task } from 'coppice';
import type { Metric, MetricStore } from './metrics.js';

/** A collector without the supervision: where its numbers come from. */
export interface Sampler {
  readonly id: string;
  /** Called for each incarnation; what it returns is called for each sample, and may remember the last one. */
  readonly open: () => () => Promise<readonly Metric[]>;
}

const EVERY_MS = 1_000;
/** It reads a few files at a time. */
const SHUTDOWN_MS = 300;

export const collector = ({ id, open }: Sampler, store: Service<MetricStore>): Task =>
  task({
    id,
    shutdownMs: SHUTDOWN_MS,
    run: async ({ sleep, use, attempt }) => {
      const sample = open();
      // What failed a moment ago will probably fail now: take a breath before the next attempt.
      if (attempt > 1) await sleep(EVERY_MS);
      for (;;) {
        use(store).put(id, await sample());
        await sleep(EVERY_MS);
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
