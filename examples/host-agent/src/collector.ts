/** What all collectors have in common: a task that takes a sample every second and hands it to the aggregator. */
import { readFile } from 'node:fs/promises';
import { type Service, type Task, type WorkerOptions, task } from 'coppice';
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

/** What failed a moment ago will probably fail now: each attempt comes later, until it works for a while. */
const BACKOFF = { minMs: 250, maxMs: 4_000, resetAfterMs: 3_000 };

export const collector = (
  { id, open }: Sampler,
  store: Service<MetricStore>,
  policies: Omit<WorkerOptions, 'id'> = {},
): Task =>
  task({
    id,
    shutdownMs: SHUTDOWN_MS,
    backoff: BACKOFF,
    ...policies,
    run: async ({ sleep, use }) => {
      const sample = open();
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
