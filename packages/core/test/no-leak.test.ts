/** A million crashes, and a million children that come and go: nothing of them is kept. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Context, dynamicSupervisor, service, supervisor, task } from '../src/index.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const MILLION = 1_000_000;
/** Those that make an AbortController each time take thirty times as long; `ALL=1` does these a million times, too. */
const FEWER = process.env['ALL'] === '1' ? MILLION : 100_000;
/** A word kept for each would be 800,000 bytes, or more; what else happens to a heap is less than this. */
const FLAT = 500_000;

async function heapUsed(): Promise<number> {
  // What is finalised in one collection is gone in the next.
  for (let turn = 0; turn < 3; turn++) {
    await new Promise(setImmediate);
    gc();
  }
  return process.memoryUsage().heapUsed;
}

/** How much the heap has grown after a tenth of the times, when all is compiled and grown to size, until the end. */
async function growth(times: number, act: (times: number) => Promise<void>): Promise<number> {
  await act(times / 10);
  const before = await heapUsed();
  await act(times);
  const grown = (await heapUsed()) - before;
  console.log(
    `${times.toLocaleString('en')} times: heap from ${before.toLocaleString('en')} bytes by ${grown.toLocaleString('en')}`,
  );
  return grown;
}

/** Crashes a task again and again; each run throws as soon as it is called, or when its promise has its turn. */
class CrashLoop {
  runs = 0;
  #until = 0;
  #reached = (): void => {};

  crash(): boolean {
    this.runs++;
    if (this.runs < this.#until) return true;
    this.#reached();
    return false;
  }

  async until(times: number, again: () => unknown): Promise<void> {
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    this.#until = this.runs + times;
    again();
    await reached;
  }
}

const SAME = new Error('again');
const anew = (): Error => new Error('again');
const untouched = (): void => {};
const listened = ({ signal }: Context): void => signal.addEventListener('abort', () => {});

test.each([
  {
    name: 'that does not touch its signal',
    touch: untouched,
    times: MILLION,
    failure: () => SAME,
    isLater: true,
  },
  // An error keeps those whose code was under way when it was made, until somebody reads its stack.
  {
    name: 'that throws an error each as soon as it is called',
    touch: untouched,
    times: FEWER,
    failure: anew,
    isLater: false,
  },
  {
    name: 'that listens to its signal',
    touch: listened,
    times: FEWER,
    failure: () => SAME,
    isLater: true,
  },
])(
  '$times crashes of one child $name',
  async ({ touch, times, failure, isLater }) => {
    const loop = new CrashLoop();
    let fail = (_error: Error): void => {};
    const tree = await supervisor({
      id: 'root',
      maxRestarts: Infinity,
      children: [
        task({
          id: 'child',
          run: async (context) => {
            touch(context);
            if (isLater) await Promise.resolve();
            if (loop.crash()) throw failure();
            await new Promise<void>((resolve, reject) => {
              fail = reject;
              context.defer(resolve);
            });
          },
        }),
      ],
    }).start();
    await new Promise(setImmediate);
    const grown = await growth(times, (crashes) => loop.until(crashes, () => fail(SAME)));
    expect(tree.child('child')?.incarnation).toBe(loop.runs);
    expect(loop.runs).toBeGreaterThan(times);
    expect(grown).toBeLessThan(FLAT);
    await tree.stop();
  },
  120_000,
);

let running = 0;
const connection = service({
  id: 'child',
  start: (_context, payload: object) => {
    running++;
    return payload;
  },
  stop: () => void running--,
});
const listener = task({
  id: 'child',
  run: ({ signal }, _payload: object) =>
    new Promise<void>((resolve) => {
      running++;
      signal.addEventListener('abort', () => {
        running--;
        resolve();
      });
    }),
});

test.each([
  { name: 'services', child: connection, times: MILLION },
  { name: 'tasks that listen to their signal', child: listener, times: FEWER },
])(
  '$times $name that are started and terminated',
  async ({ child, times }) => {
    const tree = await dynamicSupervisor({ id: 'root', child }).start();
    const grown = await growth(times, async (pairs) => {
      for (let i = 0; i < pairs; i++) {
        const { id } = await tree.startChild({ args: [{ payload: i }] });
        await tree.terminateChild(id);
      }
    });
    expect({ running, ...tree.countChildren() }).toMatchObject({ running: 0, active: 0, workers: 0 });
    expect(grown).toBeLessThan(FLAT);
    await tree.stop();
  },
  240_000,
);

test('a million children that end by themselves', async () => {
  let ended = 0;
  const tree = await dynamicSupervisor({
    id: 'root',
    child: task({ id: 'child', restart: 'temporary', run: (_context, _payload: object) => void ended++ }),
  }).start();
  const grown = await growth(MILLION, async (times) => {
    for (let i = 0; i < times; i++) await tree.startChild({ args: [{ payload: i }] });
  });
  expect(ended).toBe(MILLION * 1.1);
  expect(tree.countChildren().active).toBe(0);
  expect(grown).toBeLessThan(FLAT);
  await tree.stop();
}, 120_000);
