/** Wrong options: clear errors where the declaration stands. */
import { ApplicationError, application, task } from 'coppice';

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
    "faults has to be 'off', 'label', 'contain'; got 'contian'; did you mean 'contain'?",
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
