/** Options are checked where they stand. */
import type { Writable } from 'node:stream';
import { isCoppiceError, type Service } from '@coppice/core';
import { expectTypeOf } from 'expect-type';
import { type SubprocessMessaging, type Subprocess, subprocess } from '../../src/subprocess/index.js';

const declare = (options: object): unknown => {
  try {
    return subprocess({ id: 'web', file: 'node', ...options });
  } catch (error) {
    return error;
  }
};

test.each<[object, string]>([
  [
    { file: '' },
    `file of subprocess() has to be the program as a non-empty string, like 'node' or '/usr/bin/ffmpeg' (arguments go into args); got ''`,
  ],
  [{ file: undefined }, 'got undefined'],
  [{ file: 'a\0b' }, 'file of subprocess() has to be'],
  [
    { args: '--port 3000' },
    `args of subprocess() has to be an array of strings, one for each argument, like ['--port', '3000']; got '--port 3000'`,
  ],
  [{ args: ['--port', 3000] }, 'got an array of 2'],
  [{ args: new Array(1) }, 'args of subprocess() has to be'],
  [{ cwd: 1 }, 'cwd of subprocess() has to be'],
  [{ env: { PORT: 3000 } }, 'write numbers as String(3000); got an object'],
  [{ extendEnv: 'no' }, 'extendEnv of subprocess() has to be true or false'],
  [{ ready: 'started' }, `ready of subprocess() has to be 'spawn', 'ipc', a RegExp`],
  [{ ready: { port: 0 } }, 'port: 1 to 65535'],
  [{ ready: { port: 80, hots: 'x' } }, 'ready of subprocess() has to be'],
  [
    { ready: /x/, readyTimeoutMs: 0 },
    'readyTimeoutMs of subprocess() has to be a whole number of milliseconds above 0',
  ],
  [{ readyTimeoutMs: 5 }, `readyTimeoutMs of subprocess() has to be left out with ready: 'spawn'`],
  [
    { ready: /x/, readyTimeoutMs: 5, startTimeoutMs: 5 },
    'readyTimeoutMs of subprocess() has to be left out with startTimeoutMs, or the other way round; got 5',
  ],
  [
    { awaitReady: true },
    'awaitReady of subprocess() has to be left out: ready says how it is seen that it is up',
  ],
  [
    { staleAfterMs: 5 },
    `staleAfterMs of subprocess() has to be left out without heartbeat, which says how it shows itself alive ('output', 'ipc', or a RegExp)`,
  ],
  [{ heartbeat: 'output' }, 'heartbeat of subprocess() has to be left out without staleAfterMs'],
  [
    { heartbeat: 'line', staleAfterMs: 5 },
    `heartbeat of subprocess() has to be 'output', 'ipc', or a RegExp`,
  ],
  [
    { heartbeat: 'ipc', staleAfterMs: 5 },
    `heartbeat of subprocess() has to be something else without ipc: true or ready: 'ipc'; got 'ipc'`,
  ],
  [{ ready: 'ipc', ipc: false }, `ipc of subprocess() has to be true, or left out, with ready: 'ipc'`],
  [{ serialization: 'json' }, 'serialization of subprocess() has to be left out without ipc'],
  [{ ipc: true, serialization: 'v8' }, `serialization of subprocess() has to be 'json' or 'advanced'`],
  [{ stdin: 'inherit' }, `stdin of subprocess() has to be 'ignore' or 'pipe'; got 'inherit'`],
  [
    { stdin: 'pipe', stdinGraceMs: 0 },
    'stdinGraceMs of subprocess() has to be a whole number of milliseconds above 0',
  ],
  [{ stdinGraceMs: 100 }, `stdinGraceMs of subprocess() has to be left out without stdin: 'pipe'; got 100`],
  [
    { stdin: 'pipe', stdinGraceMs: 5_000, stopSignal: 'SIGINT' },
    'stdinGraceMs of subprocess() has to be less than shutdownMs, which is 5000: SIGINT is to come in between; got 5000',
  ],
  [
    { stopSignal: 'TERM' },
    `stopSignal of subprocess() has to be the name of a signal, like 'SIGTERM' or 'SIGINT'; got 'TERM'`,
  ],
  [{ stopSignal: 'toString' }, 'stopSignal of subprocess() has to be'],
  [{ okExitCodes: [256] }, 'okExitCodes of subprocess() has to be'],
  [{ log: console }, `log of subprocess() has to be true, false or 'stderr'`],
  [{ onLine: 'print' }, 'onLine of subprocess() has to be a function'],
  [{ maxLineLength: 0 }, 'maxLineLength of subprocess() has to be'],
])('%j is refused', (options, message) => {
  const error = declare(options);
  expect(error).toMatchObject({ name: 'OptionError', code: 'COPPICE_INVALID_OPTION', path: 'web' });
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).toMatch(/\(at web\)$/);
});

