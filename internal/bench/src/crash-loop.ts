/** A task that crashes at once, again and again: the cost of one crash and restart. */
import { supervisor, task } from 'coppice';
import { type Work, perOperation } from './measure.js';

const FAILURE = new Error('crash');

/** The same body for both: an async function that throws, and returns the last time. */
function body(times: number) {
  let runs = 0;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const run = async (): Promise<void> => {
    if (++runs < times) throw FAILURE;
    finish();
  };
  return { run, finished, runs: () => runs };
}

/** What a user would write by hand. */
export const crashLoopByHand =
  (times: number): Work =>
  async () => {
    const { run, runs } = body(times);
    const from = performance.now();
    for (;;) {
      try {
        await run();
        break;
      } catch {
        // again
      }
    }
    const time = perOperation(from, times);
    verify(runs(), times);
    return time;
  };

export const crashLoopSupervised =
  (times: number): Work =>
  async () => {
    const { run, runs, finished } = body(times);
    const looping = task({ id: 'looping', restart: 'transient', run });
    const from = performance.now();
    const tree = await supervisor({ id: 'root', maxRestarts: Infinity, children: [looping] }).start();
    await finished;
    const time = perOperation(from, times);
    verify(runs(), times);
    await tree.stop();
    return time;
  };

function verify(runs: number, times: number): void {
  if (runs !== times) throw new Error(`${runs} runs instead of ${times}`);
}
