/** Children that do as their script says. */
import { readFile } from 'node:fs/promises';
import { dynamicSupervisor, service, task } from '@coppice/core';
import {
  type Behaviour,
  beats,
  completes,
  crashes,
  exits,
  failsInStrayPromise,
  failsToStart,
  failsToStop,
  fromRun,
  hangsAtStart,
  hangsAtStop,
  ignoresAbort,
  leaksTimer,
  misbehaving,
  onRun,
  scripted,
  startsSlowly,
  stopsSlowly,
  testTree,
  throwsInCallback,
  works,
} from '@coppice/testing';

test('run by run', async () => {
  const db = scripted(
    'db',
    onRun(1, startsSlowly(10), crashes('first', { afterMs: 100 })),
    onRun(2, crashes(new RangeError('second'), { afterMs: 200 })),
    fromRun(3, works),
  );
  await using test = await testTree([db]);
  expect([test.now, test.use(db)]).toEqual([10, 1]);
  await test.runUntilIdle();
  // The delay of a crash counts from when it has been started, which is at the end of its slow start.
  expect(test.events.all.flatMap((event) => (event.type === 'child:crashed' ? [event.at] : []))).toEqual([
    110, 310,
  ]);
  expect(test.use(db)).toBe(3);
  test.events.expectOrder(
    { type: 'child:crashed', error: { message: 'first' } },
    { type: 'child:crashed', error: { name: 'RangeError', message: 'second' } },
    'db#3 started',
  );
});

test('a behaviour by itself is for all runs', async () => {
  const db = scripted({ id: 'db', maxRestarts: 2, withinMs: 60_000 }, crashes('again'));
  await using test = await testTree([db]);
  await test.until('test stopped');
  expect(test.events.count('db crashed')).toBe(3);
});

test('several behaviours of one run, one after the other, also with promises of another realm', async () => {
  const order: string[] = [];
  const step = (name: string, what: () => unknown): Behaviour => ({
    start: () => {
      order.push(name);
      return what();
    },
  });
  const db = scripted(
    'db',
    step('at once', () => 'no promise'),
    step('of Node', () => readFile(__filename).then(() => void order.push('read'))),
    startsSlowly(5),
    startsSlowly(7),
    step('last', () => undefined),
  );
  await using test = await testTree([db]);
  expect([test.now, order]).toEqual([12, ['at once', 'of Node', 'read', 'last']]);
});

test('from a run on', async () => {
  const db = scripted({ id: 'db', maxRestarts: 9 }, fromRun(2, crashes('again', { afterMs: 100 })));
  await using test = await testTree([db]);
  await test.settle();
  test.events.expectNever('db crashed');
  test.crash(db);
  await test.until('db#4 started');
  expect(test.events.about(db).filter(({ type }) => type === 'child:crashed')).toMatchObject([
    { incarnation: 1 },
    { incarnation: 2 },
    { incarnation: 3 },
  ]);
});

test('a start that fails, now and then', async () => {
  const db = scripted(
    { id: 'db', boot: 'retry', backoff: { minMs: 10, maxMs: 10 } },
    onRun(1, failsToStart('no')),
  );
  await using test = await testTree([db]);
  test.events.expectOrder({ type: 'child:start-failed', error: { message: 'no' } }, 'db#2 started');
});

test('a start that hangs is broken off, and abandoned', async () => {
  const db = scripted({ id: 'db', startTimeoutMs: 50, shutdownMs: 20 }, onRun(2, hangsAtStart));
  await using test = await testTree([db]);
  test.crash(db);
  await test.until('db#3 started');
  test.events.expectOrder(
    'db#2 starting',
    { type: 'child:abandoned', phase: 'starting' },
    'db#2 start-failed',
  );
  expect(test.now).toBe(70);
});

test('an end that takes long, or for ever, or fails', async () => {
  await using test = await testTree([
    scripted('slow', stopsSlowly(4_999)),
    scripted({ id: 'stuck', shutdownMs: 100 }, hangsAtStop),
    scripted('sloppy', failsToStop('oh')),
  ]);
  const { unstopped } = await test.stop();
  expect(unstopped.map(({ path }) => path)).toEqual(['test/stuck']);
  expect(test.now).toBe(100 + 4_999);
  test.events.expectOrder(
    { type: 'child:cleanup-failed', id: 'sloppy', error: { message: 'oh' } },
    'stuck abandoned',
    'slow stopped',
  );
});

test('a stop behaviour comes after what the child does itself', async () => {
  const order: string[] = [];
  const own = service({ id: 'own', start: () => 'value', stop: (value) => void order.push(`stop ${value}`) });
  const behaviour: Behaviour = { stop: () => void order.push('behaviour') };
  await using test = await testTree([misbehaving(own, behaviour)]);
  await test.stop();
  expect(order).toEqual(['stop value', 'behaviour']);
});

test('one that ends normally', async () => {
  await using test = await testTree([
    scripted({ id: 'job', restart: 'transient' }, completes({ afterMs: 5 })),
  ]);
  await test.runUntilIdle();
  test.events.expectOrder({ type: 'child:completed', reason: { kind: 'normal' } });
  expect(test.statuses).toEqual(['test/job: stopped']);
});

test('one that beats, and stalls', async () => {
  const feed = scripted(
    { id: 'feed', staleAfterMs: 100 },
    onRun(1, beats(60, { times: 3 })),
    onRun(2, beats(60)),
  );
  await using test = await testTree([feed]);
  await test.advance(279);
  test.events.expectNever('feed crashed');
  await test.advance(1);
  test.events.expectOrder('feed crashed', 'feed#2 started');
  await test.advance(10_000);
  expect(test.events.count('feed crashed')).toBe(1);
});

