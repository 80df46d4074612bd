/** What the two answers by hand lack, claim by claim as their first comments number them; and what is better. */
import { simulatedWorld } from '../test/simulated-world.js';
import { runAll } from './before-wrapper.js';
import { schedule } from './before-scheduler.js';
import { narrate, supervised } from './supervised.js';
import { type Job, TICKERS, jobsOf } from './work.js';

type Start = (jobs: readonly Job[], signal: AbortSignal, say: (line: string) => void) => unknown;

const BY_HAND: [string, Start][] = [
  ['the wrapper', runAll],
  ['the scheduler', schedule],
];

/** Starts jobs by hand in a simulated world, lets `ms` go by, and cancels. */
async function cancelAfter(start: Start, ms: number, jobs?: readonly Job[]) {
  const world = simulatedWorld();
  const controller = new AbortController();
  void Promise.resolve(start(jobs ?? jobsOf(TICKERS, world), controller.signal, world.say)).then(() =>
    world.say('over, it says'),
  );
  await world.clock.advance(ms);
  world.say('cancel');
  controller.abort();
  await world.clock.advance(100);
  return world.lines.slice(world.lines.indexOf(`${ms}: cancel`) + 1);
}

/** A job that fails at once, so often; then it calls `enough`. */
function hopeless(times: number, enough: () => void) {
  const job = {
    name: 'hopeless',
    runs: 0,
    run: () => {
      if (++job.runs === times) enough();
      return Promise.reject(new Error('no network'));
    },
  };
  return job;
}

describe.each(BY_HAND)('%s', (_, start) => {
  test('1 and 2: knows no limit, and gives nobody else a turn', async () => {
    const controller = new AbortController();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    let turnsMeanwhile = -1;
    const job = hopeless(100_000, () => {
      turnsMeanwhile = turns;
      controller.abort();
    });
    await start([job], controller.signal, () => {});
    while (job.runs < 100_000) await new Promise(setImmediate);
    clearInterval(timer);
    expect(turnsMeanwhile).toBe(0);
  });

  test('3: takes a cancel for a crash', async () => {
    const lines = await cancelAfter(start, 1_500);
    expect(lines.some((line) => line.endsWith('failed: This operation was aborted'))).toBe(true);
  });

  test('6: cancels in no order', async () => {
    const lines = await cancelAfter(start, 1_500);
    expect(lines.filter((line) => line.startsWith('1520: (')).toSorted()).toEqual([
      '1520: (fast is closed)',
      '1520: (flaky is closed)',
      '1520: (slow is closed)',
    ]);
  });
});

describe('the wrapper', () => {
  test('4: is over before the tasks are', async () => {
    const world = simulatedWorld();
    expect(runAll(jobsOf(TICKERS, world), new AbortController().signal, world.say)).toBeUndefined();
  });

  test('5: runs a task that returns again, in silence', async () => {
    const world = simulatedWorld();
    let runs = 0;
    const leaves: Job = { name: 'leaves', run: (signal) => (runs++, world.sleep(100, signal)) };
    runAll([leaves], new AbortController().signal, world.say);
    await world.clock.advance(1_050);
    expect([runs, world.lines]).toEqual([11, []]);
  });
});

describe('the scheduler', () => {
  test('3 and 4: starts what was cancelled once more, and is over before the others are', async () => {
    const starts: string[] = [];
    const world = simulatedWorld();
    const jobs = jobsOf(TICKERS, world).map((job) => ({
      ...job,
      run: (signal: AbortSignal) => (starts.push(job.name), job.run(signal)),
    }));
    const controller = new AbortController();
    void schedule(jobs, controller.signal, world.say).then(() => world.say('over, it says'));
    await world.clock.advance(500);
    controller.abort();
    await world.clock.advance(100);
    expect(starts).toEqual(['fast', 'flaky', 'slow', 'slow']);
    expect(world.lines).toEqual([
      '520: (slow is closed)',
      '520: slow failed: This operation was aborted',
      '520: over, it says',
      '520: (flaky is closed)',
      '520: (fast is closed)',
      '540: (slow is closed)',
    ]);
  });

  test('4: a task that fails when it is cancelled fails in silence', async () => {
    const { sleep } = simulatedWorld();
    const polite: Job = { name: 'polite', run: (signal) => sleep(1e6, signal) };
    const rude: Job = {
      name: 'rude',
      run: (signal) =>
        sleep(1e6, signal).catch(async () => {
          for (let turn = 0; turn < 10; turn++) await Promise.resolve();
          throw new Error('the file is not written');
        }),
    };
    const lines = await cancelAfter(schedule, 500, [polite, rude]);
    expect(lines).toEqual(['500: polite failed: This operation was aborted', '500: over, it says']);
  });

  test('5: a task that returns is gone without a word', async () => {
    const world = simulatedWorld();
    let runs = 0;
    const leaves: Job = { name: 'leaves', run: (signal) => (runs++, world.sleep(100, signal)) };
    const stays: Job = { name: 'stays', run: (signal) => world.sleep(1e6, signal) };
    void schedule([leaves, stays], new AbortController().signal, world.say);
    await world.clock.advance(1_050);
    expect([runs, world.lines]).toEqual([1, []]);
  });

  test('7: each failure leaves one more callback on the promise of a task that never ends', async () => {
    const controller = new AbortController();
    const callbacks = new Map<unknown, number>();
    const then = jest.spyOn(Promise.prototype, 'then').mockImplementation(function (
      this: Promise<unknown>,
      ...args
    ) {
      callbacks.set(this, (callbacks.get(this) ?? 0) + 1);
      return original.apply(this, args);
    });
    const stays: Job = { name: 'stays', run: () => new Promise(() => {}) };
    const job = hopeless(1_000, () => controller.abort());
    await schedule([stays, job], controller.signal, () => {});
    then.mockRestore();
    expect(Math.max(...callbacks.values())).toBe(999);
  });
});

// oxlint-disable-next-line typescript/unbound-method -- called with its `this`
const original = Promise.prototype.then;

describe('supervised', () => {
  test('1 and 2: gives up after five restarts, and says so', async () => {
    const world = simulatedWorld();
    const job = hopeless(Infinity, () => {});
    const tree = supervised([job]).handle({ clock: world.clock });
    narrate(tree, world.say);
    const stopped = tree.whenStopped();
    await tree.start();
    await world.clock.advance(0);
    await stopped;
    expect(job.runs).toBe(6);
    expect(world.lines.at(-1)).toMatch(
      "'jobs' gave up: 'hopeless' needed one restart more than the 5 allowed within 1000 ms",
    );
  });

  test('5: a task that returns is told of, and started again', async () => {
    const world = simulatedWorld();
    const leaves: Job = { name: 'leaves', run: (signal) => world.sleep(400, signal) };
    const tree = supervised([leaves]).handle({ clock: world.clock });
    narrate(tree, world.say);
    await tree.start();
    await world.clock.advance(500);
    expect(world.lines).toEqual([
      '0: leaves runs',
      '400: leaves returned, though it should run for ever',
      '400: leaves is started again (1 of 5 restarts within a second used)',
      '400: leaves runs again',
    ]);
    await tree.stop();
  });
});
