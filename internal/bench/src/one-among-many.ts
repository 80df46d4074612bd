/** One child crashes and is restarted among so many siblings that go on. */
import { supervisor, task } from 'coppice';
import { type Work, collectGarbage, perOperation } from './measure.js';

const FAILURE = new Error('crash');

/** So many of the siblings crash in turn, spread over all of them. */
const CRASHING = 64;

/** The same body for both: it waits until it is told to fail, and tells that it has started. */
class Bodies {
  starts = 0;
  #fail: ((error: unknown) => void)[] = [];
  #started = (): void => {};

  readonly run = (index: number): Promise<never> => {
    this.starts++;
    this.#started();
    return new Promise((_resolve, reject) => (this.#fail[index] = reject));
  };

  /** Crashes one; resolves when it has started again. */
  crash(index: number): Promise<void> {
    const started = new Promise<void>((resolve) => (this.#started = resolve));
    this.#fail[index]!(FAILURE);
    return started;
  }
}

/** Only the restarts count: what starting the siblings has left to collect is collected first. */
async function measure(bodies: Bodies, siblings: number, times: number): Promise<number> {
  const step = Math.max(1, Math.floor(siblings / CRASHING));
  const crash = (i: number): Promise<void> => bodies.crash(((i % CRASHING) * step) % siblings);
  collectGarbage();
  for (let i = 0; i < times / 10; i++) await crash(i); // to get warm again
  const before = bodies.starts;
  const from = performance.now();
  for (let i = 0; i < times; i++) await crash(i);
  const time = perOperation(from, times);
  if (bodies.starts - before !== times)
    throw new Error(`${bodies.starts - before} restarts instead of ${times}`);
  return time;
}

export const oneAmongManyByHand =
  (siblings: number, times: number): Work =>
  async () => {
    const bodies = new Bodies();
    const control = new AbortController();
    const loop = async (index: number): Promise<void> => {
      while (!control.signal.aborted) {
        try {
          await bodies.run(index);
        } catch {
          // again
        }
      }
    };
    for (let i = 0; i < siblings; i++) void loop(i);
    return measure(bodies, siblings, times);
  };

export const oneAmongManySupervised =
  (siblings: number, times: number): Work =>
  async () => {
    const bodies = new Bodies();
    const children = Array.from({ length: siblings }, (_, index) =>
      task({ id: `child${index}`, shutdownMs: 0, run: () => bodies.run(index) }),
    );
    const tree = await supervisor({ id: 'root', maxRestarts: Infinity, children }).start();
    const time = await measure(bodies, siblings, times);
    await tree.stop();
    return time;
  };
