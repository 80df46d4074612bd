/**
 * By hand, first answer: wrap each task in a loop that runs it again when it throws.
 *
 * What it lacks:
 * 1. A limit. A task that cannot work is run again for ever, and nobody above learns of it.
 * 2. A pause. If it fails at once the loop never lets go: no timer, no request, no signal gets a turn.
 * 3. The difference between a cancel and a crash: the abort is caught and reported as a failure.
 * 4. An end. Nobody waits for the loops: the program says that it is over while tasks are still closing.
 * 5. A word when a task that should run for ever just returns: it is run again in silence.
 * 6. Order. All are cancelled at once; what others depend on may be closed before them.
 */
import { isStarted, realWorld, runMs } from './real-world.js';
import { type Job, type World, TICKERS, jobsOf, messageOf } from './work.js';

async function rerun(job: Job, signal: AbortSignal, say: World['say']): Promise<void> {
  while (!signal.aborted) {
    try {
      await job.run(signal);
    } catch (error) {
      say(`${job.name} failed: ${messageOf(error)}`);
    }
  }
}

export function runAll(jobs: readonly Job[], signal: AbortSignal, say: World['say']): void {
  for (const job of jobs) void rerun(job, signal, say);
}

async function main(): Promise<void> {
  const world = realWorld();
  const controller = new AbortController();
  runAll(jobsOf(TICKERS, world), controller.signal, world.say);
  await world.sleep(runMs());
  controller.abort();
  world.say('the program is over, it says');
  for (const line of world.counters.lines()) console.log(line);
}

if (isStarted('before-wrapper')) void main();
