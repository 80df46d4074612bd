/** restartNow: starts a child in every state, without delay, and counts nothing. */
import { type Context, dynamicSupervisor, supervisor, task } from '@coppice/core';
import { crew, deferred, drain, forever, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plan, plant, watched } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };

describe('in every state', () => {
  test('running: it is stopped first, its value given back, and started', async () => {
    const { journal, specs } = crew(['a', 'b']);
    const { tree, told } = await plant({ maxRestarts: 0, children: specs });
    drain(journal);
    expect(await tree.restartNow('a')).toEqual({
      id: 'a',
      path: 'root/a',
      kind: 'service',
      status: 'running',
      incarnation: 2,
    });
    expect(drain(journal)).toEqual(['stop a', 'start a']);
    expect(tree.snapshot().budget.used).toBe(0);
    expect(told('child:restarting')).toMatchObject([
      { because: 'request', delayMs: 0, strategy: 'one-for-one' },
    ]);
  });

  test('running, and slow to stop: it waits for that', async () => {
    const gate = deferred();
    const a = scripted('a', { onStop: (attempt) => attempt === 1 && gate.promise });
    const { tree, settle } = await plant({ children: [a.spec] });
    const restarted = watched(tree.restartNow('a'));
    await settle();
    expect([restarted.isOver, a.starts]).toEqual([false, 1]);
    gate.resolve();
    await settle();
    expect([restarted.isOver, a.starts]).toEqual([true, 2]);
  });

  test('running, and it does not stop: it is abandoned after shutdownMs', async () => {
    let starts = 0;
    const a = task({ id: 'a', shutdownMs: 50, run: () => (starts++, forever()) });
    const { tree, pass } = await plant({ children: [a] });
    const restarted = watched(tree.restartNow(a));
    await pass(50);
    expect([restarted.isOver, starts]).toEqual([true, 2]);
  });

  test('cleaning up after a crash: started once, and not counted', async () => {
    const gate = deferred();
    const a = scripted('a', { onStop: (attempt) => attempt === 1 && gate.promise });
    const { tree, settle } = await plant({ maxRestarts: 0, children: [a.spec] });
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: stopping']);
    const restarted = watched(tree.restartNow('a'));
    gate.resolve();
    await settle();
    expect([restarted.isOver, a.starts, tree.snapshot().budget.used]).toEqual([true, 2, 0]);
  });

  test.each([
    [
      'stopped',
      {},
      (_a: unknown, tree: { terminateChild(id: string): Promise<void> }) => tree.terminateChild('a'),
    ],
    ['backing-off', { backoff }, (a: { crash(): void }) => a.crash()],
    ['parked', { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 900 }, (a: { crash(): void }) => a.crash()],
    ['stopped', { restart: 'transient' }, (a: { finish(): void }) => a.finish()],
    [
      'paused',
      {},
      async (a: { crash(): void }, tree: { pause(id: string): Promise<void> }) => (
        await tree.pause('a'), a.crash()
      ),
    ],
  ] as const)('%s (%o)', async (status, script, act) => {
    const a = scripted('a', script);
    const { tree, settle, pass, clock } = await plant({ children: [a.spec] });
    await act(a, tree);
    await settle();
    expect(statuses(tree)).toEqual([`a: ${status}`]);
    expect(await tree.restartNow('a')).toMatchObject({ status: 'running', incarnation: 2 });
    expect([clock.pendingTimers, a.starts]).toEqual([0, 2]);
    await pass(60_000);
    expect(a.starts).toBe(2);
  });

  test('restarting: the attempt that was due is void', async () => {
    const a = scripted('a', { onStart: failsFrom(2, 2) });
    const { tree, pass, told } = await plant({ children: [a.spec] });
    let restarted: Promise<unknown> | undefined;
    tree.on('child:start-failed', () => {
      restarted = tree.restartNow('a');
    });
    a.crash();
    await pass(0);
    expect(await restarted).toMatchObject({ status: 'running', incarnation: 3 });
    await pass(10);
    expect([a.starts, tree.snapshot().budget.used]).toEqual([3, 1]);
    expect(told('child:restarting').map(({ because }) => because)).toEqual(['exit', 'request']);
  });

  test('a supervisor, with all below it', async () => {
    const { journal, specs } = crew(['x', 'y']);
    const { tree } = await plant({ children: [supervisor({ id: 'sub', children: specs })] });
    drain(journal);
    await tree.restartNow('sub');
    expect(drain(journal)).toEqual(['stop y', 'stop x', 'start x', 'start y']);
  });

  test('a child of a dynamic supervisor: it keeps its id and its arguments', async () => {
    const seen: unknown[] = [];
    const one = task({
      id: 'one',
      shutdownMs: 0,
      run: (_context: Context, host: string) => (seen.push(host), forever()),
    });
    const dynamic = dynamicSupervisor({ id: 'dyn', child: one });
    const { tree } = await plant({ children: [dynamic] });
    const handle = tree.supervisor(dynamic);
    await handle.startChild({ id: 'mine', args: ['h'] });
    await handle.restartNow('mine');
    expect([seen, statuses(handle)]).toEqual([['h', 'h'], ['mine: running']]);
  });

  test('a temporary one, which is never started again by itself', async () => {
    const a = scripted('a', { restart: 'temporary' });
    const { tree } = await plant({ children: [a.spec] });
    await tree.restartNow('a');
    expect([a.starts, statuses(tree)]).toEqual([2, ['a: running']]);
  });
});

