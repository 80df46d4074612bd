/** startOrder parallel: all that are not bound to others start at once; they stop one after the other. */
import { supervisor } from '@coppice/core';
import { crew, deferred, drain, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plan, plant, watched } from './support/trees.js';

/** Children whose starts are settled by hand. */
function gated(ids: readonly string[], more: (id: string) => object = () => ({})) {
  const gates = new Map(ids.map((id) => [id, deferred<unknown>()]));
  const members = crew(ids, (id) => ({
    onStart: () => gates.get(id)!.promise,
    ...more(id),
  }));
  const open = (id: string): void => gates.get(id)!.resolve(id);
  const fail = (id: string): void => gates.get(id)!.reject(new Error(`${id} failed`));
  return { ...members, open, fail };
}

describe('at boot', () => {
  test('all start at once, and all have to be up', async () => {
    const { journal, specs, open } = gated(['a', 'b', 'c']);
    const { tree, settle } = plan({ startOrder: 'parallel', children: specs });
    const started = watched(tree.start());
    await settle();
    expect(drain(journal)).toEqual(['start a', 'start b', 'start c']);
    for (const id of ['c', 'a']) open(id);
    await settle();
    expect([started.isOver, statuses(tree)]).toEqual([false, ['a: running', 'b: starting', 'c: running']]);
    open('b');
    await settle();
    expect(started.isOver).toBe(true);
    await tree.stop();
    expect(drain(journal)).toEqual(['stop c', 'stop b', 'stop a']);
  });

  test('sequential: each when the one before it is up', async () => {
    const { journal, specs, open } = gated(['a', 'b']);
    const { tree, settle } = plan({ startOrder: 'sequential', children: specs });
    void tree.start();
    await settle();
    expect(drain(journal)).toEqual(['start a']);
    open('a');
    await settle();
    expect(drain(journal)).toEqual(['start b']);
    open('b');
  });

  test('those that are bound start when all that they are bound to are up, and not before', async () => {
    const bonds: Record<string, string[]> = { api: ['db', 'cache'], web: ['api'] };
    const { journal, specs, open } = gated(['web', 'api', 'db', 'cache', 'log'], (id) => ({
      ...(bonds[id] && { bindsTo: bonds[id] }),
    }));
    const { tree, settle } = plan({ startOrder: 'parallel', children: specs });
    const started = watched(tree.start());
    await settle();
    expect(drain(journal)).toEqual(['start db', 'start cache', 'start log']);
    expect(statuses(tree)).toContain('api: waiting');
    open('db');
    await settle();
    expect(drain(journal)).toEqual([]);
    open('cache');
    await settle();
    expect(drain(journal)).toEqual(['start api']);
    open('api');
    open('web');
    await settle();
    expect(drain(journal)).toEqual(['start web']);
    open('log');
    await settle();
    expect(started.isOver).toBe(true);
    await tree.stop();
    expect(drain(journal)).toEqual(['stop log', 'stop web', 'stop api', 'stop cache', 'stop db']);
  });

  test('one fails in the middle: all are stopped in reverse, one at a time, also those that still start', async () => {
    const { journal, specs, open, fail } = gated(['a', 'b', 'c', 'd']);
    const stopping = deferred();
    const slow = scripted('slow', { journal, onStop: () => stopping.promise });
    const { tree, settle } = plan({ startOrder: 'parallel', children: [...specs, slow.spec] });
    const started = watched(tree.start());
    await settle();
    open('a');
    open('c');
    await settle();
    drain(journal);
    fail('b');
    await settle();
    expect(drain(journal)).toEqual(['stop slow']);
    expect([started.isOver, statuses(tree)]).toEqual([
      false,
      ['a: running', 'b: stopped', 'c: running', 'd: starting', 'slow: stopping'],
    ]);
    stopping.resolve();
    await settle();
    expect(drain(journal)).toEqual([]); // d is asked to stop, and has not ended yet
    open('d');
    await settle();
    expect(drain(journal)).toEqual(['stop d', 'stop c', 'stop a']);
    expect(started.error).toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'root/b',
      message: expect.stringContaining('stopped again: slow, d, c, a'),
    });
  });

  test('two fail in one tick: the first is told, and nobody is stopped twice', async () => {
    const { journal, specs, open, fail } = gated(['a', 'b', 'c']);
    const { tree, settle } = plan({ startOrder: 'parallel', children: specs });
    const started = watched(tree.start());
    await settle();
    open('a');
    await settle();
    drain(journal);
    fail('c');
    fail('b');
    await settle();
    expect(started.error).toMatchObject({ path: 'root/c' });
    expect(drain(journal)).toEqual(['stop a']);
  });

  test('a stop in the middle: in reverse order, one at a time', async () => {
    const { journal, specs, open } = gated(['a', 'b', 'c']);
    const { tree, settle, clock } = plan({ startOrder: 'parallel', children: specs });
    const started = rejection(tree.start());
    await settle();
    open('a');
    await settle();
    drain(journal);
    const stopped = watched(tree.stop());
    await settle();
    expect(statuses(tree)).toEqual(['a: running', 'b: starting', 'c: stopping']);
    open('c');
    await settle();
    expect(statuses(tree)).toEqual(['a: running', 'b: stopping', 'c: stopped']);
    open('b');
    await settle();
    expect(drain(journal)).toEqual(['stop c', 'stop b', 'stop a']);
    expect([stopped.isOver, clock.pendingTimers]).toEqual([true, 0]);
    expect(await started).toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
  });

  test('boot retry holds the boot up, and not the others; degraded holds nobody up', async () => {
    const backoff = { minMs: 100, maxMs: 100, jitter: 0 };
    const { specs } = crew(['retry', 'degraded', 'well'], (id) =>
      id === 'well' ? {} : { boot: id, backoff, onStart: failsFrom(1, id === 'retry' ? 2 : 3) },
    );
    const { tree, pass } = plan({ startOrder: 'parallel', children: specs });
    const started = watched(tree.start());
    await pass(199);
    expect([started.isOver, statuses(tree)]).toEqual([
      false,
      ['retry: backing-off', 'degraded: backing-off', 'well: running'],
    ]);
    await pass(1);
    expect([started.isOver, statuses(tree)]).toEqual([
      true,
      ['retry: running', 'degraded: backing-off', 'well: running'],
    ]);
    await pass(100);
    expect(statuses(tree)[1]).toBe('degraded: running');
  });

  test('those bound to one that is tried again start when it is up', async () => {
    const backoff = { minMs: 100, maxMs: 100, jitter: 0 };
    for (const mode of ['retry', 'degraded'] as const) {
      const { specs } = crew(['a', 'b'], (id) =>
        id === 'a' ? { boot: mode, backoff, onStart: failsFrom(1, 1) } : { bindsTo: ['a'] },
      );
      const { tree, pass } = plan({ startOrder: 'parallel', children: specs });
      const started = watched(tree.start());
      await pass(99);
      expect([started.isOver, statuses(tree)]).toEqual([
        mode === 'degraded',
        ['a: backing-off', 'b: waiting'],
      ]);
      await pass(1);
      expect([started.isOver, statuses(tree)]).toEqual([true, ['a: running', 'b: running']]);
    }
  });
});

