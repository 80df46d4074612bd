/** Takes jobs out of the queue, has each of them done in a thread, and says what became of it. */
import {
  type Context,
  type PoolSpec,
  type Service,
  type Task,
  type TaskSupervisorSpec,
  type ThreadHandle,
  fromWire,
  isCoppiceError,
  task,
} from 'coppice';
import { askThread } from './ask-thread.js';
import type { Job, JobThread, Value } from './job.js';
import type { Queue } from './queue.js';

/** What has become of a job: it is done, it has failed for good, or it is in the queue again. */
export type Outcome =
  | { readonly job: Job; readonly is: 'done'; readonly value: Value }
  | { readonly job: Job; readonly is: 'dead'; readonly error: Error }
  | { readonly job: Job; readonly is: 'put back' };

export interface DispatcherOptions {
  readonly queue: Service<Queue>;
  readonly threads: PoolSpec<ThreadHandle<JobThread>>;
  readonly attempts: TaskSupervisorSpec;
  /** So many jobs at once: as many as there are threads. */
  readonly concurrency: number;
  readonly maxRunMs: number;
  readonly drainMs: number;
  readonly onOutcome: (outcome: Outcome) => void;
}

export const dispatcher = (options: DispatcherOptions): Task =>
  task({
    id: 'dispatcher',
    // It ends when all is done; with it, as it is significant, the application.
    restart: 'transient',
    significant: true,
    shutdownMs: options.drainMs + 1_000,
    run: async (context) => {
      const lanes = Array.from({ length: options.concurrency }, () => lane(options, context));
      await Promise.all(lanes);
    },
  });

/** One job after the other. A job keeps its lane until it is done, also while it waits for its next attempt. */
async function lane(options: DispatcherOptions, context: Context): Promise<void> {
  const queue = context.use(options.queue);
  for (;;) {
    const job = await queue.next(context.signal);
    if (!job) return;
    options.onOutcome(await carryOut(job, queue, options, context));
  }
}

async function carryOut(
  job: Job,
  queue: Queue,
  options: DispatcherOptions,
  { use, signal }: Context,
): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  let drain = (): void => {};
  try {
    // Not linked with this child: when that is asked to stop, the job has its time yet.
    const work = (context: Context): Promise<Value> => attempt(job, options, context);
    const running = use(options.attempts).asyncNoLink(work, { id: job.id });
    drain = (): void => void (timer = setTimeout(() => void running.stop(), options.drainMs));
    signal.addEventListener('abort', drain, { once: true });
    const value = await running.result;
    queue.done(job);
    return { job, is: 'done', value };
  } catch (error) {
    const wasStopped = isCoppiceError(error, 'COPPICE_TASK_STOPPED');
    const wasNotStarted = isCoppiceError(error, 'COPPICE_NOT_RUNNING');
    if (!wasStopped && !wasNotStarted) {
      queue.bury(job, error as Error);
      return { job, is: 'dead', error: error as Error };
    }
    queue.putBack(job);
    // Nobody is there to do it: a crash, so that this is not tried again at once, over and over.
    if (wasNotStarted) throw error;
    return { job, is: 'put back' };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drain);
  }
}

/**
 * One attempt, with a thread for itself. It gives the thread back if that has answered. If it ends before (it takes too
 * long, it was stopped) it does not: then the pool, which knows who has what, ends the thread, whatever that is at, and
 * starts another one.
 */
async function attempt(
  job: Job,
  { threads, maxRunMs }: DispatcherOptions,
  { use, signal, attempt }: Context,
): Promise<Value> {
  const lease = await use(threads).checkout();
  const over = AbortSignal.any([signal, lease.signal]);
  const answer = await askThread(lease.value, { job, attempt }, { maxRunMs, signal: over });
  lease.release();
  if ('error' in answer) throw fromWire(answer.error);
  return answer.value;
}
