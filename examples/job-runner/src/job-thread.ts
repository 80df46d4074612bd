/** What each thread of the pool runs: one job after the other, and an answer for each. */
import { once } from 'node:events';
import { runThread, toWire } from 'coppice';
import type { Answer, JobThread } from './job.js';
import { kinds } from './work/kinds.js';

runThread<JobThread>(async ({ onMessage, post, signal }) => {
  onMessage((task) => post(answer(task)));
  if (!signal.aborted) await once(signal, 'abort');
});

/** A job that throws is an answer like any other: the thread is as good as before. */
function answer({ job, attempt }: JobThread['toThread']): Answer {
  try {
    return { value: kinds[job.kind](job.input, attempt) };
  } catch (error) {
    return { error: toWire(error) };
  }
}