describe('in group restarts', () => {
  test('one-for-all: down in reverse, one at a time; up all at once', async () => {
    const { a, journal, specs } = crew(['a', 'b', 'c']);
    const { tree, settle } = await plant({
      startOrder: 'parallel',
      strategy: 'one-for-all',
      children: specs,
    });
    drain(journal);
    a.crash();
    await settle();
    expect(drain(journal)).toEqual(['end a', 'stop c', 'stop b', 'start a', 'start b', 'start c']);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
  });

  test('one that fails does not keep the others from coming up; the next attempt is all of theirs', async () => {
    const { a, b, c, specs } = crew(['a', 'b', 'c'], (id) =>
      id === 'b' ? { onStart: failsFrom(2, 2) } : {},
    );
    const { tree, settle, pass } = await plant({
      startOrder: 'parallel',
      strategy: 'one-for-all',
      children: specs,
    });
    a.crash();
    await settle();
    await pass(10);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
    expect([a.starts, b.starts, c.starts, tree.snapshot().budget.used]).toEqual([3, 3, 3, 2]);
  });

  test('a stop in the middle of one', async () => {
    const gate = deferred<number>();
    const { a, journal, specs } = crew(['a', 'b'], () => ({
      onStart: (attempt: number) => (attempt === 1 ? 1 : gate.promise),
    }));
    const { tree, settle, clock } = await plant({
      startOrder: 'parallel',
      strategy: 'one-for-all',
      children: specs,
    });
    a.crash();
    await settle();
    drain(journal);
    const stopped = watched(tree.stop());
    await settle();
    gate.resolve(2);
    await settle();
    expect([stopped.isOver, drain(journal), clock.pendingTimers]).toEqual([true, ['stop b', 'stop a'], 0]);
  });

  test('dependants of one that is restarted follow as soon as what they need is up', async () => {
    const gates = [deferred<number>(), deferred<number>()];
    const { a, journal, specs } = crew(['a', 'b', 'c', 'd'], (id) => ({
      ...(id !== 'a' && { bindsTo: id === 'd' ? ['b'] : ['a'] }),
      ...(id === 'b' && { onStart: (attempt: number) => (attempt === 1 ? 1 : gates[0]!.promise) }),
      ...(id === 'c' && { onStart: (attempt: number) => (attempt === 1 ? 1 : gates[1]!.promise) }),
    }));
    const { tree, settle } = await plant({ startOrder: 'parallel', children: specs });
    drain(journal);
    a.crash();
    await settle();
    expect(drain(journal)).toEqual(['end a', 'stop d', 'stop c', 'stop b', 'start a', 'start b', 'start c']);
    gates[0]!.resolve(2);
    await settle();
    expect(drain(journal)).toEqual(['start d']);
    gates[1]!.resolve(2);
    await settle();
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running', 'd: running']);
  });
});

