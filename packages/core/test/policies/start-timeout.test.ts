/** startTimeoutMs: up within so long, or its start has failed. */
import { service, supervisor, task } from '@coppice/core';
import { crew, deferred, drain, forever, rejection, scripted, statuses } from '../support/scripted.js';
import { plan, plant, watched } from './support/trees.js';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('a start that takes too long', () => {
  test('is broken off: the start of the tree is rejected, what had started is stopped', async () => {
    const { a, journal, specs } = crew(['a', 'b'], (id) =>
      id === 'b' ? { startTimeoutMs: 50, onStart: (_attempt, { signal }) => untilAborted(signal) } : {},
    );
    const { tree, pass, told, clock } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(49);
    expect([started.isOver, statuses(tree)[1]]).toEqual([false, 'b: starting']);
    await pass(1);
    expect(started.error).toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'root/b',
      cause: {
        code: 'COPPICE_START_TIMEOUT',
        message: "'root/b' was not up within its startTimeoutMs of 50 ms",
      },
    });
    expect(drain(journal)).toEqual(['start a', 'start b', 'stop a']);
    expect([a.stops, clock.pendingTimers]).toEqual([1, 0]);
    expect(told('child:start-failed')).toMatchObject([
      { id: 'b', startMs: 50, error: { code: 'COPPICE_START_TIMEOUT' } },
    ]);
  });

  test('one that is up in time has no timer left', async () => {
    const gate = deferred<number>();
    const a = scripted('a', { startTimeoutMs: 50, onStart: () => gate.promise });
    const { tree, pass, clock } = plan({ children: [a.spec] });
    const started = tree.start();
    await pass(49);
    gate.resolve(1);
    await started;
    expect(clock.pendingTimers).toBe(0);
    await pass(1_000);
    expect(statuses(tree)).toEqual(['a: running']);
  });

  test('one that ignores its signal gets shutdownMs, then it is abandoned; what it makes later is given back', async () => {
    const gate = deferred<string>();
    const given: unknown[] = [];
    const slow = service({
      id: 'slow',
      startTimeoutMs: 50,
      shutdownMs: 200,
      start: () => gate.promise,
      stop: (value) => given.push(value),
    });
    const { tree, pass, told } = await plant({});
    const started = watched(tree.startChild(slow));
    await pass(249);
    expect([started.isOver, statuses(tree)]).toEqual([false, ['slow: stopping']]);
    await pass(1);
    expect(started.error).toMatchObject({
      code: 'COPPICE_START_FAILED',
      cause: { code: 'COPPICE_START_TIMEOUT' },
    });
    expect(told('child:abandoned')).toMatchObject([{ path: 'root/slow', waitedMs: 200 }]);
    gate.resolve('late');
    await pass(0);
    expect(given).toEqual(['late']);
    expect(told('child:settled')).toHaveLength(1);
    expect(told('child:started', 'slow')).toEqual([]);
  });

  test('shutdownMs 0: it is not waited for at all', async () => {
    const slow = service({ id: 'slow', startTimeoutMs: 50, shutdownMs: 0, start: forever });
    const { tree, pass } = await plant({});
    const started = watched(tree.startChild(slow));
    await pass(50);
    expect(started.error).toMatchObject({ cause: { code: 'COPPICE_START_TIMEOUT' } });
  });

  test('at a restart it counts as a failed start, and is tried again', async () => {
    const a = scripted('a', {
      startTimeoutMs: 50,
      onStart: (attempt, { signal }) => (attempt === 2 ? untilAborted(signal) : attempt),
    });
    const { tree, pass } = await plant({ maxRestarts: 2, children: [a.spec] });
    a.crash();
    await pass(50);
    await pass(0);
    expect([a.starts, statuses(tree)[0], tree.snapshot().budget.used]).toEqual([3, 'a: running', 2]);
    expect(a.contexts[2]!.lastExit).toMatchObject({
      kind: 'crash',
      error: { code: 'COPPICE_START_TIMEOUT' },
    });
  });

  test('each attempt has the whole time', async () => {
    const a = scripted('a', {
      startTimeoutMs: 50,
      boot: 'retry',
      backoff: { minMs: 10, maxMs: 10, jitter: 0 },
      onStart: (attempt, { signal }) => (attempt < 3 ? untilAborted(signal) : attempt),
    });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = watched(tree.start());
    await pass(119);
    expect([started.isOver, a.starts]).toEqual([false, 2]);
    await pass(1);
    expect([started.isOver, a.starts]).toEqual([true, 3]);
  });

  test('its own failure just before is what is told', async () => {
    const gate = deferred<never>();
    const a = scripted('a', { startTimeoutMs: 50, onStart: () => gate.promise });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = watched(tree.start());
    await pass(49);
    gate.reject(new Error('mine'));
    await pass(10);
    expect(started.error).toMatchObject({ cause: { message: 'mine' } });
  });
});

