/** Wrong options are refused where the thread is declared. */
import { SHARE_ENV } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { runThread, supervisor, thread } from 'coppice';

const file = '/somewhere/worker.js';
const declare = (options: object) => () => thread({ id: 'worker', file, ...options });

test('the declaration is frozen data, a service like any other', () => {
  const spec = thread({ id: 'worker', file: pathToFileURL(file), restart: 'transient' });
  expect(Object.isFrozen(spec)).toBe(true);
  expect(spec).toMatchObject({ kind: 'service', id: 'worker', restart: 'transient', shutdownMs: 5_000 });
});

test('all that a service can say is taken and checked', () => {
  const policies = {
    maxRestarts: 2,
    withinMs: 1_000,
    staleAfterMs: 500,
    maxRunMs: 60_000,
    startTimeoutMs: 3_000,
    giveUp: 'park' as const,
    reviveAfterMs: 10,
    boot: 'retry' as const,
    bindsTo: ['db'],
    replace: 'start-then-stop' as const,
    revision: 'a',
    classify: () => 'transient' as const,
  };
  const backoff = { minMs: 1, maxMs: 2 };
  expect(thread({ id: 'worker', file, ...policies, backoff })).toMatchObject({ ...policies, backoff });
  expect(declare({ staleAfterMs: 0 })).toThrow(expect.objectContaining({ code: 'COPPICE_INVALID_NUMBER' }));
});

test.each([
  [
    'awaitReady',
    { awaitReady: true },
    `left out: a thread says when it is up with runThread(run, { awaitReady: true })`,
  ],
  ['file', { file: undefined }, 'file of thread() has to be a file: URL, like new URL'],
  ['file', { file: './worker.js' }, `or an absolute path; got './worker.js' (at worker)`],
  ['file', { file: new URL('https://example.org/x.js') }, `got 'https://example.org/x.js'`],
  ['file', { file: 7 }, 'got 7'],
  ['onMessage', { onMessage: 'x' }, `has to be a function; got 'x'`],
  ['env', { env: { A: 1 } }, 'has to be an object of strings, or SHARE_ENV; got an object'],
  ['argv', { argv: 'x' }, `has to be an array of strings; got 'x'`],
  ['argv', { argv: [1] }, 'has to be an array of strings; got an array of 1'],
  ['execArgv', { execArgv: '--import' }, `like ['--import', './instrument.js']`],
  ['name', { name: 1 }, 'has to be a string; got 1'],
  ['resourceLimits', { resourceLimits: 64 }, 'like { maxOldGenerationSizeMb: 64 }'],
  ['resourceLimits', { resourceLimits: { heapMb: 1 } }, `made of maxOldGenerationSizeMb`],
  [
    'resourceLimits',
    { resourceLimits: { stackSizeMb: -1 } },
    'resourceLimits.stackSizeMb of thread() has to be',
  ],
])('%s: %j', (_key, options, message) => {
  expect(declare(options)).toThrow(
    expect.objectContaining({
      code: 'COPPICE_INVALID_OPTION',
      message: expect.stringContaining(message),
    }),
  );
});

test.each([
  [{ id: '' }, 'COPPICE_INVALID_ID'],
  [{ id: undefined }, 'COPPICE_MISSING_ID'],
  [{ restart: 'always' }, 'COPPICE_INVALID_RESTART'],
  [{ shutdownMs: -1 }, 'COPPICE_INVALID_SHUTDOWN'],
  [{ significant: true }, 'COPPICE_BAD_COMBINATION'],
  [{ onStuck: 'panic' }, 'COPPICE_INVALID_ON_STUCK'],
  [{ start: () => 1 }, 'COPPICE_UNKNOWN_OPTION'],
])('what any child has: %j', (options, code) => {
  expect(declare(options)).toThrow(expect.objectContaining({ code }));
});

test('no options at all', () => {
  expect(() => thread(undefined as never)).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_A_SPEC' }));
});

test('an unknown option gets a suggestion', () => {
  expect(declare({ awaitReadi: 1 })).not.toThrow('awaitReady');
  expect(declare({ filename: 'x' })).toThrow(`a thread has no option 'filename', did you mean 'file'?`);
  expect(declare({ execargv: [] })).toThrow(`did you mean 'execArgv'?`);
});

test('data that cannot be copied is named', () => {
  expect(declare({ data: { a: [{ hook: () => 1 }] } })).toThrow(
    expect.objectContaining({
      code: 'COPPICE_THREAD_DATA_NOT_CLONEABLE',
      message: expect.stringContaining('data.a[0].hook is a function'),
    }),
  );
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  expect(declare({ data: cyclic })).not.toThrow();
});

test('env may be shared', () => {
  expect(declare({ env: SHARE_ENV })).not.toThrow();
});

test('runThread elsewhere than in a thread', () => {
  expect(() => runThread(() => 1)).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_A_THREAD' }));
  expect(() => runThread(7 as never)).toThrow(
    expect.objectContaining({ code: 'COPPICE_THREAD_NOTHING_TO_RUN' }),
  );
});

test.each([
  [{ awaitReady: 'yes' }, "awaitReady of runThread() has to be true or false; got 'yes'"],
  [{ ready: 'manual' }, "a runThread() has no option 'ready'"],
  ['manual', "the second argument of runThread() has to be an object; got 'manual'"],
])('options of runThread: %j', (options, message) => {
  expect(() => runThread(() => 1, options as object)).toThrow(message);
});

test('a supervisor in a thread has no options', () => {
  const run = runThread as (what: unknown, options: object) => void;
  expect(() => run(supervisor({ id: 'root', children: [] }), { awaitReady: true })).toThrow(
    'the second argument of runThread() has to be left out for a supervisor; got an object',
  );
});