test('it is for the children of one supervisor, and no deeper', async () => {
  const { journal, specs, open } = gated(['a', 'b']);
  const sub = supervisor({ id: 'sub', children: specs });
  const { tree, settle } = plan({ startOrder: 'parallel', children: [sub, scripted('c', { journal }).spec] });
  void tree.start();
  await settle();
  expect(drain(journal).toSorted()).toEqual(['start a', 'start c']);
  open('a');
  open('b');
  await settle();
  expect(drain(journal)).toEqual(['start b']);
});

describe('one that is started again by itself', () => {
  /** Twenty services that lose their connection at once, and then take ten seconds each to find that there is none. */
  async function outage(startOrder: 'sequential' | 'parallel') {
    let isDown = false;
    const lost: (() => void)[] = [];
    const attempts = new Map<string, number>();
    const clients = Array.from({ length: 20 }, (_, i) =>
      scripted(`client${i}`, {
        maxRestarts: Infinity,
        backoff: { minMs: 100, maxMs: 1_000, jitter: 0 },
        onStart: async (_attempt, { id, sleep, fail }) => {
          attempts.set(id, (attempts.get(id) ?? 0) + 1);
          lost.push(() => fail(new Error('lost')));
          if (!isDown) return;
          await sleep(10_000);
          throw new Error('no connection');
        },
      }),
    );
    const other = scripted('other', { maxRestarts: Infinity });
    const { tree, clock, settle } = plan({
      startOrder,
      children: [...clients.map(({ spec }) => spec), other.spec],
    });
    await Promise.all([tree.start(), settle()]);
    isDown = true;
    attempts.clear();
    for (const lose of lost.splice(0)) lose();
    await clock.advance(60_000);
    return { tree, clock, settle, other, attempts: [...attempts.values()] };
  }

  test('holds nobody up: each of many tries at its own pace, and others are restarted and ended meanwhile', async () => {
    const { tree, settle, other, attempts } = await outage('parallel');
    expect(attempts).toEqual(new Array(20).fill(6));
    other.crash();
    await settle();
    expect(other.starts).toBe(2);
    const ended = watched(tree.terminateChild('other'));
    await settle();
    expect(ended.isOver).toBe(true);
    expect(tree.countChildren().active).toBe(20);
    const stopped = watched(tree.stop());
    await settle();
    expect(stopped.isOver).toBe(true);
  });

  test('in sequence, as in OTP, each waits until the one before it has failed', async () => {
    const { tree, clock, attempts } = await outage('sequential');
    expect(attempts.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(7);
    const stopped = watched(tree.stop());
    await clock.advance(0);
    expect(stopped.isOver).toBe(true);
  });

  test('comes up: those that wait for it follow', async () => {
    const journal: string[] = [];
    const gate = deferred<unknown>();
    const db = scripted('db', { journal, onStart: (attempt) => (attempt === 2 ? gate.promise : attempt) });
    const { tree, settle } = plan({ startOrder: 'parallel', children: [db.spec] });
    await tree.start();
    db.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: starting']);
    const refused = await rejection(tree.startChild(scripted('api', { journal, bindsTo: ['db'] }).spec));
    expect(refused).toMatchObject({ code: 'COPPICE_BOUND' });
    await tree.reconcile([db.spec, scripted('api', { journal }).spec]);
    await tree.reconcile([db.spec, { ...tree.childSpec('api'), bindsTo: ['db'] }]);
    gate.resolve('up');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
    await tree.stop();
  });

  test('restartNow in the middle of its start begins anew; terminateChild ends it', async () => {
    const { specs, a } = {
      ...crew(['a'], () => ({
        onStart: (n) => (n === 2 || n === 4 ? new Promise(() => {}) : n),
        shutdownMs: 10,
      })),
    };
    const { tree, clock, settle } = plan({ startOrder: 'parallel', children: specs });
    await tree.start();
    a.crash();
    await settle();
    const restarted = watched(tree.restartNow('a'));
    await clock.advance(10);
    expect([restarted.isOver, statuses(tree)]).toEqual([true, ['a: running']]);
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: starting']);
    const ended = watched(tree.terminateChild('a'));
    await clock.advance(10);
    expect([ended.isOver, statuses(tree)]).toEqual([true, ['a: stopped']]);
    await clock.advance(60_000);
    expect(statuses(tree)).toEqual(['a: stopped']);
  });
});