test.each([
  ['command', 'file'],
  ['graceMs', 'shutdownMs'],
  ['readytimeoutms', 'readyTimeoutMs'],
  ['arg', 'args'],
])('an unknown option %s: did you mean %s?', (key, meant) => {
  const error = declare({ [key]: 1 });
  expect(isCoppiceError(error, 'COPPICE_UNKNOWN_OPTION')).toBe(true);
  expect((error as Error).message).toMatch(`a subprocess has no option '${key}', did you mean '${meant}'?`);
});

test('what all children have is checked as for all children', () => {
  expect(declare({ id: 'a/b' })).toMatchObject({ code: 'COPPICE_INVALID_ID' });
  expect(declare({ restart: 'always' })).toMatchObject({ code: 'COPPICE_INVALID_RESTART' });
  expect(declare({ shutdownMs: -1 })).toMatchObject({ code: 'COPPICE_INVALID_SHUTDOWN' });
  expect(declare({ significant: true })).toMatchObject({ code: 'COPPICE_BAD_COMBINATION' });
  expect(declare({ onStuck: 'panic' })).toMatchObject({ code: 'COPPICE_INVALID_ON_STUCK' });
  expect(declare({ onStuck: 'exit', required: false })).toMatchObject({ onStuck: 'exit', required: false });
  expect(() => subprocess(undefined as never)).toThrow(
    expect.objectContaining({ code: 'COPPICE_NOT_A_SPEC' }),
  );
});

test('all that a service can say is taken', () => {
  const policies = {
    maxRestarts: 2,
    withinMs: 1_000,
    maxRunMs: 60_000,
    startTimeoutMs: 3_000,
    staleAfterMs: 500,
    giveUp: 'park',
    reviveAfterMs: 10,
    boot: 'retry',
    bindsTo: ['db'],
    replace: 'start-then-stop',
    revision: 'a',
    classify: () => 'transient',
  };
  const backoff = { minMs: 1, maxMs: 2 };
  expect(declare({ ...policies, backoff, heartbeat: /alive/ })).toMatchObject({ ...policies, backoff });
  expect(declare({ staleAfterMs: -1, heartbeat: /x/ })).toMatchObject({ code: 'COPPICE_INVALID_NUMBER' });
});

test('it is a frozen service', () => {
  const web = subprocess({ id: 'web', file: 'node' });
  expect(Object.isFrozen(web)).toBe(true);
  expect(web).toMatchObject({ kind: 'service', id: 'web', restart: 'permanent', shutdownMs: 5_000 });
});

test('its value has what its options ask for', () => {
  const plain = subprocess({ id: 'a', file: 'a' });
  expectTypeOf(plain).toExtend<Service<Subprocess>>();
  expectTypeOf<Value<typeof plain>>().not.toExtend<SubprocessMessaging>();
  const ready = subprocess({ id: 'a', file: 'a', ready: 'ipc' });
  expectTypeOf<Value<typeof ready>>().toExtend<SubprocessMessaging>();
  const ipc = subprocess({ id: 'a', file: 'a', ready: /x/, ipc: true });
  expectTypeOf<Value<typeof ipc>>().toExtend<SubprocessMessaging>();
  const piped = subprocess({ id: 'a', file: 'a', stdin: 'pipe', restart: 'transient' });
  expectTypeOf<Value<typeof piped>>().toExtend<{ stdin: Writable }>();
  expectTypeOf<Value<typeof piped>>().not.toExtend<SubprocessMessaging>();
  // @ts-expect-error an unknown option is refused while typing, too
  expect(() => subprocess({ id: 'a', file: 'a', comand: 'x' })).toThrow(`no option 'comand'`);
});

type Value<S> = S extends Service<infer V> ? V : never;
