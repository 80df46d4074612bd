/** Children that wait for something real in a tree on simulated time: time waits for their starts and stops. */
import { createServer } from 'node:http';
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
  const starting = { path: 'test/slow', incarnation: 1, status: 'starting' };

  test('a start, and something real that has come since', () => {
    const outside = new Outside(() => [starting]);
    expect(outside.isAwaited).toBe(false);
    const timer = setTimeout(() => {}, 60_000);
    expect(outside.isAwaited).toBe(true);
    // What was there before is none of its business.
    expect(new Outside(() => [starting]).isAwaited).toBe(false);
    clearTimeout(timer);
    expect(outside.isAwaited).toBe(false);
  });

  test('what was there before may go, and something else come', () => {
    const before = setTimeout(() => {}, 60_000);
    const outside = new Outside(() => [starting]);
    clearTimeout(before);
    expect(outside.isAwaited).toBe(false);
    const timer = setTimeout(() => {}, 60_000);
    expect(outside.isAwaited).toBe(true);
    clearTimeout(timer);
  });

  test('without a start or a stop nothing does, and neither does a server that listens', async () => {
    const outside = new Outside(() => [starting]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect(outside.isAwaited).toBe(false);
    const timer = setTimeout(() => {}, 60_000);
    expect([outside.isAwaited, new Outside(() => []).isAwaited]).toEqual([true, false]);
    clearTimeout(timer);
    await new Promise((resolve) => server.close(resolve));
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
    expect(message).toContain('Real, and under way in this process: Timeout.');
    expect(message).toContain('Put a stub in the place of what is real (stub, replace)');
    expect(message).toContain("{ time: 'real' }");
    expect(message).toContain('test/slow: starting');
  });

  test('a child that is up, and does something real', async () => {
    const timers: NodeJS.Timeout[] = [];
    const job = task({
      id: 'job',
      run: () => new Promise<void>((resolve) => timers.push(setTimeout(resolve, 60_000))),
      onStuck: 'abandon',
      shutdownMs: 1,
    });
    const app = await testTree([job, worker, db]);
    const { message } = await failure(app.until('job completed'));
    expect(message).toMatch(
      /did not come about within 3,600,000 ms of simulated time\.\n\nReal, and under way/,
    );
    for (const timer of timers) clearTimeout(timer);
    // With nothing real about, there is nothing to say of it.
    const again = await failure(app.until('job completed', { timeoutMs: 1 }));
    expect(again.message).not.toContain('Real, and under way');
    await app[Symbol.asyncDispose]();
  });
});
