/** A tree under test: its time, its chance, how it starts and ends. */
import { request, createServer } from 'node:http';
import {
  type SupervisorTree,
  SimulatedClock,
  dynamicSupervisor,
  pool,
  service,
  supervisor,
  task,
} from '@coppice/core';
import {
  crashes,
  failsToStart,
  hangsAtStart,
  hangsAtStop,
  onRun,
  scripted,
  startsSlowly,
  stopsSlowly,
  testTree,
} from '@coppice/testing';

const failure = (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => Promise.reject(new Error('expected a rejection')),
    (error: unknown) => error as Error,
  );

const backoff = { minMs: 1_000, maxMs: 60_000 };

test('it is started, and at its end stopped, and what takes time takes none', async () => {
  let tree: SupervisorTree;
  {
    await using test = await testTree([
      scripted('db', startsSlowly(60_000), stopsSlowly(4_000)),
      scripted('api'),
    ]);
    ({ tree } = test);
    expect(test.statuses).toEqual(['test/db: running', 'test/api: running']);
    expect(test.now).toBe(60_000);
    expect(test.use(tree.childSpec('db') as never)).toBe(1);
  }
  expect(tree.snapshot().phase).toBe('stopped');
});

test('time goes by only as the test lets it', async () => {
  await using test = await testTree([
    scripted({ id: 'db', backoff: { ...backoff, jitter: 0 } }, onRun(1, crashes('lost', { afterMs: 10 }))),
  ]);
  await test.advance(9);
  test.events.expectNever('db crashed');
  await test.advance(1);
  test.events.expectOrder('db crashed');
  await test.advance(999);
  expect(test.statuses).toEqual(['test/db: backing-off']);
  await test.advance(1);
  expect(test.statuses).toEqual(['test/db: running']);
});

test('settle gives promises and due timers their turn, and no time goes by', async () => {
  await using test = await testTree([scripted('db', onRun(1, crashes()))]);
  await test.settle();
  test.events.expectOrder('db crashed', 'db#2 started');
  expect(test.now).toBe(0);
});

test('runUntilIdle goes from timer to timer to the end', async () => {
  await using test = await testTree([
    scripted('a', onRun(1, crashes('', { afterMs: 50 })), onRun(2, crashes('', { afterMs: 70_000 }))),
  ]);
  await test.runUntilIdle();
  expect([test.now, test.pendingTimers, test.events.count('a started')]).toEqual([70_050, 0, 3]);
});

test('what never rests is told so, and does not run for ever', async () => {
  const ticker = task({
    id: 'ticker',
    run: async ({ sleep }) => {
      for (;;) await sleep(10);
    },
  });
  await using test = await testTree([ticker]);
  await expect(test.runUntilIdle(100)).rejects.toThrow(RangeError);
});

