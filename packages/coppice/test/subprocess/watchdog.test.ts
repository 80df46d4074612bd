/** Processes that hang: by what they show themselves alive, and what becomes of those that do not. */
import type { Writable } from 'node:stream';
import { type Clock, type Service, SimulatedClock } from '@coppice/core';
import { type SubprocessMessaging, type Subprocess, subprocess } from '../../src/subprocess/index.js';
import { type Running, boot, gone, isAlive, node, prepare, sh, until } from './support.js';

/** A simulated clock that tells when it is asked for the time: each heartbeat does. */
function attentiveClock() {
  const simulated = new SimulatedClock();
  let asked = 0;
  const clock: Clock = {
    now: () => {
      asked++;
      return simulated.now();
    },
    setTimer: (callback, ms) => simulated.setTimer(callback, ms),
    clearTimer: (timer) => simulated.clearTimer(timer),
  };
  const beaten = async (beat: () => unknown): Promise<void> => {
    const before = asked;
    beat();
    await until('a heartbeat', () => asked > before);
  };
  return { simulated, clock, beaten };
}

type Watched = Subprocess & { stdin: Writable } & SubprocessMessaging;

const watched = { id: 'child', staleAfterMs: 100, shutdownMs: 50 };
const ways: [string, Service, (value: Watched) => void, (value: Watched, it: Running) => unknown][] = [
  [
    'any output, also without the end of a line',
    subprocess({
      ...watched,
      ...sh('while read x; do printf .; done'),
      stdin: 'pipe',
      heartbeat: 'output',
    }),
    ({ stdin }) => void stdin.write('go\n'),
    () => {},
  ],
  [
    'lines that match',
    subprocess({
      ...watched,
      ...sh('while read x; do echo "$x"; done'),
      stdin: 'pipe',
      heartbeat: /^alive/g,
    }),
    ({ stdin }) => void stdin.write('alive and well\n'),
    ({ stdin }, it) => {
      stdin.write('is it alive?\n');
      return it.line(/is it alive/);
    },
  ],
  [
    'messages',
    subprocess({
      ...watched,
      ...node(`process.on('message', (message) => process.send(message)); process.send('ready')`),
      ready: 'ipc',
      heartbeat: 'ipc',
    }),
    ({ send }) => void send({ type: 'heartbeat' }),
    ({ send, onMessage }) => {
      void send('anything else');
      return new Promise((resolve) => void onMessage(resolve));
    },
  ],
];

test.each(ways)('%s', async (_what, child, beat, noise) => {
  const { simulated, clock, beaten } = attentiveClock();
  const it = await boot([child], {}, { clock });
  const value = it.value(child) as Watched;
  for (let round = 0; round < 3; round++) {
    await simulated.advance(90);
    await beaten(() => beat(value));
  }
  await simulated.advance(50);
  await noise(value, it);
  // It hangs, and does not hear that it is to stop.
  process.kill(value.pid, 'SIGSTOP');
  await simulated.advance(49);
  expect(it.events.map(({ type }) => type)).not.toContain('child:crashed');
  expect(isAlive(value.pid)).toBe(true);
  await simulated.advance(1);
  await simulated.advance(50);
  expect(await it.event('child:crashed')).toMatchObject({ error: { code: 'COPPICE_STALE' } });
  await gone(value.pid);
  expect(await it.event('child:started', 2)).toMatchObject({ id: 'child', incarnation: 2 });
  // The second one hears it.
  const stopped = it.tree.stop();
  await simulated.advance(50);
  await stopped;
});

test('what it says while the application itself is blocked counts', async () => {
  const child = subprocess({
    id: 'child',
    ...sh('while :; do echo alive; sleep 0.02; done'),
    heartbeat: 'output',
    staleAfterMs: 800,
  });
  const it = await boot([child]);
  await it.line(/alive/);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_600);
  const before = it.lines.length;
  await until('it is heard again', () => it.lines.length > before + 2);
  expect(it.events.map(({ type }) => type)).not.toContain('child:crashed');
  expect(it.tree.whichChildren()).toMatchObject([{ status: 'running', incarnation: 1 }]);
});

test('heartbeats are not handed on, other messages are', async () => {
  const child = subprocess({
    ...watched,
    ...node(`process.send('heartbeat'); process.send({ type: 'heartbeat', n: 1 }); process.send('hello')`),
    ipc: true,
    heartbeat: 'ipc',
    restart: 'temporary',
  });
  const unwatched = subprocess({
    id: 'other',
    ...node(`process.send('heartbeat')`),
    ipc: true,
    restart: 'temporary',
  });
  const it = await boot([child, unwatched], {}, { clock: new SimulatedClock() });
  const seen: Record<string, unknown[]> = { child: [], other: [] };
  it.value(child).onMessage((message) => seen['child']!.push(message));
  it.value(unwatched).onMessage((message) => seen['other']!.push(message));
  await until('both', () => seen['child']!.length === 1 && seen['other']!.length === 1);
  expect(seen).toEqual({ child: ['hello'], other: ['heartbeat'] });
});

test('a run that takes too long is ended', async () => {
  const clock = new SimulatedClock();
  const child = subprocess({ id: 'child', ...sh('exec sleep 60'), maxRunMs: 1_000, restart: 'temporary' });
  const it = await boot([child], {}, { clock });
  const { pid } = it.value(child);
  await clock.advance(1_000);
  expect(await it.event('child:crashed')).toMatchObject({ error: { code: 'COPPICE_RAN_TOO_LONG' } });
  await gone(pid);
});

test('startTimeoutMs takes the place of readyTimeoutMs, also of its default', async () => {
  const clock = new SimulatedClock();
  const timers = jest.spyOn(globalThis, 'setTimeout');
  const child = (options: object) =>
    subprocess({ id: 'child', ...sh('echo "pid $$"; exec sleep 60'), ready: /listening/, ...options });
  const start = async (options: object) => {
    const it = prepare([child(options)], {}, { clock });
    const starting = it.tree.start();
    starting.catch(() => {});
    return { it, starting, pid: Number((await it.line(/pid/)).slice(4)) };
  };
  const limitsOf = () => timers.mock.calls.flatMap(([, ms]) => (ms === 30_000 ? [ms] : []));
  const limited = await start({ startTimeoutMs: 60_000 });
  expect(limitsOf()).toEqual([]);
  await clock.advance(60_000);
  await expect(limited.starting).rejects.toMatchObject({ cause: { code: 'COPPICE_START_TIMEOUT' } });
  await gone(limited.pid);
  const plain = await start({});
  expect(limitsOf()).toEqual([30_000]);
  await plain.it.tree.stop();
});

test.each<[string, string, (error: { exitCode?: unknown; signal?: unknown }) => unknown, unknown]>([
  ['its exit code', 'exit 78', (error) => error.exitCode, 78],
  ['its signal', 'kill -9 $$', (error) => error.signal, 'SIGKILL'],
])('classify is asked with %s', async (_what, script, look, expected) => {
  const seen: unknown[] = [];
  const child = subprocess({
    id: 'child',
    ...sh(script),
    giveUp: 'park',
    classify: (error) => {
      seen.push(look(error as object));
      return 'permanent';
    },
  });
  const it = await boot([child]);
  expect(await it.event('child:gave-up')).toMatchObject({ because: 'permanent', giveUp: 'park' });
  expect(seen).toEqual([expected]);
  expect(it.tree.whichChildren()).toMatchObject([{ status: 'parked', incarnation: 1 }]);
});