describe('if the start fails', () => {
  test('who asked is told, and it is tried again as after a crash, with the child alone', async () => {
    const { a, b, specs } = crew(['a', 'b'], (id) =>
      id === 'a' ? { onStart: failsFrom(2, 3), backoff } : {},
    );
    const { tree, pass } = await plant({ strategy: 'one-for-all', children: specs });
    expect(await rejection(tree.restartNow('a'))).toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'root/a',
      message: "'root/a' failed to start: attempt 2",
    });
    await pass(300);
    expect([a.starts, b.starts, statuses(tree)]).toEqual([4, 1, ['a: running', 'b: running']]);
    expect(tree.snapshot().budget.used).toBe(2);
    a.crash(); // it is up: from now on it is one of its group again
    await pass(1_000);
    expect(b.starts).toBe(2);
  });

  test('a temporary one is gone', async () => {
    const a = scripted('a', { restart: 'temporary', onStart: failsFrom(2) });
    const { tree, clock } = await plant({ children: [a.spec] });
    expect(await rejection(tree.restartNow('a'))).toMatchObject({ code: 'COPPICE_START_FAILED' });
    expect([tree.whichChildren(), clock.pendingTimers]).toEqual([[], 0]);
  });
});

test('no others go with it, whatever the strategy', async () => {
  for (const strategy of ['one-for-all', 'rest-for-one'] as const) {
    const { a, b, c, specs } = crew(['a', 'b', 'c']);
    const { tree } = await plant({ strategy, children: specs });
    await tree.restartNow('a');
    expect([a.starts, b.starts, c.starts]).toEqual([2, 1, 1]);
  }
});

test('by its declaration; one that is not there; while the tree stops', async () => {
  const a = scripted('a');
  const { tree } = await plant({ children: [a.spec] });
  await tree.restartNow(a.spec);
  expect(a.starts).toBe(2);
  expect(await rejection(tree.restartNow('b'))).toMatchObject({ code: 'COPPICE_NOT_FOUND' });
  expect(await rejection(tree.restartNow(7 as never))).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
  const gate = deferred();
  const slow = scripted('slow', { onStop: () => gate.promise });
  await tree.startChild(slow.spec);
  const stopped = tree.stop();
  expect(await rejection(tree.restartNow('a'))).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
  gate.resolve();
  await stopped;
});

test('a stop in the middle of it: who asked is refused, and nothing starts', async () => {
  const gate = deferred();
  const a = scripted('a', { onStop: () => gate.promise });
  const { tree, settle } = await plant({ children: [a.spec] });
  const restarted = rejection(tree.restartNow('a'));
  await settle();
  const stopped = tree.stop();
  gate.resolve();
  await stopped;
  expect([(await restarted).code, a.starts]).toEqual(['COPPICE_NOT_RUNNING', 1]);
});

test('twice at once: one after the other', async () => {
  const { a, journal, specs } = crew(['a']);
  const { tree } = await plant({ children: specs });
  drain(journal);
  await Promise.all([tree.restartNow('a'), tree.restartNow('a')]);
  expect(drain(journal)).toEqual(['stop a', 'start a', 'stop a', 'start a']);
  expect(a.starts).toBe(3);
});

test('before the tree is started it is refused', async () => {
  const { tree } = plan({ children: [scripted('a').spec] });
  expect(await rejection(tree.restartNow('a'))).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
});
