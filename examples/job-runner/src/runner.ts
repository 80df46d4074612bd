/**
 * The application: a queue, a pool of threads, a supervisor that gives each job its attempts, and the dispatcher between
 * them. Each needs those before it.
 */
import {
  type Application,
  type ApplicationOptions,
  type Service,
  application,
  pool,
  service,
  taskSupervisor,
  thread,
} from 'coppice';
import { type Outcome, dispatcher } from './dispatcher.js';
import type { JobThread } from './job.js';
import { Queue } from './queue.js';

const EXCESSIVE = new Set<string | undefined>(['TOOK_TOO_LONG', 'ERR_WORKER_OUT_OF_MEMORY']);

export interface RunnerOptions extends Pick<ApplicationOptions, 'logger'> {
  /** Where the queue is kept: JSON, made if it is not there. */
  readonly file: string;
  /** `job-thread.js`, as it was built. */
  readonly threadFile: URL | string;
  /** How many jobs at once. A thread has a core for itself at best, so no more than there are cores. */
  readonly threads: number;
  /** One attempt may take so long, in milliseconds; then its thread is ended. Default: 10,000. */
  readonly maxRunMs?: number;
  /** So many times a job is tried again. Default: 2. */
  readonly retries?: number;
  /** Asked to stop, it waits so long for jobs that are under way, in milliseconds. Default: 5,000. */
  readonly drainMs?: number;
  /** Whether it ends when all is done. Default: false, it waits for more. */
  readonly endWhenEmpty?: boolean;
  /** Called with what has become of each job. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

export interface Runner {
  readonly app: Application;
  /** To add jobs: `app.handle().use(queue).add(...)`. */
  readonly queue: Service<Queue>;
}

export function runner(options: RunnerOptions): Runner {
  const { file, threadFile, threads, maxRunMs = 10_000, retries = 2, drainMs = 5_000 } = options;
  const { endWhenEmpty = false, onOutcome = () => {}, logger } = options;

  const queue = service({
    id: 'queue',
    start: ({ fail }) => Queue.open({ file, endWhenEmpty, failed: fail }),
    stop: (queue) => queue.close(),
    shutdownMs: 2_000,
  });

  const workers = pool({
    id: 'threads',
    size: threads,
    child: thread<JobThread>({
      id: 'thread',
      file: threadFile,
      // A job that wants more ends its thread, and not the program.
      resourceLimits: { maxOldGenerationSizeMb: 64 },
      // Asked to stop, it has nothing to bring to an end; but one that is being loaded is best let finish that. A busy
      // loop, which hears nothing, has this long as well.
      shutdownMs: 500,
    }),
    // A job can bring down a thread with each of its attempts; so often within a minute is no job's fault any more.
    maxRestarts: 20,
    withinMs: 60_000,
  });

  const attempts = taskSupervisor({
    id: 'jobs',
    task: {
      id: 'job',
      restart: 'transient',
      shutdownMs: 500, // it gives up its thread at once
      maxRestarts: retries,
      backoff: { minMs: 100, maxMs: 5_000 },
      // What has taken too long, or too much memory, will do so again: it is not worth a second thread.
      classify: (error) => (EXCESSIVE.has((error as NodeJS.ErrnoException).code) ? 'permanent' : 'transient'),
    },
  });

  const app = application({
    id: 'runner',
    strategy: 'rest-for-one',
    // What is under way has `drainMs`; the rest is for the threads and the file.
    shutdownMs: drainMs + 6_000,
    autoShutdown: 'any-significant',
    ...(logger && { logger }),
    children: [
      queue,
      workers,
      attempts,
      dispatcher({ queue, threads: workers, attempts, concurrency: threads, maxRunMs, drainMs, onOutcome }),
    ],
  });
  return { app, queue };
}
