/** Wrong options: clear errors where the declaration stands. */
import { ApplicationError, SimulatedClock, application, service, task } from 'coppice';

const idle = (id: string) =>
  task({ id, run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) });

const declare = (options: object): unknown => application({ id: 'shop', children: [idle('a')], ...options });

test.each([
  [
    { signals: ['SIGTREM'] },
    'COPPICE_APP_UNKNOWN_SIGNAL',
    "signals: there is no signal 'SIGTREM' here; did you mean 'SIGTERM'?",
  ],
  [
    { signals: ['term'] },
    'COPPICE_APP_UNKNOWN_SIGNAL',
    "signals: there is no signal 'term' here; did you mean 'SIGTERM'?",
  ],
  [{ signals: [15] }, 'COPPICE_APP_UNKNOWN_SIGNAL', 'signals: there is no signal 15 here'],
  [
    { signals: 'SIGTERM' },
    'COPPICE_APP_INVALID_OPTION',
    "signals has to be an array of signal names, like ['SIGTERM', 'SIGINT']; got 'SIGTERM'",
  ],
  [
    { signals: ['SIGKILL'] },
    'COPPICE_APP_UNUSABLE_SIGNAL',
    'signals: SIGKILL cannot be heard by any process; leave it out',
  ],
  [
    { drainMs: 5_000, shutdownMs: 5_000 },
    'COPPICE_APP_NO_TIME_TO_STOP',
    'with shutdownMs 5000 and drainMs 5000 none is left to stop the children; raise shutdownMs or lower drainMs',
  ],
  [{ shutdownMs: 0 }, 'COPPICE_APP_NO_TIME_TO_STOP', 'none is left to stop the children'],
  [
    { shutdownMs: '10s' },
    'COPPICE_APP_INVALID_OPTION',
    "shutdownMs has to be a number of milliseconds, 0 or more, or Infinity; got '10s'",
  ],
  [
    { drainMs: Infinity },
    'COPPICE_APP_INVALID_OPTION',
    'drainMs has to be a number of milliseconds, 0 or more; got Infinity',
  ],
  [{ startTimeoutMs: NaN }, 'COPPICE_APP_INVALID_OPTION', 'startTimeoutMs has to be'],
  [
    { faults: 'contian' },
    'COPPICE_APP_INVALID_OPTION',
    "faults has to be 'off', 'label', 'contain', or an object like { policy: 'contain', maxContained: 20 }; got 'contian'; " +
      "did you mean 'contain'?",
  ],
  [{ faults: null }, 'COPPICE_APP_INVALID_OPTION', 'maxContained: 20 }; got null'],
  [{ faults: ['contain'] }, 'COPPICE_APP_INVALID_OPTION', "faults has to be 'off', 'label', 'contain', or"],
  [
    { faults: { policy: 'contain', maxContaind: 20 } },
    'COPPICE_APP_INVALID_OPTION',
    "faults has to be an object of policy, maxContained, withinMs; got 'maxContaind'; did you mean 'maxContained'?",
  ],
  [
    { faults: { policy: 'contian' } },
    'COPPICE_APP_INVALID_OPTION',
    "faults.policy has to be 'off', 'label', 'contain'; got 'contian'; did you mean 'contain'?",
  ],
  [
    { faults: { maxContained: 20 } },
    'COPPICE_APP_INVALID_OPTION',
    "faults.policy has to be 'off', 'label', 'contain'; got undefined",
  ],
  [
    { faults: { policy: 'contain', maxContained: -1 } },
    'COPPICE_APP_INVALID_OPTION',
    'faults.maxContained has to be a whole number, 0 or more, or Infinity; got -1',
  ],
  [
    { faults: { policy: 'contain', withinMs: 0 } },
    'COPPICE_APP_INVALID_OPTION',
    'faults.withinMs has to be a number of milliseconds above 0; got 0',
  ],
  [
    { random: 0.5 },
    'COPPICE_APP_INVALID_OPTION',
    'random has to be a function that returns a number from 0 to below 1; got 0.5',
  ],
  [
    { shutdwnMs: 1 },
    'COPPICE_APP_UNKNOWN_OPTION',
    "an application has no option 'shutdwnMs'; did you mean 'shutdownMs'?; its options are id, ",
  ],
  [
    { restart: 'transient' },
    'COPPICE_APP_UNKNOWN_OPTION',
    "an application has no option 'restart'; its options",
  ],
])('%j is refused with %s', (options, code, message) => {
  expect(() => declare(options)).toThrow(ApplicationError);
  expect(() => declare(options)).toThrow(expect.objectContaining({ code }));
  expect(() => declare(options)).toThrow(message);
});