describe('a task that does not hear that it has to end', () => {
  const turns: number[] = [];
  const poller = task({
    id: 'poller',
    shutdownMs: 50,
    run: async ({ signal, sleep, attempt }) => {
      while (!signal.aborted && turns.length < 100) {
        turns.push(attempt);
        await sleep(10);
      }
    },
  });

  test('runs on behind its end', async () => {
    await using test = await testTree([misbehaving(poller, onRun(1, ignoresAbort))]);
    const { unstopped } = await test.stop();
    expect(unstopped).toMatchObject([{ path: 'test/poller', phase: 'running' }]);
    const before = turns.length;
    await test.advance(100);
    expect(turns.length).toBe(before + 10);
    await test.runUntilIdle();
    test.events.expectOrder('poller abandoned', 'poller settled');
  });

  test('in its other runs it does', async () => {
    await using test = await testTree([misbehaving(poller, onRun(2, ignoresAbort))]);
    expect((await test.stop()).unstopped).toEqual([]);
  });
});

describe('faults that go astray', () => {
  test.each([
    ['in a callback', throwsInCallback('oops', { afterMs: 5 })],
    ['in a promise', failsInStrayPromise('oops', { afterMs: 5 })],
  ])('%s, are the crash of the child: the kit plays the fault domain', async (_where, behaviour) => {
    await using test = await testTree([scripted('feed', onRun(1, behaviour))]);
    await test.advance(5);
    test.events.expectOrder({ type: 'child:crashed', error: { message: 'oops' } }, 'feed#2 started');
  });

  test('not when it is over by then', async () => {
    await using test = await testTree([scripted('feed', onRun(1, throwsInCallback('oops', { afterMs: 5 })))]);
    test.crash('feed');
    await test.runUntilIdle();
    expect(test.events.count('feed crashed')).toBe(1);
    test.events.expectNever('feed late-fault');
  });
});

test('a timer that is left behind, until it is taken away', async () => {
  const setIntervals = jest.spyOn(globalThis, 'setInterval');
  const cleared = jest.spyOn(globalThis, 'clearInterval');
  const leak = leaksTimer(1_000);
  try {
    await using test = await testTree([scripted('sloppy', leak)]);
    test.crash('sloppy');
    await test.settle();
    await test.stop();
    expect([setIntervals.mock.calls.length, cleared.mock.calls.length]).toEqual([2, 0]);
  } finally {
    leak.clear();
  }
  expect(cleared.mock.calls.map(([timer]) => timer)).toEqual(
    setIntervals.mock.results.map(({ value }) => value),
  );
});

test('it does not end the process that runs the tests', async () => {
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const send = Object.getOwnPropertyDescriptor(process, 'send');
  Object.assign(process, { send: undefined });
  try {
    await using test = await testTree([scripted('worker', onRun(1, exits(3)))]);
    await test.settle();
    test.events.expectOrder({ type: 'child:crashed', error: { code: 'COPPICE_TEST_EXIT' } });
    expect(exit).not.toHaveBeenCalled();
    await using other = await testTree([scripted('worker', onRun(1, exits(3, { evenHere: true })))]);
    await other.settle();
    expect(exit.mock.calls).toEqual([[3]]);
  } finally {
    if (send) Object.defineProperty(process, 'send', send);
  }
});

describe("a user's own child", () => {
  test('keeps its value, its arguments and its clean-up', async () => {
    const log: string[] = [];
    const conn = service({
      id: 'conn',
      start: ({ defer }, host: string) => {
        defer(() => log.push('deferred'));
        return { host };
      },
      stop: ({ host }) => void log.push(`close ${host}`),
    });
    const flaky = misbehaving(conn, onRun(1, startsSlowly(10), crashes('reset', { afterMs: 5 })));
    expect(flaky).toMatchObject({ id: 'conn', kind: 'service', shutdownMs: 5_000 });
    await using test = await testTree(dynamicSupervisor({ id: 'conns', child: flaky }));
    await test.until(test.tree.startChild({ args: ['eu'] }));
    await test.runUntilIdle();
    test.events.expectOrder('conn#1#1 crashed', 'conn#1#2 started');
    expect(log).toEqual(['close eu', 'deferred']);
  });

  test('a task that crashes stops what it does', async () => {
    const aborted: number[] = [];
    const poller = task({
      id: 'poller',
      run: ({ signal, attempt }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push(attempt);
            resolve();
          });
        }),
    });
    await using test = await testTree([misbehaving(poller, onRun(1, crashes('lost', { afterMs: 20 })))]);
    await test.runUntilIdle();
    expect(aborted).toEqual([1]);
    expect(test.events.all.find(({ type }) => type === 'child:crashed')).toMatchObject({ uptimeMs: 20 });
  });

  test('is found by a reference to the original, also without a replacement', async () => {
    const poller = task({ id: 'poller', run: ({ sleep }) => sleep(1_000) });
    await using test = await testTree([misbehaving(poller)]);
    test.crash(poller, new Error('by the original'));
    await test.settle();
    test.events.expectOrder({ type: 'child:crashed', error: { message: 'by the original' } });
  });

  test('what is no worker is refused', () => {
    expect(() => misbehaving({ kind: 'supervisor' } as never)).toThrow('has to be a service or a task');
    expect(() => misbehaving(undefined as never)).toThrow('has to be a service or a task');
  });
});
