/** `onStuck`: what becomes of a child that does not end in time and cannot be killed. */
import { type OnStuck, type SupervisionEvent, StuckError, service, supervisor, task } from '@coppice/core';
import { type Booted, boot, crew, deferred, drain, forever, scripted, statuses } from './support/scripted.js';

const of = (events: readonly SupervisionEvent[], type: SupervisionEvent['type']): string[] =>
  events.filter((event) => event.type === type).map(({ path }) => path);

/** A child that cleans up until its gate opens, among two that are quick. */
async function withStuck(
  onStuck: OnStuck,
  more: object = {},
  options: object = {},
): Promise<Booted & { journal: string[]; crash: () => void; gate: ReturnType<typeof deferred<void>> }> {
  const gate = deferred<void>();
  const team = crew(['a', 'b', 'c'], (id) =>
    id === 'b' ? { shutdownMs: 100, onStuck, onStop: () => gate.promise, ...more } : {},
  );
  const booted = await boot({ ...options, children: team.specs });
  drain(team.journal);
  return { ...booted, journal: team.journal, crash: () => team.b.crash(), gate };
}

describe('abandon', () => {
  test('goes on without it, which is the default', async () => {
    expect(service({ id: 'a', start: () => 1 }).onStuck).toBe('abandon');
    const { journal, crash, clock, tree, events } = await withStuck('abandon');
    crash();
    await clock.advance(99);
    expect(statuses(tree)[1]).toBe('b: stopping');
    await clock.advance(1);
    expect(journal).toEqual(['end b', 'start b']);
    expect(of(events, 'child:abandoned')).toEqual(['root/b']);
    expect(of(events, 'child:stuck')).toEqual([]);
  });
});

