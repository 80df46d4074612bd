/** Threads that hang: whoever does not show itself alive any more is ended, whatever it does. */
import { type Clock, type Service, type ThreadHandle, SimulatedClock, isCoppiceError, thread } from 'coppice';
import { acting, boot, cleanUpAfterEach, fixture, nextMessage, story, threadsAlive } from './support.js';

cleanUpAfterEach();

/** A simulated clock that tells when it is asked for the time: each heartbeat does. */
function attentiveClock() {
  const simulated = new SimulatedClock();
  let heard = (): void => {};
  const clock: Clock = {
    now: () => {
      heard();
      return simulated.now();
    },
    setTimer: (callback, ms) => simulated.setTimer(callback, ms),
    clearTimer: (timer) => simulated.clearTimer(timer),
  };
  const nextBeat = () => new Promise<void>((resolve) => (heard = resolve));
  return { simulated, clock, nextBeat };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const watched = { staleAfterMs: 10, shutdownMs: 50 };

const kinds: [string, Service<ThreadHandle>, unknown][] = [
  ['a function that calls heartbeat', acting('beat', watched), 'busy'],
  [
    'a supervisor',
    thread({ id: 'worker', file: fixture('subtree.mjs'), ...watched }),
    { to: 'us', order: 'busy' },
  ],
  ['a file without runThread', thread({ id: 'worker', file: fixture('plain.cjs'), ...watched }), 'busy'],
];

test.each(kinds)(
  '%s is fine as long as it is alive, and is killed in a busy loop',
  async (_kind, spec, order) => {
    const { simulated, clock, nextBeat } = attentiveClock();
    const { current, events, event } = await boot(spec, {}, { clock });
    const first = current();
    for (let round = 0; round < 5; round++) {
      await simulated.advance(9);
      await nextBeat();
    }
    expect(story(events)).not.toContain('child:crashed');
    first.post(order);
    // What it has said before is heard first.
    const isStopping = () => events.some(({ type }) => type === 'child:crashed');
    const wait = event('child:crashed');
    while (!isStopping() && threadsAlive() === 1) {
      await simulated.advance(10);
      await turn();
    }
    expect((await wait).error.code).toBe('COPPICE_STALE');
    await event('child:started', ({ incarnation, id }) => incarnation === 2 && id === 'worker');
    expect([threadsAlive(), current() === first]).toEqual([1, false]);
    expect(story(events)).not.toContain('child:abandoned');
  },
);

test('a function that waits for nothing that will ever come ends in order, as it can hear that it is to stop', async () => {
  const clock = new SimulatedClock();
  const farewells: unknown[] = [];
  const onMessage = (message: unknown) => farewells.push(message);
  const { events, event } = await boot(acting('echo', { staleAfterMs: 1_000, onMessage }), {}, { clock });
  await clock.advance(1_000);
  const { error } = await event('child:crashed');
  expect(error).toMatchObject({
    code: 'COPPICE_STALE',
    message: expect.stringContaining(
      `'app/worker' has called heartbeat() no more for its staleAfterMs of 1000 ms`,
    ),
  });
  expect(farewells).toEqual([{ farewell: 'COPPICE_STOP_REQUESTED' }]);
  await event('child:started', ({ incarnation, id }) => incarnation === 2 && id === 'worker');
  expect(story(events)).not.toContain('child:late-fault');
});

test.each([
  [{ staleAfterMs: 3_600_000 }, 1],
  [{}, 0],
])(
  'a million heartbeats are one message to the parent, and none if nobody watches: %j',
  async (options, sent) => {
    const { current } = await boot(acting('beat a million times', { ...options, shutdownMs: 0 }));
    expect(await nextMessage(current())).toEqual({ sent });
  },
);

test('a heartbeat that was not told, as it came so soon after another one, counts as well', async () => {
  const { simulated, clock, nextBeat } = attentiveClock();
  const { events, event } = await boot(
    acting('beat twice', { staleAfterMs: 5_000, shutdownMs: 0 }),
    {},
    { clock },
  );
  await simulated.advance(4_000);
  await nextBeat();
  await simulated.advance(4_999);
  expect(story(events)).not.toContain('child:stopping');
  expect(story(events)).not.toContain('child:crashed');
  await simulated.advance(1);
  expect((await event('child:crashed')).error.code).toBe('COPPICE_STALE');
});

test('a run that takes too long is ended, whatever it does', async () => {
  const clock = new SimulatedClock();
  const { current, event } = await boot(acting('busy', { maxRunMs: 60_000, shutdownMs: 0 }), {}, { clock });
  const first = current();
  first.post('go');
  await clock.advance(60_000);
  expect((await event('child:crashed')).error.code).toBe('COPPICE_RAN_TOO_LONG');
  await event('child:started', ({ incarnation, id }) => incarnation === 2 && id === 'worker');
  expect(current().threadId).not.toBe(first.threadId);
});

test('a start that takes too long is broken off, and the thread is gone', async () => {
  const spec = thread({
    id: 'worker',
    file: fixture('plain-busy.mjs'),
    startTimeoutMs: 200,
    shutdownMs: 50,
    boot: 'degraded',
    backoff: { minMs: 60_000, maxMs: 60_000 },
  });
  const { tree } = await boot(spec);
  expect(tree.snapshot().children.at(-1)).toMatchObject({
    status: 'backing-off',
    lastExit: { kind: 'crash', error: { code: 'COPPICE_START_TIMEOUT' } },
  });
  expect(threadsAlive()).toBe(0);
});

describe('classify', () => {
  test.each([
    ['exit', { code: 78 }, (error: unknown) => (error as { exitCode?: unknown }).exitCode, 78],
    ['throw', {}, (error: unknown) => (error as { status?: unknown }).status, 503],
    ['memory', {}, (error: unknown) => (error as { code?: unknown }).code, 'ERR_WORKER_OUT_OF_MEMORY'],
  ])('is asked with the error of the thread: %s', async (act, data, look, expected) => {
    const seen: unknown[] = [];
    const spec = acting(act, {
      data,
      resourceLimits: { maxOldGenerationSizeMb: 16 },
      giveUp: 'park',
      classify: (error) => {
        seen.push(look(error));
        return 'permanent';
      },
    });
    const { tree, event } = await boot(spec);
    expect(await event('child:gave-up')).toMatchObject({ giveUp: 'park', because: 'permanent' });
    expect(seen).toEqual([expected]);
    expect(tree.snapshot().children.at(-1)).toMatchObject({ status: 'parked', incarnation: 1 });
    expect(threadsAlive()).toBe(0);
  });

  test('and with that of a start that failed', async () => {
    const seen: unknown[] = [];
    const spec = thread({
      id: 'worker',
      file: '/nowhere/worker.js',
      boot: 'degraded',
      backoff: { minMs: 60_000, maxMs: 60_000 },
      giveUp: 'park',
      classify: (error) => {
        seen.push(isCoppiceError(error), (error as { code?: unknown }).code);
        return 'permanent';
      },
    });
    const { tree } = await boot(spec);
    expect(seen).toEqual([false, 'COPPICE_THREAD_FILE_NOT_FOUND']);
    expect(tree.snapshot().children.at(-1)).toMatchObject({ status: 'parked' });
  });
});
