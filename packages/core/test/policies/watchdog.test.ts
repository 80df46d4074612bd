/** The watchdog with all else: what is stale, or runs too long, has crashed, and is treated like any crash. */
import { type Context, service, task } from '@coppice/core';
import { deferred, forever, scripted, statuses } from '../support/scripted.js';
import { plant, watched } from './support/trees.js';

const untilAborted = ({ signal }: Context): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('staleAfterMs', () => {
  test('a crash with a reason of its own: its signal is aborted, it is started again, and it counts', async () => {
    const reasons: unknown[] = [];
    const a = task({
      id: 'a',
      staleAfterMs: 100,
      run: (context) => {
        context.signal.addEventListener('abort', () => reasons.push(context.signal.reason));
        return untilAborted(context);
      },
    });
    const { tree, pass, told } = await plant({ children: [a] });
    await pass(100);
    expect(told('child:crashed')).toMatchObject([
      { id: 'a', uptimeMs: 100, error: { code: 'COPPICE_STALE', name: 'WatchdogError' } },
    ]);
    expect(reasons).toMatchObject([{ code: 'COPPICE_ENDED' }]);
    expect([statuses(tree)[0], tree.snapshot().budget.used]).toEqual(['a: running', 1]);
    await tree.stop();
  });

  test('each heartbeat puts it off; a million of them need one timer', async () => {
    const a = scripted('a', { staleAfterMs: 100 });
    const { pass, clock } = await plant({ children: [a.spec] });
    for (let i = 0; i < 10; i++) {
      await pass(99);
      for (let beat = 0; beat < 1_000; beat++) a.contexts[0]!.heartbeat();
      expect(clock.pendingTimers).toBe(1);
    }
    expect(a.starts).toBe(1);
    await pass(99);
    expect(a.starts).toBe(1);
    await pass(1);
    expect(a.starts).toBe(2);
  });

  test('a heartbeat of an old incarnation does not count', async () => {
    const a = scripted('a', { staleAfterMs: 100 });
    const { pass } = await plant({ maxRestarts: 9, children: [a.spec] });
    a.crash();
    await pass(90);
    a.contexts[0]!.heartbeat();
    await pass(10);
    expect(a.starts).toBe(3);
  });

  test('a heartbeat that was taken out of its context, and one of a child that is not watched', async () => {
    const a = scripted('a', { staleAfterMs: 100 });
    const b = scripted('b');
    const { pass } = await plant({ children: [a.spec, b.spec] });
    const { heartbeat } = a.contexts[0]!;
    await pass(60);
    heartbeat();
    b.contexts[0]!.heartbeat();
    await pass(60);
    expect([a.starts, b.starts]).toEqual([1, 1]);
  });

  test('it is not watched while it starts, nor while it is down, nor when it has ended', async () => {
    const gate = deferred<number>();
    const a = scripted('a', { staleAfterMs: 100, restart: 'transient', onStart: () => gate.promise });
    const { tree, pass, clock } = await plant({});
    const started = watched(tree.startChild(a.spec));
    await pass(1_000);
    expect(started.isOver).toBe(false);
    gate.resolve(1);
    await pass(50);
    a.finish();
    await pass(0);
    expect([clock.pendingTimers, statuses(tree)[0]]).toEqual([0, 'a: stopped']);
  });

  test('one that does not end when its signal is aborted gets shutdownMs; then it is abandoned, and the next one starts', async () => {
    let starts = 0;
    const a = task({ id: 'a', staleAfterMs: 100, shutdownMs: 50, run: () => (starts++, forever()) });
    const { pass, told, tree } = await plant({ children: [a] });
    await pass(149);
    expect([starts, statuses(tree)[0]]).toEqual([1, 'a: stopping']);
    await pass(1);
    expect(starts).toBe(2);
    expect(told('child:abandoned')).toMatchObject([{ incarnation: 1, waitedMs: 50 }]);
  });

  test('with the policies: a class of its own, and parking', async () => {
    const a = scripted('a', {
      staleAfterMs: 100,
      giveUp: 'park',
      classify: (error) =>
        (error as { code?: string }).code === 'COPPICE_STALE' ? 'permanent' : 'transient',
    });
    const { tree, pass, clock } = await plant({ children: [a.spec] });
    await pass(100);
    expect([statuses(tree)[0], a.stops, clock.pendingTimers]).toEqual(['a: parked', 1, 0]);
  });

  test('temporary: it is gone', async () => {
    const a = scripted('a', { staleAfterMs: 100, restart: 'temporary' });
    const { tree, pass } = await plant({ children: [a.spec] });
    await pass(100);
    expect(tree.whichChildren()).toEqual([]);
  });
});

describe('maxRunMs', () => {
  test('up for so long without ending: it has crashed', async () => {
    const a = scripted('a', { maxRunMs: 300 });
    const { pass, told } = await plant({ children: [a.spec] });
    await pass(299);
    a.contexts[0]!.heartbeat();
    expect(a.starts).toBe(1);
    await pass(1);
    expect(a.starts).toBe(2);
    expect(told('child:crashed')).toMatchObject([{ uptimeMs: 300, error: { code: 'COPPICE_RAN_TOO_LONG' } }]);
  });

  test('counts from when it is up, and for each incarnation anew', async () => {
    const gate = deferred<number>();
    const a = scripted('a', {
      maxRunMs: 300,
      onStart: (attempt) => (attempt === 1 ? gate.promise : attempt),
    });
    const { tree, pass } = await plant({});
    const started = tree.startChild(a.spec);
    await pass(500);
    gate.resolve(1);
    await started;
    await pass(299);
    expect(a.starts).toBe(1);
    a.crash();
    await pass(299);
    expect(a.starts).toBe(2);
    await pass(1);
    expect(a.starts).toBe(3);
  });

  test('one that ends in time has not run too long', async () => {
    const run = ({ sleep }: Context): Promise<void> => sleep(299);
    const { told, pass, clock } = await plant({
      children: [task({ id: 'a', restart: 'transient', maxRunMs: 300, run })],
    });
    await pass(1_000);
    expect([told('child:crashed').length, told('child:completed').length, clock.pendingTimers]).toEqual([
      0, 1, 0,
    ]);
  });

  test('together with staleAfterMs: whatever comes first', async () => {
    const a = scripted('a', { maxRunMs: 250, staleAfterMs: 100 });
    const { pass, told } = await plant({ children: [a.spec] });
    for (const at of [90, 180, 240]) {
      await pass(at - (at === 90 ? 0 : at === 180 ? 90 : 180));
      a.contexts[0]!.heartbeat();
    }
    await pass(10);
    expect(told('child:crashed')).toMatchObject([{ uptimeMs: 250, error: { code: 'COPPICE_RAN_TOO_LONG' } }]);
    await pass(100);
    expect(told('child:crashed')[1]).toMatchObject({ uptimeMs: 100, error: { code: 'COPPICE_STALE' } });
  });
});

test('a stop in the moment in which it counts as crashed: it is waited for, and not started again', async () => {
  const gate = deferred();
  const a = service({ id: 'a', staleAfterMs: 100, start: () => 1, stop: () => gate.promise });
  const { tree, pass, clock } = await plant({ children: [a] });
  await pass(100);
  expect(statuses(tree)).toEqual(['a: stopping']);
  const stopped = watched(tree.stop());
  await pass(10);
  expect(stopped.isOver).toBe(false);
  gate.resolve();
  await pass(0);
  expect([stopped.isOver, clock.pendingTimers]).toEqual([true, 0]);
});