describe('wait', () => {
  test('after a crash: the next incarnation starts when the last one is gone, however late', async () => {
    const { journal, crash, clock, tree, events, gate } = await withStuck('wait');
    crash();
    await clock.advance(100_000);
    expect(journal).toEqual(['end b']);
    expect(statuses(tree)).toEqual(['a: running', 'b: killing', 'c: running']);
    expect(tree.snapshot().children[1]!.abandoned).toEqual([]);
    gate.resolve();
    await clock.advance(0);
    expect(journal).toEqual(['end b', 'start b']);
    expect(statuses(tree)[1]).toBe('b: running');
    const stuck = events.filter(({ type }) => type === 'child:stuck');
    expect(stuck).toMatchObject([
      { path: 'root/b', incarnation: 1, phase: 'cleaning-up', at: 100, kind: 'service' },
    ]);
    expect(of(events, 'child:abandoned')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('with its siblings: nobody is stopped or started past it', async () => {
    const { journal, crash, clock, gate } = await withStuck('wait', {}, { strategy: 'one-for-all' });
    crash();
    await clock.advance(10_000);
    expect(drain(journal)).toEqual(['end b']);
    gate.resolve();
    await clock.advance(0);
    expect(journal).toEqual(['stop c', 'stop a', 'start a', 'start b', 'start c']);
  });

  test('asked to stop by a command: the answer comes when it is gone', async () => {
    const { tree, clock, gate, events } = await withStuck('wait');
    let isAnswered = false;
    const answer = tree.terminateChild('b').then(() => (isAnswered = true));
    await clock.advance(50_000);
    expect(isAnswered).toBe(false);
    expect(events.find(({ type }) => type === 'child:stuck')).toMatchObject({ phase: 'running' });
    gate.resolve();
    await answer;
    expect(statuses(tree)[1]).toBe('b: stopped');
    expect(tree.snapshot().children[1]!.lastExit).toEqual({ kind: 'killed' });
  });

  test('a stop without a deadline waits for it, and reports a clean end', async () => {
    const { tree, clock, gate, journal } = await withStuck('wait');
    const stopped = tree.stop();
    await clock.advance(50_000);
    expect(drain(journal)).toEqual(['stop c', 'stop b']);
    gate.resolve();
    expect(await stopped).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
    expect(journal).toEqual(['stop a']);
  });

  test('a stop with a deadline ends all the same: it overrides the wait', async () => {
    const { tree, clock, ended, events } = await withStuck('wait');
    void tree.stop({ shutdownMs: 500 });
    await clock.advance(499);
    expect(of(events, 'child:stuck')).toEqual(['root/b']);
    expect(of(events, 'child:abandoned')).toEqual([]);
    await clock.advance(1);
    expect((await ended).unstopped).toMatchObject([{ path: 'root/b', incarnation: 1, waitedMs: 500 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a deadline that comes to one which was stuck before', async () => {
    for (const before of ['crash', 'terminate', 'stop'] as const) {
      const { tree, clock, ended, crash } = await withStuck('wait');
      if (before === 'crash') crash();
      else if (before === 'terminate') void tree.terminateChild('b').catch(() => {});
      else void tree.stop();
      await clock.advance(1_000);
      void tree.stop({ shutdownMs: 50 });
      await clock.advance(50);
      expect((await ended).unstopped).toMatchObject([{ path: 'root/b' }]);
      expect(clock.now()).toBe(1_050);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test('below a supervisor that is killed it is not waited for either', async () => {
    const stuck = task({ id: 'a', shutdownMs: 10, onStuck: 'wait', run: () => forever() });
    const sub = supervisor({ id: 'sub', shutdownMs: 300, children: [stuck] });
    const { tree, clock, ended, events } = await boot({ children: [sub] });
    void tree.stop();
    await clock.advance(299);
    expect(of(events, 'child:stuck')).toEqual(['root/sub/a']);
    await clock.advance(1);
    expect((await ended).unstopped).toMatchObject([{ path: 'root/sub/a', phase: 'running' }]);
  });

  test('with a kill hook: it is stuck when the hook and its grace have not helped, and that is told once', async () => {
    for (const kill of [() => {}, () => Promise.resolve(), () => forever()]) {
      const { tree, clock, gate, events } = await withStuck('wait', { kill });
      const answer = tree.terminateChild('b');
      await clock.advance(99);
      expect(of(events, 'child:stuck')).toEqual([]);
      await clock.advance(10_000);
      expect(of(events, 'child:stuck')).toEqual(['root/b']);
      gate.resolve();
      await answer;
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test('with a kill hook that helps it is not stuck at all', async () => {
    const gate = deferred<void>();
    const { tree, clock, events } = await withStuck('wait', {
      onStop: () => gate.promise,
      kill: () => gate.resolve(),
    });
    const answer = tree.terminateChild('b');
    await clock.advance(100);
    await answer;
    expect(of(events, 'child:stuck')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('its end by itself while it is stuck is still decided on as any other', async () => {
    const { crash, clock, tree, gate } = await withStuck('wait', { restart: 'temporary' });
    crash();
    await clock.advance(1_000);
    gate.resolve();
    await clock.advance(0);
    expect(statuses(tree)).toEqual(['a: running', 'c: running']);
  });
});

describe('exit', () => {
  test('the whole tree ends, in order, with an error that says who', async () => {
    const { tree, clock, ended, events, journal } = await withStuck('exit');
    void tree.terminateChild('b').catch(() => {});
    await clock.advance(99);
    expect(drain(journal)).toEqual(['stop b']);
    await clock.advance(1);
    const { reason, unstopped } = await ended;
    const error = (reason as { error: StuckError }).error;
    expect(reason.kind).toBe('crash');
    expect(error).toBeInstanceOf(StuckError);
    expect(error).toMatchObject({ code: 'COPPICE_STUCK', path: 'root/b', details: { waitedMs: 100 } });
    expect(error.message).toContain('100 ms');
    expect(unstopped).toMatchObject([{ path: 'root/b', incarnation: 1, waitedMs: 100 }]);
    expect(journal).toEqual(['stop c', 'stop a']);
    expect(of(events, 'child:abandoned')).toEqual(['root/b']);
    expect(of(events, 'child:stuck')).toEqual([]);
    expect(events.at(-1)).toMatchObject({
      type: 'supervisor:stopped',
      path: 'root',
      reason: { kind: 'crash', error: { code: 'COPPICE_STUCK' } },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('from far below: all of it, and not only its supervisor', async () => {
    const stuck = task({ id: 'leaf', shutdownMs: 10, onStuck: 'exit', run: () => forever() });
    const { journal, specs } = crew(['a', 'z']);
    const sub = supervisor({ id: 'sub', children: [supervisor({ id: 'deep', children: [stuck] })] });
    const { tree, clock, ended } = await boot({ children: [specs[0]!, sub, specs[1]!] });
    void tree
      .supervisor('sub/deep')
      .terminateChild(stuck)
      .catch(() => {});
    await clock.advance(10);
    expect(await ended).toMatchObject({
      reason: { kind: 'crash', error: { path: 'root/sub/deep/leaf' } },
      unstopped: [{ path: 'root/sub/deep/leaf', phase: 'running' }],
    });
    expect(journal).toEqual(['start a', 'start z', 'stop z', 'stop a']);
  });

  test('after a crash of its own it is not started again beside itself', async () => {
    const { crash, clock, ended, journal } = await withStuck('exit');
    crash();
    await clock.advance(100);
    expect(await ended).toMatchObject({ reason: { kind: 'crash', error: { code: 'COPPICE_STUCK' } } });
    expect(journal).toEqual(['end b', 'stop c', 'stop a']);
  });

  test('nor while the end of the tree is on its way to its supervisor', async () => {
    const gate = deferred<void>();
    const { journal, specs, b } = crew(['a', 'b', 'c', 'z'], (id) => ({
      ...(id === 'b' && { shutdownMs: 10, onStuck: 'exit' as const, onStop: forever }),
      ...(id === 'z' && { onStop: () => gate.promise }),
    }));
    const [inner, last] = [specs.slice(0, 3), specs[3]!];
    const sub = supervisor({ id: 'sub', strategy: 'one-for-all', children: inner });
    const { clock, ended, tree } = await boot({ children: [sub, last] });
    drain(journal);
    b.crash();
    await clock.advance(1_000);
    expect(drain(journal)).toEqual(['end b', 'stop z']);
    expect(statuses(tree.supervisor(sub))).toEqual(['a: running', 'b: killing', 'c: running']);
    gate.resolve();
    expect(await ended).toMatchObject({
      reason: { error: { code: 'COPPICE_STUCK', details: { waitedMs: 10 } } },
      unstopped: [{ path: 'root/sub/b', waitedMs: 1_000 }],
    });
    expect(journal).toEqual(['stop c', 'stop a']);
  });

  test('in a tree that stops already: it goes on stopping, and ends for the reason that came first', async () => {
    const { tree, clock, ended, journal } = await withStuck('exit');
    void tree.stop();
    await clock.advance(100);
    expect(await ended).toMatchObject({ reason: { kind: 'shutdown' }, unstopped: [{ path: 'root/b' }] });
    expect(journal).toEqual(['stop c', 'stop b', 'stop a']);
  });

  test('with a kill hook: only when that has not helped within its grace', async () => {
    const { tree, clock, ended } = await withStuck('exit', { kill: () => forever() });
    void tree.terminateChild('b').catch(() => {});
    await clock.advance(1_099);
    expect(statuses(tree)[1]).toBe('b: killing');
    await clock.advance(1);
    expect(await ended).toMatchObject({ reason: { kind: 'crash', error: { details: { waitedMs: 1_100 } } } });
  });

  test('with a kill hook that helps nothing ends', async () => {
    const gate = deferred<void>();
    const { tree, clock } = await withStuck('exit', {
      onStop: () => gate.promise,
      kill: () => gate.resolve(),
    });
    const answer = tree.terminateChild('b');
    await clock.advance(100);
    await answer;
    expect(statuses(tree)).toEqual(['a: running', 'b: stopped', 'c: running']);
  });
});

test('a child that ends in time is not stuck, whatever its onStuck', async () => {
  for (const onStuck of ['abandon', 'wait', 'exit'] as const) {
    const a = scripted('a', { shutdownMs: 0, onStuck });
    const { tree, events } = await boot({ children: [a.spec] });
    await tree.terminateChild('a');
    await tree.stop();
    expect(events.filter(({ type }) => /stuck|abandoned/.test(type))).toEqual([]);
  }
});

test('a child that may clean up for as long as it takes has no timer', async () => {
  const gate = deferred<void>();
  const a = scripted('a', { shutdownMs: Infinity, onStop: () => gate.promise });
  const { tree, clock } = await boot({ children: [a.spec] });
  a.crash();
  await clock.advance(0);
  expect([statuses(tree), clock.pendingTimers]).toEqual([['a: stopping'], 0]);
  gate.resolve();
  await clock.advance(0);
  expect(a.starts).toBe(2);
});