describe('until', () => {
  test('an event, a promise, a condition', async () => {
    const db = scripted({ id: 'db', backoff }, stopsSlowly(100));
    await using test = await testTree([db]);
    test.crash(db);
    await test.until('db#2 started');
    expect(test.now).toBeGreaterThan(500);
    expect(await test.until(test.tree.restartNow(db))).toMatchObject({ incarnation: 3 });
    test.crash('db');
    await test.until(() => test.tree.child('db')?.incarnation === 4);
    await test.until((event) => event.type === 'child:started' && event.incarnation === 4);
    await test.until({ type: 'child:started', ref: db, incarnation: 4 });
  });

  test('the rejection of a promise', async () => {
    await using test = await testTree([scripted('db')]);
    expect((await failure(test.until(test.tree.restartChild('db')))).message).toContain('end it first');
  });

  test('what does not come about is told with all that has happened', async () => {
    await using test = await testTree([
      scripted('db', onRun(1, crashes('lost'))),
      task({
        id: 'ticker',
        run: async ({ sleep }) => {
          for (;;) await sleep(1_000);
        },
      }),
    ]);
    const error = await failure(test.until('db#3 started', { timeoutMs: 5_000 }));
    expect(error.code).toBe('COPPICE_TEST_NEVER');
    expect(error.message).toMatch(/^'db#3 started' did not come about within 5,000 ms of simulated time\./);
    expect(error.message).toContain('test/db: running');
    expect(error.message).toContain('test/db#1 crashed: lost');
    expect(error.stack).toContain('test-tree.test.ts');
    expect(test.now).toBeLessThanOrEqual(5_000);
  });

  test('where no timer is set it never will', async () => {
    await using test = await testTree([scripted('db')]);
    const error = await failure(test.until('db crashed'));
    expect(error.message).toContain("'db crashed' did not come about and never will: no timer is set");
  });

  test('it waits for what no timer stands for', async () => {
    const web = service({
      id: 'web',
      start: () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer((_request, response) => response.end('hello'));
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
      stop: (server) => new Promise((resolve) => server.close(resolve)),
    });
    await using test = await testTree([web]);
    const { port } = test.use(web).address() as { port: number };
    const status = await new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});

test('the same seed gives the same delays, another one others', async () => {
  const delays = async (seed?: number): Promise<number[]> => {
    const db = scripted({ id: 'db', backoff }, crashes());
    await using test = await testTree([db], seed === undefined ? {} : { seed });
    await test.until('db#4 started');
    return test.events.all.flatMap((event) => (event.type === 'child:restarting' ? [event.delayMs] : []));
  };
  const [first, again, one, two] = [await delays(), await delays(), await delays(1), await delays(2)];
  expect(again).toEqual(first);
  expect(one).toEqual(first);
  expect(two).not.toEqual(first);
});

test('what hangs at its end does not keep a test from ending', async () => {
  const clock = new SimulatedClock();
  {
    await using test = await testTree([scripted({ id: 'db', shutdownMs: Infinity }, hangsAtStop)], {
      time: clock,
    });
    test.hang('db');
    void test.tree.stop();
    await test.advance(1_000_000);
    expect(test.statuses).toEqual(['test/db: stopping']);
  }
  expect(clock.pendingTimers).toBe(0);
});

test('a start that fails is the failure of the test, and nothing is left', async () => {
  const error = await failure(testTree([scripted('a'), scripted('db', failsToStart('no route'))]));
  expect(error.message).toContain('no route');
  const hanging = scripted({ id: 'db', startTimeoutMs: 100 }, hangsAtStart);
  expect((await failure(testTree([hanging]))).message).toContain('test/db');
});

test('without a start it can be looked at first, and thrown away', async () => {
  await using test = await testTree([scripted('db', onRun(1, failsToStart()))], { start: false });
  expect(test.tree.snapshot().phase).toBe('idle');
  await expect(test.start()).rejects.toThrow('it does not start');
  test.events.expectOrder('db start-failed', 'test start-failed');
  await using unused = await testTree([scripted('db')], { start: false });
  expect(unused.events.all).toEqual([]);
});

test('several trees on one clock', async () => {
  const clock = new SimulatedClock(5);
  await using one = await testTree([scripted('a', crashes('', { afterMs: 10 }))], { time: clock });
  await using two = await testTree([scripted('b', crashes('', { afterMs: 10 }))], { time: clock });
  await one.advance(10);
  expect([one.events.count('a crashed'), two.events.count('b crashed'), two.now]).toEqual([1, 1, 15]);
});

test('trees of all kinds: their handles, and references to their roots', async () => {
  const conns = dynamicSupervisor({
    id: 'conns',
    child: service({ id: 'conn', start: (_context, name: string) => name }),
  });
  await using dynamic = await testTree(conns);
  await dynamic.tree.startChild({ args: ['x'] });
  expect(dynamic.statuses).toEqual(['conns/conn#1: running']);

  const lines = pool({ id: 'lines', size: 1, child: service({ id: 'line', start: () => 'a line' }) });
  await using lent = await testTree(lines);
  expect(await lent.tree.use(lines).withResource((line) => line)).toBe('a line');

  // What has more methods than a declaration, as an application has, is taken as data.
  const started = jest.fn();
  const spec = supervisor({ id: 'shop', children: [scripted('db')] });
  const app = Object.assign(Object.create({ start: started, handle: started }), spec) as typeof spec;
  await using shop = await testTree(app);
  expect([shop.path, shop.statuses]).toEqual(['shop', ['shop/db: running']]);
  expect(started).not.toHaveBeenCalled();
});

test('its log goes nowhere, or where it is said', async () => {
  const lines: unknown[] = [];
  const say = (...what: unknown[]): void => void lines.push(what.at(-1));
  const logger = { debug: say, info: say, warn: say, error: say, child: () => logger };
  const talker = task({
    id: 'talker',
    restart: 'temporary',
    run: ({ log }) => log.info('hello'),
  });
  await using silent = await testTree([talker]);
  await using loud = await testTree([talker], { logger });
  expect(lines).toEqual(['hello']);
  expect(silent.events.count('talker completed') + loud.events.count('talker completed')).toBe(2);
});

describe('other times', () => {
  test('real time', async () => {
    const db = scripted({ id: 'db', backoff: { minMs: 2, maxMs: 2 } }, onRun(1, crashes('', { afterMs: 1 })));
    await using test = await testTree([db], { time: 'real' });
    await test.until('db#2 started');
    const before = test.now;
    await test.advance(3);
    await test.settle();
    expect(test.now - before).toBeGreaterThanOrEqual(3);
    expect(test.pendingTimers).toBe(0);
    await expect(test.until('db gave-up', { timeoutMs: 10 })).rejects.toThrow(
      'did not come about within 10 ms',
    );
    await expect(test.runUntilIdle()).rejects.toMatchObject({ code: 'COPPICE_TEST_REAL_TIME' });
  });

  test('the fake timers of the test runner', async () => {
    jest.useFakeTimers();
    try {
      const sleeper = task({
        id: 'sleeper',
        restart: 'temporary',
        // Not the clock of the tree: a timer as any code has it.
        run: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
      });
      await using test = await testTree([sleeper], { time: jest.advanceTimersByTimeAsync });
      await test.advance(59_999);
      test.events.expectNever('sleeper completed');
      await test.advance(1);
      test.events.expectOrder('sleeper completed');
    } finally {
      jest.useRealTimers();
    }
  });
});

test.each([
  [{ time: 'fast' }, "time of testTree() has to be 'simulated'"],
  [{ sed: 1 }, 'its options are time, seed'],
])('wrong options: %j', async (options, message) => {
  const error = await failure(testTree([], options as never));
  expect([error.code, error.message]).toEqual(['COPPICE_TEST_OPTION', expect.stringContaining(message)]);
});

test('what is no tree is told so', async () => {
  const error = await failure(testTree(scripted('db') as never));
  expect(error.message).toContain('has to be the declaration of a supervisor');
});
