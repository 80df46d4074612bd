/** What the policies of all children mean for adapters: all are taken, and what makes no sense is refused. */
import { EventEmitter, on } from 'node:events';
import {
  type ChildSpec,
  type Context,
  type WorkerOptions,
  SimulatedClock,
  consume,
  fromEmitter,
  httpServer,
  interval,
  poller,
  supervisor,
} from 'coppice';

const NEVER = new Promise<never>(() => {});

/** A tree of one child, and what happened to it. */
async function start(child: ChildSpec) {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'app', maxRestarts: 100, children: [child] }).handle({ clock });
  const story: string[] = [];
  tree.on('event', (event) => {
    if (event.type === 'child:started') story.push(`${event.at} up`);
    if (event.type === 'child:crashed') story.push(`${event.at} ${event.error.code ?? event.error.message}`);
    if (event.type === 'child:gave-up') story.push(`${event.at} gave up: ${event.giveUp}`);
  });
  const started = tree.start();
  await clock.advance(0);
  return { clock, tree, story, started };
}

/** Ends a tree whose children may hang. */
async function end({ clock, tree }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const stopped = tree.stop();
  await clock.runUntilIdle();
  await stopped;
}

const all: WorkerOptions = {
  id: 'child',
  restart: 'transient',
  shutdownMs: 10,
  onStuck: 'wait',
  required: false,
  backoff: { minMs: 5, maxMs: 10 },
  giveUp: 'park',
  reviveAfterMs: 1_000,
  boot: 'degraded',
  startTimeoutMs: 7,
  bindsTo: ['other'],
  replace: 'start-then-stop',
  revision: 3,
  maxRestarts: 4,
  withinMs: 60_000,
  classify: () => 'permanent',
  awaitReady: true,
  staleAfterMs: 50,
};
const run = (): void => {};
const adapters: Record<string, (options: WorkerOptions) => object> = {
  interval: (options) => interval({ ...options, everyMs: 10, run }),
  poller: (options) => poller({ ...options, pauseMs: 10, run }),
  consume: (options) => consume({ ...options, source: () => [], each: run }),
  httpServer: (options) => httpServer({ ...options, port: 0, server: () => run }),
  fromEmitter: (options) => fromEmitter({ ...options, create: () => new EventEmitter(), stop: run }),
};

test.each(Object.keys(adapters))('%s takes all options of a service or task', (name) => {
  const { bindsTo, backoff, ...plain } = all;
  const spec = adapters[name]!(all);
  expect(spec).toMatchObject({ ...plain, bindsTo, backoff });
});

test.each([
  [
    'interval',
    'left out: the task goes on until it is stopped; got 5. For the time that one run may take say',
  ],
  ['poller', 'left out: the task goes on until it is stopped; got 5. For the time that one run may take say'],
  ['httpServer', 'left out: a server listens until it is stopped; got 5 (at child)'],
])('%s refuses maxRunMs', (name, message) => {
  expect(() => adapters[name]!({ id: 'child', maxRunMs: 5 })).toThrow(
    `maxRunMs of ${name}() has to be ${message}`,
  );
  // @ts-expect-error -- and so does its type
  expect(() => interval({ id: 'child', everyMs: 1, run, maxRunMs: 5 })).toThrow('maxRunMs');
});

test('an option that is refused is not offered', () => {
  const misspelt = { id: 'child', everyMs: 1, run, maxRnMs: 5 };
  expect(() => interval(misspelt)).toThrow(/has no option 'maxRnMs'(?!.*did you mean 'maxRunMs')/);
});

test.each([
  [
    'interval',
    (run: (context: Context) => unknown) =>
      interval({ id: 'child', everyMs: 400, immediately: true, staleAfterMs: 100, shutdownMs: 0, run }),
  ],
  [
    'poller',
    (run: (context: Context) => unknown) =>
      poller({ id: 'child', pauseMs: 400, staleAfterMs: 100, shutdownMs: 0, run }),
  ],
])('%s: a run that hangs is stale, a pause is not', async (_name, declare) => {
  let runs = 0;
  const it = await start(declare(() => (++runs === 3 ? NEVER : undefined)));
  await it.clock.advance(899);
  expect([runs, it.story]).toEqual([3, ['0 up']]);
  await it.clock.advance(1);
  expect(it.story).toEqual(['0 up', '900 COPPICE_STALE', '900 up']);
  await end(it);
});

test('interval: waiting for the first tick is no hanging', async () => {
  const it = await start(interval({ id: 'child', everyMs: 400, staleAfterMs: 100, run }));
  await it.clock.advance(2_000);
  expect(it.story).toEqual(['0 up']);
  await end(it);
});

test('a long run that shows itself alive is not stale', async () => {
  const long = async ({ sleep, heartbeat }: Context): Promise<void> => {
    for (let i = 0; i < 10; i++) {
      await sleep(90);
      heartbeat();
    }
  };
  const it = await start(poller({ id: 'child', pauseMs: 1, staleAfterMs: 100, run: long }));
  await it.clock.advance(3_000);
  expect(it.story).toEqual(['0 up']);
  await end(it);
});

test.each([
  ['interval', interval({ id: 'child', everyMs: 50, awaitReady: true, run: ({ sleep }) => sleep(20) }), 70],
  ['poller', poller({ id: 'child', pauseMs: 50, awaitReady: true, run: ({ sleep }) => sleep(20) }), 20],
  ['consume', consume({ id: 'child', awaitReady: true, source: quiet, each: run }), 30],
])('%s with awaitReady is up when it has shown that it works', async (_name, child, at) => {
  const it = await start(child);
  await it.clock.advance(at - 1);
  expect(it.story).toEqual([]);
  await it.clock.advance(1);
  expect(it.story).toEqual([`${at} up`]);
  await end(it);
});