test.each([
  [{ strategy: 'one_for_one' }, 'COPPICE_INVALID_STRATEGY'],
  [{ id: '' }, 'COPPICE_INVALID_ID'],
  [{ children: undefined }, 'COPPICE_CHILDREN_NOT_A_LIST'],
  [{ children: [idle('a'), idle('a')] }, 'COPPICE_DUPLICATE_ID'],
  [{ health: { port: 0 }, children: [idle('health')] }, 'COPPICE_DUPLICATE_ID'],
  [{ childBackoff: { minMs: 5 } }, 'COPPICE_INVALID_BACKOFF'],
  [{ startOrder: 'together' }, 'COPPICE_INVALID_CHOICE'],
])('%j is refused by core with %s', (options, code) => {
  expect(() => declare(options)).toThrow(expect.objectContaining({ name: 'SpecError', code }));
});

test('no options at all', () => {
  expect(() => application(undefined as never)).toThrow(
    'the argument of application() has to be an object of options, like { id, children }; got undefined',
  );
});

test('the same signal twice is one', () => {
  expect(() => declare({ signals: ['SIGTERM', 'SIGTERM'] })).not.toThrow();
});

test('what its supervisor can say, it can say: childBackoff, startOrder', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const slow = (id: string) =>
    service({
      id,
      start: async ({ sleep }) => {
        seen.push(`${clock.now()} ${id}`);
        await sleep(100);
      },
    });
  const bad = task({
    id: 'bad',
    run: ({ attempt }) => {
      seen.push(`${clock.now()} bad ${attempt}`);
      throw new Error('no');
    },
  });
  const app = application({
    id: 'shop',
    maxRestarts: Infinity,
    startOrder: 'parallel',
    childBackoff: { minMs: 1_000, maxMs: 1_000, jitter: 0.5 },
    random: () => 0.5,
    clock,
    children: [slow('a'), slow('b'), bad],
  });
  const starting = app.start();
  await clock.advance(100);
  await starting;
  await clock.advance(750);
  // The delay of 1,000 ms, shortened by half of half of it, from when all had started.
  expect(seen).toEqual(['0 a', '0 b', '0 bad 1', '850 bad 2']);
  const stopping = app.stop();
  await clock.runUntilIdle();
  await stopping;
});

test('a start that takes too long names whoever is tried again', async () => {
  const clock = new SimulatedClock();
  const bad = service({
    id: 'bad',
    boot: 'retry',
    backoff: { minMs: 1_000, maxMs: 1_000 },
    start: () => {
      throw new Error('no');
    },
  });
  const app = application({ id: 'shop', startTimeoutMs: 5_000, clock, children: [bad] });
  const starting = app.start();
  starting.catch(() => {});
  await clock.advance(5_000);
  await expect(starting).rejects.toMatchObject({ code: 'COPPICE_APP_START_TIMEOUT', path: 'shop/bad' });
});

test.each([
  [{ exti: false }, "run expects no other options than exit; got 'exti', did you mean 'exit'?"],
  [{ exit: 'no' }, "run expects exit: true or false; got 'no'"],
])('options of run: %j', async (options, message) => {
  await expect(application({ id: 'shop', children: [] }).run(options as object)).rejects.toThrow(message);
});
