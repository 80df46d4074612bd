/** What people who tried the library stumbled over, so that nobody does again. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type AnySupervisorHandle,
  SimulatedClock,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '../src/index.js';
import { unhandledRejections } from './support/unhandled-rejections.js';

const never = (): Promise<never> => new Promise(() => {});

test('a task that crashes without end, in promises alone, does not starve the event loop', async () => {
  const hopeless = task({
    id: 'hopeless',
    run: async () => {
      throw new Error('ECONNREFUSED');
    },
  });
  const tree = supervisor({ id: 'root', maxRestarts: Infinity, children: [hopeless] }).handle();
  const timerFires = new Promise((resolve) => setTimeout(resolve, 5));
  await tree.start();
  await timerFires;
  const { reason } = await tree.stop();
  expect(reason.kind).toBe('shutdown');
});

describe('an abandoned incarnation is seen until it ends, also when its child is forgotten', () => {
  const deaf = task({ id: 'deaf', restart: 'temporary', shutdownMs: 30, run: never });
  const isSeen = async (tree: AnySupervisorHandle, id: string, clock: SimulatedClock): Promise<void> => {
    const ending = tree.terminateChild(id);
    await clock.advance(30);
    await ending;
    const { children, abandoned } = tree.snapshot();
    expect([children, abandoned]).toMatchObject([
      [],
      [{ path: `root/${id}`, phase: 'running', waitedMs: 30 }],
    ]);
    expect((await tree.stop()).unstopped).toHaveLength(1);
  };

  test('a temporary child', async () => {
    const clock = new SimulatedClock();
    await isSeen(await supervisor({ id: 'root', children: [deaf] }).start({ clock }), 'deaf', clock);
  });

  test('a dynamic child', async () => {
    const clock = new SimulatedClock();
    const tree = await dynamicSupervisor({ id: 'root', child: deaf }).start({ clock });
    await isSeen(tree, (await tree.startChild()).id, clock);
  });
});

describe('a root that ends with an error', () => {
  const failing = task({ id: 'failing', run: () => Promise.reject(new Error('boom')) });
  const root = supervisor({ id: 'root', maxRestarts: 0, children: [failing] });

  test('is not unheard if its end is asked for right after the start', async () => {
    const seen = await unhandledRejections(async () => {
      const tree = await root.start();
      const { reason } = await tree.whenStopped();
      expect(reason).toMatchObject({ kind: 'shutdown', cause: { code: 'COPPICE_GAVE_UP' } });
    });
    expect(seen).toEqual([]);
  });

  test('is unheard in its second life, though its first end was waited for', async () => {
    const seen = await unhandledRejections(async () => {
      const tree = root.handle();
      await tree.start();
      await tree.whenStopped();
      await tree.start();
    });
    expect(seen).toMatchObject([{ code: 'COPPICE_GAVE_UP' }]);
  });
});

test('the reason of a stop is checked', async () => {
  const tree = await supervisor({ id: 'root', children: [] }).start();
  await expect(tree.stop({ reason: 'Shutdown' as never })).rejects.toMatchObject({
    code: 'COPPICE_INVALID_ARGUMENT',
    message: expect.stringContaining("'shutdown', 'normal', a Shutdown or an Error; got 'Shutdown'"),
  });
  await tree.stop();
});

test.each([NaN, -5, undefined, '7'])('sleep(%p) is refused, not over at once', async (ms) => {
  let refused: unknown;
  const sleeper = task({
    id: 'a',
    run: ({ sleep }) => sleep(ms as number).catch((error: unknown) => (refused = error)),
  });
  const tree = await supervisor({ id: 'root', maxRestarts: Infinity, children: [sleeper] }).start();
  await tree.stop();
  expect(refused).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
});

test('many sleeps of one task share one wake-up, and no AbortController', async () => {
  const warnings: unknown[] = [];
  const note = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', note);
  const time = new SimulatedClock();
  const run = ({ sleep }: { sleep: (ms: number) => Promise<void> }): Promise<unknown> =>
    Promise.all(Array.from({ length: 50 }, () => sleep(1_000)));
  const tree = await supervisor({ id: 'root', children: [task({ id: 'a', run })] }).start({ clock: time });
  expect(time.pendingTimers).toBe(50);
  await tree.stop();
  expect(time.pendingTimers).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

test('a place whose listeners are gone costs nothing', async () => {
  const tree = await supervisor({
    id: 'root',
    children: [task({ id: 'a', shutdownMs: 0, run: never })],
  }).start();
  const heard: string[] = [];
  const listener = ({ type }: { type: string }): void => void heard.push(type);
  const { own } = tree;
  own.on('event', listener);
  own.off('event', listener);
  await tree.terminateChild('a');
  own.on('event', listener); // the same emitter, after it was forgotten
  await tree.restartChild('a');
  expect(heard).toEqual(['child:starting', 'child:started']);
  await tree.stop();
});

test('an event of a deep tree costs hardly more than one of a flat tree', async () => {
  let root = supervisor({ id: 'level0', children: [service({ id: 'a', start: () => 1 })] });
  for (let level = 1; level < 500; level++) root = supervisor({ id: `level${level}`, children: [root] });
  const tree = root.handle();
  let events = 0;
  tree.on('event', () => events++);
  await tree.start();
  await tree.stop();
  expect(events).toBe(500 * 8);
});

test('a listener that fails again, after it has worked, is told of again', async () => {
  const tree = supervisor({ id: 'root', children: [task({ id: 'a', shutdownMs: 0, run: never })] }).handle();
  const failures: string[] = [];
  tree.on('listener:failed', ({ error }) => failures.push(error.message));
  let calls = 0;
  tree.on('child:started', () => {
    if (++calls !== 2) throw new Error(`call ${calls}`);
  });
  await tree.start();
  for (let i = 0; i < 3; i++) {
    await tree.terminateChild('a');
    await tree.restartChild('a');
  }
  expect(failures).toEqual(['call 1', 'call 3']);
  await tree.stop();
});

test.each([
  [
    { logger: { debug: console.debug, info: console.info, warn: console.warn } },
    /logger: an object with the methods debug, .*; got an object without error/,
  ],
  [{ logger: 5 }, /got 5 without debug/],
  [{ clock: {} }, /clock: an object with the methods now, setTimer, clearTimer; got an object without now/],
])('a port that is none is refused: %p', (options, message) => {
  expect(() => supervisor({ id: 'root', children: [] }).handle(options as never)).toThrow(message);
});

test.each([
  [() => task({ id: 'a', start: never } as never), /no option 'start', did you mean 'run'\?/],
  [() => task({ id: 'a', restart: 'always' as never, run: never }), /did you mean 'permanent'\?/],
  [() => task({ id: ' \n', run: never }), /in one line/],
  [() => task({ id: 'a', run: class Poller {} as never }), /got the class Poller/],
  [
    () => supervisor({ id: 'a', children: [Promise.resolve(task({ id: 'b', run: never })) as never] }),
    /a promise, which has to be awaited/,
  ],
])('a mistake that was made gets the answer that was missing (%#)', (declare, message) => {
  expect(declare).toThrow(message);
});

test('whoever adds a transient supervisor, or makes one a template, is told so as well', async () => {
  const warned: string[] = [];
  const inner = supervisor({ id: 'inner', restart: 'transient', children: [] });
  const pool = dynamicSupervisor({ id: 'pool', child: inner });
  const tree = supervisor({ id: 'root', children: [pool] }).handle();
  tree.on('supervisor:warning', ({ path }) => warned.push(path));
  await tree.start();
  await tree.startChild(inner);
  expect(warned).toEqual(['root/pool/inner', 'root/inner']);
  await tree.stop();
});

test('what hangs and is broken off is said to hang where it does, not to clean up', async () => {
  const clock = new SimulatedClock();
  const slow = service({
    id: 'slow',
    shutdownMs: 10,
    startTimeoutMs: 100,
    boot: 'degraded',
    backoff: { minMs: 1_000, maxMs: 1_000 },
    start: never,
  });
  const hung = task({ id: 'hung', shutdownMs: 10, maxRunMs: 100, restart: 'transient', run: never });
  const starting = supervisor({ id: 'root', children: [slow, hung] }).start({ clock });
  await clock.advance(110);
  const tree = await starting;
  await clock.advance(110);
  const { unstopped } = await Promise.all([tree.stop(), clock.advance(10)]).then(([report]) => report);
  expect(unstopped.map(({ path, incarnation, phase }) => [path, incarnation, phase])).toEqual([
    ['root/slow', 1, 'starting'],
    ['root/hung', 1, 'running'],
    ['root/hung', 2, 'running'],
  ]);
});

test('crashes that nobody listens to are not kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const errors: WeakRef<Error>[] = [];
  const hopeless = task({
    id: 'hopeless',
    backoff: { minMs: 1, maxMs: 1 },
    maxRestarts: Infinity,
    run: async () => {
      const error = new Error('ECONNREFUSED');
      errors.push(new WeakRef(error));
      throw error;
    },
  });
  const clock = new SimulatedClock();
  const tree = await supervisor({ id: 'root', children: [hopeless] }).start({ clock });
  await clock.advance(100);
  // A WeakRef keeps what it was made of until this turn of the event loop is over.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const kept = errors.filter((error) => error.deref() !== undefined);
  expect(errors.length).toBeGreaterThan(50);
  expect(kept.length).toBeLessThan(5);
  await tree.stop();
});
