/**
 * By hand, second answer: a scheduler that waits for whichever task ends first, and starts it again if it
 * has failed.
 *
 * What it lacks:
 * 1. A limit, as the wrapper.
 * 2. A pause, as the wrapper; one task that fails at once takes all turns.
 * 3. The difference between a cancel and a crash: the first task to be cancelled is reported as failed, and
 *    even started again.
 * 4. An end. It returns when the first task has ended; the others are still closing, and if one of them
 *    fails at that, it fails in silence.
 * 5. A word when a task that should run for ever just returns: it is gone, and there is one task less.
 * 6. Order, as the wrapper.
 * 7. A bound on memory. Each race leaves a callback on the promise of each task; those of tasks that never
 *    end are never released, and there are more after every failure.
 */
import { isStarted, realWorld, runMs } from './real-world.js';
import { type Job, type World, TICKERS, jobsOf, messageOf } from './work.js';

export async function schedule(jobs: readonly Job[], signal: AbortSignal, say: World['say']): Promise<void> {
  const running = new Map<Job, Promise<{ job: Job; failed: boolean; error?: unknown }>>();
  const start = (job: Job): void => {
    const ended = job.run(signal).then(
      () => ({ job, failed: false }),
      (error: unknown) => ({ job, failed: true, error }),
    );
    running.set(job, ended);
  };
  for (const job of jobs) start(job);
  while (running.size > 0 && !signal.aborted) {
    const { job, failed, error } = await Promise.race(running.values());
    running.delete(job);
    if (!failed) continue;
    say(`${job.name} failed: ${messageOf(error)}`);
    start(job);
  }
}

async function main(): Promise<void> {
  const world = realWorld();
  const controller = new AbortController();
  const scheduled = schedule(jobsOf(TICKERS, world), controller.signal, world.say);
  await world.sleep(runMs());
  controller.abort();
  await scheduled;
  world.say('the program is over, it says');
  for (const line of world.counters.lines()) console.log(line);
}

if (isStarted('before-scheduler')) void main();