/** A source that is there after a while, and in which nothing comes. */
async function quiet({ sleep, signal }: Context) {
  await sleep(30);
  return on(new EventEmitter(), 'item', { signal });
}

describe('consume', () => {
  /** A source that hands out an item whenever it is told to. */
  function source() {
    const waiting: ((item: IteratorResult<number>) => void)[] = [];
    const iterable: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((resolve) => waiting.push(resolve)),
        return: async () => {
          for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined });
          return { done: true, value: undefined };
        },
      }),
    };
    return { iterable, give: (item: number) => waiting.shift()?.({ done: false, value: item }) };
  }

  test.each([1, 2])(
    'waiting for items is not stale, an item that hangs is (%i at once)',
    async (concurrency) => {
      const { iterable, give } = source();
      const each = (item: number, { sleep }: Context) => (item === 3 ? NEVER : sleep(60));
      const it = await start(
        consume({ id: 'child', staleAfterMs: 100, shutdownMs: 0, concurrency, source: () => iterable, each }),
      );
      await it.clock.advance(1_000);
      for (const item of [1, 2]) {
        give(item);
        await it.clock.advance(500);
      }
      expect(it.story).toEqual(['0 up']);
      give(3);
      await it.clock.advance(99);
      expect(it.story).toEqual(['0 up']);
      await it.clock.advance(1);
      expect(it.story).toEqual(['0 up', '2100 COPPICE_STALE', '2100 up']);
      await end(it);
    },
  );

  test('with several in hand, each that is done counts, and the last one that hangs', async () => {
    const { iterable, give } = source();
    const each = (item: number, { sleep }: Context) => (item === 1 ? NEVER : sleep(90));
    const it = await start(
      consume({
        id: 'child',
        staleAfterMs: 100,
        shutdownMs: 0,
        concurrency: 2,
        source: () => iterable,
        each,
      }),
    );
    give(1);
    await it.clock.advance(80);
    give(2);
    await it.clock.advance(189);
    expect(it.story).toEqual(['0 up']);
    await it.clock.advance(1);
    expect(it.story).toEqual(['0 up', '270 COPPICE_STALE', '270 up']);
    await end(it);
  });

  test('a source that is never there is stale; one that has an end may take maxRunMs', async () => {
    const hung = await start(
      consume({ id: 'child', staleAfterMs: 100, shutdownMs: 0, source: () => NEVER, each: run }),
    );
    await hung.clock.advance(100);
    expect(hung.story).toEqual(['0 up', '100 COPPICE_STALE', '100 up']);
    await end(hung);
    const slow = await start(
      consume({ id: 'child', maxRunMs: 100, source: () => [1, 2, 3], each: (_, { sleep }) => sleep(40) }),
    );
    await slow.clock.advance(100);
    expect(slow.story).toEqual(['0 up', '100 COPPICE_RAN_TOO_LONG', '100 up']);
    await end(slow);
  });
});

describe('fromEmitter', () => {
  test('a feed in which nothing comes any more is stale', async () => {
    const made: EventEmitter[] = [];
    const create = () => made[made.push(new EventEmitter()) - 1]!;
    const stop = jest.fn();
    const it = await start(
      fromEmitter({ id: 'child', create, heartbeat: ['message', 'pong'], staleAfterMs: 100, stop }),
    );
    await it.clock.advance(90);
    made[0]!.emit('message', 'hello');
    await it.clock.advance(90);
    made[0]!.emit('pong');
    await it.clock.advance(99);
    expect(it.story).toEqual(['0 up']);
    await it.clock.advance(1);
    expect(it.story).toEqual(['0 up', '280 COPPICE_STALE', '280 up']);
    expect(stop).toHaveBeenCalledWith(made[0]);
    expect(made[0]!.eventNames()).toEqual(['error']);
    made[0]!.emit('message', 'late');
    await it.clock.advance(100);
    expect(it.story.at(-2)).toBe('380 COPPICE_STALE');
    await end(it);
  });

  const emitter = { id: 'child', create: () => new EventEmitter(), stop: run };
  test.each([
    [{ heartbeat: 'message' }, 'heartbeat of fromEmitter() has to be left out without staleAfterMs'],
    [{ heartbeat: 3 as never, staleAfterMs: 1 }, 'heartbeat of fromEmitter() has to be the name of an event'],
    [{ ready: 'open', awaitReady: true }, 'awaitReady of fromEmitter() has to be left out with ready'],
  ])('%j is refused', (options, message) => {
    expect(() => fromEmitter({ ...emitter, ...options })).toThrow(message);
  });
});

test('classify is asked about the errors of adapters, such as that of a port that is taken', async () => {
  const taken = httpServer({ id: 'taken', port: 0, server: () => run });
  const first = await supervisor({ id: 'first', children: [taken] }).start();
  const port = await new Promise<number>((resolve) => {
    void first.startChild(
      interval({ id: 'asker', everyMs: 1, immediately: true, run: ({ use }) => resolve(use(taken).port) }),
    );
  });
  const asked: unknown[] = [];
  const second = httpServer({
    id: 'child',
    port,
    server: () => run,
    boot: 'degraded',
    backoff: { minMs: 1, maxMs: 1 },
    giveUp: 'park',
    classify: (error) => {
      asked.push((error as { code?: unknown }).code);
      return 'permanent';
    },
  });
  const tree = await supervisor({ id: 'app', children: [second] }).start();
  expect(asked).toEqual(['EADDRINUSE']);
  expect(tree.whichChildren()).toMatchObject([{ id: 'child', status: 'parked' }]);
  await tree.stop();
  await first.stop();
});
