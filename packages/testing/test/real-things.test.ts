/** Children that wait for something real in a tree on simulated time: time waits for their starts and stops. */
import { service, task } from '@coppice/core';
import { testTree } from '@coppice/testing';
import { Outside } from '../src/outside.js';

const failure = (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => Promise.reject(new Error('expected a rejection')),
    (error: unknown) => error as Error,
  );

/** A timer of the platform, which no simulated clock knows. */
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const db = service({ id: 'db', start: () => later(5), stop: () => later(5), startTimeoutMs: 100 });
const worker = task({
  id: 'worker',
  bindsTo: [db],
  run: async ({ sleep }) => {
    for (;;) await sleep(1_000);
  },
});

describe('a real start and a real stop are waited for, and take no simulated time', () => {
  test('until', async () => {
    await using app = await testTree([db, worker]);
    app.crash(db, new Error('connection lost'));
    await app.until('worker#2 started');
    app.events.expectOrder('db#1 crashed', 'worker stopped', 'db#2 started', 'worker#2 started');
    app.events.expectNever('* abandoned', '* start-failed');
    expect(app.now).toBe(0);
  });

  test('advance', async () => {
    await using app = await testTree([db, worker]);
    app.crash(db);
    await app.advance(60_000);
    app.events.expectOrder('db#2 started', 'worker#2 started');
    app.events.expectNever('* abandoned');
    expect(app.now).toBe(60_000);
  });

  test('settle', async () => {
    await using app = await testTree([db]);
    app.crash(db);
    await app.settle();
    app.events.expectOrder('db#2 started');
  });

  test('runUntilIdle', async () => {
    await using app = await testTree([db]);
    app.crash(db);
    await app.runUntilIdle();
    app.events.expectOrder('db#2 started');
    app.events.expectNever('* abandoned', '* start-failed');
  });
});

describe('what keeps simulated time waiting', () => {
  const slow = { path: 'test/slow', incarnation: 1, status: 'starting' };
  const scene = (before: string[], pending = [slow]) => {
    const now = { pending, resources: before };
    const outside = new Outside(
      () => now.pending,
      () => now.resources,
    );
    return { outside, now };
  };

  test('a start, and something real that has come since, and not what was there before', () => {
    const { outside, now } = scene(['Timeout']);
    expect(outside.isAwaited).toBe(false);
    now.resources = ['Timeout', 'Timeout'];
    expect(outside.isAwaited).toBe(true);
    now.pending = [];
    expect(outside.isAwaited).toBe(false);
  });

  test('until it is over, whatever else goes', () => {
    const { outside, now } = scene(['Timeout']);
    now.resources = ['Timeout', 'Timeout'];
    expect(outside.isAwaited).toBe(true);
    now.resources = ['Timeout'];
    expect(outside.isAwaited).toBe(true);
    // Another one has nothing to do with it.
    now.pending = [{ ...slow, path: 'test/other' }];
    expect(outside.isAwaited).toBe(false);
  });

  test('what was there before may go, and something else come', () => {
    const { outside, now } = scene(['Timeout']);
    now.resources = [];
    expect(outside.isAwaited).toBe(false);
    now.resources = ['Timeout'];
    expect(outside.isAwaited).toBe(true);
  });

  test('what a child that is up has in hand is no reason to wait for another', () => {
    const { outside, now } = scene([], []);
    now.resources = ['TCPSocketWrap'];
    expect(outside.isAwaited).toBe(false);
    now.pending = [slow];
    expect(outside.isAwaited).toBe(false);
  });

  test('a server that listens is none either', () => {
    const { outside, now } = scene([]);
    now.resources = ['TCPServerWrap'];
    expect(outside.isAwaited).toBe(false);
  });
});

test('a stop that something real holds up for too long is given up as the tree does it', async () => {
  const timers: NodeJS.Timeout[] = [];
  const forLong = service({
    id: 'for-long',
    start: () => {},
    stop: () => new Promise<void>((resolve) => timers.push(setTimeout(resolve, 60_000))),
  });
  const app = await testTree([forLong]);
  const { unstopped } = await app.stop();
  expect(unstopped).toMatchObject([{ path: 'test/for-long', waitedMs: 5_000 }]);
  for (const timer of timers) clearTimeout(timer);
});

describe('what never comes about is told with what is outside simulated time', () => {
  test('a start that waits for something real', async () => {
    let end = (): void => {};
    const slow = service({
      id: 'slow',
      start: () =>
        new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 60_000);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        }),
    });
    await using app = await testTree([slow], { start: false });
    void app.tree.start();
    const { code, message } = await failure(app.until('slow started'));
    end();
    expect(code).toBe('COPPICE_TEST_NEVER');
    expect(message).toMatch(
      /^'slow started' did not come about and never will: no timer is set any more\.\n\ntest\/slow is starting since [12],\d+ ms of real time: its start waits for something outside simulated time \(a timer of its own, a socket\)/,
    );
    expect(message).toContain('Put a stub in the place of what is real (stub, replace)');
    expect(message).toContain("{ time: 'real' }");
    expect(message).toContain('test/slow: starting');
  });

  test('a child that is up, and does something real', async () => {
    const timers: NodeJS.Timeout[] = [];
    const job = task({
      id: 'job',
      run: () =>
        new Promise<void>((resolve) => {
          // Enough to be seen among what the test runner sets and clears.
          for (let count = 0; count < 50; count++) timers.push(setTimeout(resolve, 60_000));
        }),
      onStuck: 'abandon',
      shutdownMs: 1,
    });
    const app = await testTree([job, worker, db]);
    const { message } = await failure(app.until('job completed'));
    expect(message).toMatch(/of simulated time\.\n\nReal, and under way in this process: .*\d\d Timeout/);
    for (const timer of timers) clearTimeout(timer);
    await app[Symbol.asyncDispose]();
  });
});