describe('of a supervisor', () => {
  test('its children are stopped again in order, those that start and those that are up', async () => {
    const { journal, specs } = crew(['x', 'y', 'z'], (id) =>
      id === 'y' ? { onStart: (_attempt, { signal }) => untilAborted(signal) } : {},
    );
    const sub = supervisor({ id: 'sub', startTimeoutMs: 50, children: specs });
    const { tree, pass, clock } = plan({ children: [sub] });
    const started = watched(tree.start());
    await pass(50);
    expect(started.error).toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'root/sub',
      cause: { code: 'COPPICE_START_TIMEOUT', path: 'root/sub' },
    });
    expect(drain(journal)).toEqual(['start x', 'start y', 'stop x']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('one whose child does not stop either: its shutdownMs is the end of it', async () => {
    const sub = supervisor({
      id: 'sub',
      startTimeoutMs: 50,
      shutdownMs: 100,
      children: [service({ id: 'x', shutdownMs: Infinity, start: forever })],
    });
    const { tree, pass } = plan({ children: [sub] });
    const started = watched(tree.start());
    await pass(149);
    expect(started.isOver).toBe(false);
    await pass(1);
    expect(started.error).toMatchObject({ cause: { code: 'COPPICE_START_TIMEOUT' } });
  });

  test('that retries a child at boot is broken off, too', async () => {
    const x = scripted('x', {
      boot: 'retry',
      backoff: { minMs: 10, maxMs: 10 },
      onStart: () => Promise.reject(new Error('no')),
    });
    const sub = supervisor({ id: 'sub', startTimeoutMs: 55, children: [x.spec] });
    const { tree, pass, clock } = plan({ children: [sub] });
    const started = watched(tree.start());
    await pass(55);
    expect(started.error).toMatchObject({ cause: { code: 'COPPICE_START_TIMEOUT' } });
    expect(clock.pendingTimers).toBe(0);
  });

  test('at a restart it counts, and is tried again', async () => {
    const x = scripted('x', {
      onStart: (_attempt, { signal }) => (x.starts === 2 ? untilAborted(signal) : 1),
    });
    const sub = supervisor({ id: 'sub', startTimeoutMs: 50, children: [x.spec] });
    const { tree, pass } = await plant({ children: [sub] });
    await tree.supervisor(sub).stop({ reason: new Error('crashed') });
    await pass(50);
    await pass(0);
    expect([statuses(tree)[0], tree.snapshot().budget.used]).toEqual(['sub: running', 2]);
  });
});

test('a stop in the middle of a start does not wait for its timeout', async () => {
  const a = scripted('a', { startTimeoutMs: 5_000, onStart: (_attempt, { signal }) => untilAborted(signal) });
  const { tree, pass, clock } = plan({ children: [a.spec] });
  const started = rejection(tree.start());
  await pass(10);
  await tree.stop();
  expect(await started).toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
  expect(clock.pendingTimers).toBe(0);
});

test('a stop while it is being broken off: it keeps the time that it has, and no other attempt follows', async () => {
  const a = scripted('a', {
    startTimeoutMs: 50,
    shutdownMs: 200,
    boot: 'retry',
    backoff: { minMs: 10, maxMs: 10, jitter: 0 },
    onStart: forever,
  });
  const { tree, pass, clock } = plan({ children: [a.spec] });
  const started = rejection(tree.start());
  await pass(100);
  const stopped = watched(tree.stop());
  await pass(150);
  expect(stopped.isOver).toBe(true);
  await started;
  expect([a.starts, clock.pendingTimers]).toEqual([1, 0]);
});

test('a task is up when it was called: its run may take as long as it likes', async () => {
  const { tree, pass } = await plant({
    children: [task({ id: 'a', startTimeoutMs: 50, run: forever, shutdownMs: 0 })],
  });
  await pass(10_000);
  expect(statuses(tree)).toEqual(['a: running']);
  await tree.stop();
});

test('without it nobody is in a hurry', async () => {
  const gate = deferred<number>();
  const { tree, pass } = plan({ children: [scripted('a', { onStart: () => gate.promise }).spec] });
  const started = watched(tree.start());
  await pass(10_000_000);
  expect(started.isOver).toBe(false);
  gate.resolve(1);
  await pass(0);
  expect(started.isOver).toBe(true);
});
