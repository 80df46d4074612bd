/** Backoff: the delays before a child is started again, and what ends them. */
import {
  type BackoffOptions,
  type SupervisionEvent,
  dynamicSupervisor,
  seededRandom,
  service,
  supervisor,
} from '@coppice/core';
import { crew, deferred, drain, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plan, plant, watched } from './support/trees.js';

const backoff: BackoffOptions = { minMs: 100, maxMs: 1_000, jitter: 0, resetAfterMs: 10_000 };
const limitless = { maxRestarts: Infinity };

/** The delays before so many restarts of a child that crashes as soon as it is up. */
async function delays(options: BackoffOptions, count: number, random?: () => number): Promise<number[]> {
  const a = scripted('a', { backoff: options });
  const { told, clock, pass, tree } = await plant({ ...limitless, children: [a.spec] }, random);
  for (let i = 0; i < count; i++) {
    a.crash();
    await pass(0);
    await pass(clock.nextTimerAt! - clock.now());
  }
  await tree.stop();
  return told('child:backing-off').map(({ delayMs }) => delayMs);
}

describe('the delays', () => {
  test('minMs first, then factor times the last, up to maxMs', async () => {
    expect(await delays({ ...backoff, factor: 3 }, 5)).toEqual([100, 300, 900, 1_000, 1_000]);
    expect(await delays({ ...backoff, minMs: 40 }, 6)).toEqual([40, 80, 160, 320, 640, 1_000]);
    expect(await delays({ ...backoff, factor: 1 }, 3)).toEqual([100, 100, 100]);
    expect(await delays({ ...backoff, minMs: 70, maxMs: 70 }, 3)).toEqual([70, 70, 70]);
  });

  test('whole milliseconds, also of a factor that is none', async () => {
    expect(await delays({ ...backoff, minMs: 10, factor: 1.25 }, 4)).toEqual([10, 13, 16, 20]);
  });

  test('by default the factor is 2, and up to half is taken off by chance', async () => {
    const most = { minMs: 100, maxMs: 1_000, resetAfterMs: 10_000 };
    expect(await delays(most, 4, () => 0)).toEqual([100, 200, 400, 800]);
    expect(await delays(most, 4, () => 1 - Number.EPSILON)).toEqual([51, 101, 201, 401]);
    expect(await delays({ ...most, jitter: 1 }, 3, () => 0.75)).toEqual([25, 50, 100]);
  });

  test('a seed repeats them; another one does not; none is outside its bounds', async () => {
    const most = { minMs: 100, maxMs: 5_000, resetAfterMs: 10_000 };
    const first = await delays(most, 12, seededRandom(7));
    expect(await delays(most, 12, seededRandom(7))).toEqual(first);
    expect(await delays(most, 12, seededRandom(8))).not.toEqual(first);
    first.forEach((delay, i) => {
      const longest = Math.min(5_000, 100 * 2 ** i);
      expect(delay).toBeGreaterThanOrEqual(longest / 2);
      expect(delay).toBeLessThanOrEqual(longest);
    });
  });

  test('until the delay is over it is backing-off, and when it will start is to be seen', async () => {
    const a = scripted('a', { backoff });
    const { tree, pass, clock } = await plant({ children: [a.spec] });
    await pass(5_000);
    a.crash();
    await pass(99);
    expect(tree.snapshot().children[0]).toMatchObject({
      status: 'backing-off',
      nextStartAt: 5_100,
      failures: 1,
    });
    expect([a.starts, clock.pendingTimers, tree.countChildren().active]).toEqual([1, 1, 0]);
    await pass(1);
    expect(tree.snapshot().children[0]).toMatchObject({ status: 'running', nextStartAt: null, failures: 1 });
    expect([a.starts, clock.pendingTimers]).toEqual([2, 0]);
  });

  test('a normal end of a permanent child is delayed as well; one that is not started again is not', async () => {
    const a = scripted('a', { backoff });
    const b = scripted('b', { backoff, restart: 'transient' });
    const { tree, settle } = await plant({ children: [a.spec, b.spec] });
    a.finish();
    b.finish();
    await settle();
    expect(statuses(tree)).toEqual(['a: backing-off', 'b: stopped']);
  });

  test('a failed start is delayed from when it failed, and counted once', async () => {
    const gate = deferred<never>();
    const a = scripted('a', { backoff, onStart: (attempt) => (attempt === 2 ? gate.promise : attempt) });
    const { tree, pass, told, clock } = await plant({ children: [a.spec] });
    a.crash();
    await pass(100);
    await pass(50); // its second start takes so long
    gate.reject(new Error('no'));
    await pass(199);
    expect(statuses(tree)).toEqual(['a: backing-off']);
    await pass(1);
    expect(statuses(tree)).toEqual(['a: running']);
    expect(clock.now()).toBe(350);
    expect(
      told('child:restarting').map(({ because, delayMs, budget }) => [because, delayMs, budget.used]),
    ).toEqual([
      ['exit', 100, 1],
      ['start-failed', 200, 2],
    ]);
  });

  test('in the middle of a delay it has no other restart, and costs nothing but its timer', async () => {
    const a = scripted('a', { backoff });
    const b = scripted('b');
    const { tree, pass, clock } = await plant({ children: [a.spec, b.spec] });
    a.crash();
    await pass(10);
    b.crash();
    await pass(10);
    expect([a.starts, b.starts, clock.pendingTimers]).toEqual([1, 2, 1]);
    expect(statuses(tree)).toEqual(['a: backing-off', 'b: running']);
  });
});

describe('a run that was long enough makes good what was before', () => {
  test.each([
    [9_999, 200, 2],
    [10_000, 100, 1],
  ])('up for %i ms', async (uptime, delayMs, failures) => {
    const a = scripted('a', { backoff });
    const { pass, told } = await plant({ children: [a.spec] });
    a.crash();
    await pass(100);
    await pass(uptime);
    a.crash();
    await pass(0);
    expect(told('child:backing-off').at(-1)).toMatchObject({ delayMs, failures });
  });

  test('resetAfterMs is maxMs, if nobody says otherwise', async () => {
    const a = scripted('a', { backoff: { minMs: 100, maxMs: 1_000, jitter: 0 } });
    const { pass, told } = await plant({ children: [a.spec] });
    for (const uptime of [0, 999, 1_000]) {
      await pass(uptime);
      a.crash();
      await pass(0);
      await pass(told('child:backing-off').at(-1)!.delayMs);
    }
    expect(told('child:backing-off').map(({ failures }) => failures)).toEqual([1, 2, 1]);
  });

  test('the time of a failed start is no run', async () => {
    const gates = [deferred<number>(), deferred<number>()];
    const a = scripted('a', { backoff, onStart: (attempt) => (attempt === 2 ? gates[0]!.promise : attempt) });
    const { pass, told } = await plant({ children: [a.spec] });
    a.crash();
    await pass(100);
    await pass(20_000);
    gates[0]!.reject(new Error('no'));
    await pass(0);
    expect(told('child:backing-off').at(-1)).toMatchObject({ failures: 2 });
  });
});

describe('childBackoff of the supervisor', () => {
  test('is for those that have none of their own', async () => {
    const a = scripted('a');
    const b = scripted('b', { backoff: { ...backoff, minMs: 500 } });
    const { pass, told } = await plant({
      childBackoff: { ...backoff, minMs: 30 },
      children: [a.spec, b.spec],
    });
    a.crash();
    b.crash();
    await pass(0);
    expect(told('child:backing-off').map(({ id, delayMs }) => [id, delayMs])).toEqual([
      ['a', 30],
      ['b', 500],
    ]);
  });

  test('of a dynamic supervisor, too; and it does not reach further down', async () => {
    const a = scripted('a');
    const b = scripted('b');
    const dynamic = dynamicSupervisor({ id: 'dyn', childBackoff: backoff, child: a.spec });
    const nested = supervisor({ id: 'nested', children: [b.spec] });
    const { tree, pass, told } = await plant({
      childBackoff: { ...backoff, minMs: 999 },
      children: [dynamic, nested],
    });
    await tree.supervisor(dynamic).startChild();
    a.crash();
    b.crash();
    await pass(0);
    expect(told('child:backing-off').map(({ path, delayMs }) => [path, delayMs])).toEqual([
      ['root/dyn/a#1', 100],
    ]);
    expect(b.starts).toBe(2);
    await pass(100);
    expect(statuses(tree.supervisor('dyn'))).toEqual(['a#1: running']);
  });
});

describe('with the strategies: the group is stopped at once, the delay comes before its start', () => {
  test('one-for-all', async () => {
    const { a, b, c, journal, specs } = crew(['a', 'b', 'c'], (id) => (id === 'b' ? { backoff } : {}));
    const { tree, pass } = await plant({ strategy: 'one-for-all', children: specs });
    drain(journal);
    b.crash();
    await pass(0);
    expect(drain(journal)).toEqual(['end b', 'stop c', 'stop a']);
    expect(statuses(tree)).toEqual(['a: waiting', 'b: backing-off', 'c: waiting']);
    await pass(99);
    expect([a.starts, b.starts, c.starts]).toEqual([1, 1, 1]);
    await pass(1);
    expect(drain(journal)).toEqual(['start a', 'start b', 'start c']);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
  });

  test('rest-for-one: those before it run on', async () => {
    const { a, b, journal, specs } = crew(['a', 'b', 'c'], (id) => (id === 'b' ? { backoff } : {}));
    const { tree, pass } = await plant({ strategy: 'rest-for-one', children: specs });
    drain(journal);
    b.crash();
    await pass(0);
    expect(drain(journal)).toEqual(['end b', 'stop c']);
    expect(statuses(tree)).toEqual(['a: running', 'b: backing-off', 'c: waiting']);
    await pass(100);
    expect(drain(journal)).toEqual(['start b', 'start c']);
    expect(a.starts).toBe(1);
  });

  test('the delay is from when the last of them is down', async () => {
    const gate = deferred();
    const { b, journal, specs } = crew(['a', 'b'], (id) =>
      id === 'b' ? { backoff } : { onStop: () => gate.promise },
    );
    const { pass, told } = await plant({ strategy: 'one-for-all', children: specs });
    b.crash();
    await pass(2_000);
    expect(told('child:backing-off')).toEqual([]);
    gate.resolve();
    await pass(0);
    expect(told('child:backing-off')).toMatchObject([{ at: 2_000, nextStartAt: 2_100 }]);
    drain(journal);
    await pass(100);
    expect(drain(journal)).toEqual(['start a', 'start b']);
  });

  test('one of the group that fails to start delays the whole again', async () => {
    const { a, b, journal, specs } = crew(['a', 'b', 'c'], (id) => ({
      ...(id !== 'a' && { backoff }),
      ...(id === 'b' && { onStart: failsFrom(2, 2) }),
    }));
    const { tree, pass } = await plant({ strategy: 'one-for-all', children: specs });
    b.crash();
    await pass(0);
    drain(journal);
    await pass(100);
    expect(drain(journal)).toEqual(['start a', 'start b', 'stop a']);
    expect(statuses(tree)).toEqual(['a: waiting', 'b: backing-off', 'c: waiting']);
    await pass(199);
    expect(a.starts).toBe(2);
    await pass(1);
    expect(drain(journal)).toEqual(['start a', 'start b', 'start c']);
  });
});

describe('what ends a delay', () => {
  const down = async () => {
    const a = scripted('a', { backoff });
    const planted = await plant({ children: [a.spec, scripted('b').spec] });
    a.crash();
    await planted.pass(10);
    expect(statuses(planted.tree)[0]).toBe('a: backing-off');
    return { ...planted, a };
  };

  test('the end of the tree: nothing is left behind', async () => {
    const { tree, a, clock, pass } = await down();
    await tree.stop();
    expect(clock.pendingTimers).toBe(0);
    await pass(10_000);
    expect(a.starts).toBe(1);
    expect(tree.snapshot().children[0]).toMatchObject({ status: 'stopped', nextStartAt: null });
  });

  test('terminateChild; restartChild then starts it at once', async () => {
    const { tree, a, clock, pass } = await down();
    await tree.terminateChild('a');
    expect(clock.pendingTimers).toBe(0);
    await pass(10_000);
    expect([a.starts, statuses(tree)[0]]).toEqual([1, 'a: stopped']);
    expect(tree.snapshot().children[0]).toMatchObject({ nextStartAt: null });
    await tree.restartChild('a');
    expect(a.starts).toBe(2);
  });

  test('restartNow: it starts at once, once, and all is forgiven', async () => {
    const { tree, a, clock, pass } = await down();
    expect(await tree.restartNow('a')).toMatchObject({ status: 'running', incarnation: 2 });
    expect(clock.pendingTimers).toBe(0);
    await pass(10_000);
    expect(a.starts).toBe(2);
    expect(tree.snapshot().children[0]).toMatchObject({ failures: 0 });
  });

  test('restartChild and deleteChild are refused, as for one that is being restarted', async () => {
    const { tree, a, pass } = await down();
    for (const call of ['restartChild', 'deleteChild'] as const) {
      expect(await rejection(tree[call]('a'))).toMatchObject({ code: 'COPPICE_RESTARTING' });
    }
    await pass(90);
    expect(a.starts).toBe(2);
  });

  test('a retry that stands in the mailbox already is void, whatever comes before it', async () => {
    for (const command of ['terminateChild', 'pause', 'restartNow'] as const) {
      const gate = deferred();
      const a = scripted('a', { backoff });
      const slow = scripted('slow', { onStop: () => gate.promise });
      const { tree, pass } = await plant({ children: [a.spec, slow.spec] });
      a.crash();
      await pass(10);
      const terminated = tree.terminateChild(slow.spec); // keeps the supervisor busy
      const done = tree[command]('a');
      await pass(200); // its delay is over: the retry stands behind the command
      expect(statuses(tree)[0]).toBe('a: backing-off');
      gate.resolve();
      await Promise.all([terminated, done]);
      await pass(10_000);
      expect({ command, starts: a.starts }).toEqual({ command, starts: command === 'restartNow' ? 2 : 1 });
    }
  });

  test('a stop that comes while the retry stands in the mailbox', async () => {
    const gate = deferred();
    const a = scripted('a', { backoff });
    const slow = scripted('slow', { onStop: () => gate.promise });
    const { tree, pass, clock } = await plant({ children: [a.spec, slow.spec] });
    a.crash();
    await pass(10);
    void tree.terminateChild(slow.spec);
    await pass(200);
    const stopped = tree.stop();
    gate.resolve();
    await stopped;
    expect([a.starts, clock.pendingTimers]).toEqual([1, 0]);
  });

  test('the crash of a sibling that takes it along: it comes back with the group, not once more', async () => {
    const { a, b, specs } = crew(['a', 'b'], (id) => ({
      backoff: { ...backoff, minMs: id === 'a' ? 100 : 20 },
    }));
    const { tree, pass, clock } = await plant({ strategy: 'rest-for-one', children: [...specs] });
    b.crash();
    await pass(5);
    a.crash();
    await pass(15); // the delay of b would be over
    expect([a.starts, b.starts]).toEqual([1, 1]);
    expect(statuses(tree)).toEqual(['a: backing-off', 'b: waiting']);
    await pass(200);
    expect([a.starts, b.starts, clock.pendingTimers]).toEqual([2, 2, 0]);
  });
});

describe('the delay of a group, when the one that it waits for goes another way', () => {
  const group = async (strategy: 'one-for-all' | 'rest-for-one') => {
    const { a, b, c, specs } = crew(['a', 'b', 'c'], (id) => (id === 'a' ? { backoff } : {}));
    const planted = await plant({ strategy, children: specs });
    a.crash();
    await planted.pass(10);
    expect(statuses(planted.tree)).toEqual(['a: backing-off', 'b: waiting', 'c: waiting']);
    return { ...planted, a, b, c };
  };

  test.each(['one-for-all', 'rest-for-one'] as const)(
    '%s: restartNow brings back all that wait',
    async (strategy) => {
      const { tree, a, b, c, pass } = await group(strategy);
      await tree.restartNow('a');
      await pass(10_000);
      expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
      expect([a.starts, b.starts, c.starts]).toEqual([2, 2, 2]);
    },
  );

  test.each(['one-for-all', 'rest-for-one'] as const)(
    '%s: terminated, the others run without it',
    async (strategy) => {
      const { tree, b, c, pass } = await group(strategy);
      await tree.terminateChild('a');
      await pass(10_000);
      expect(statuses(tree)).toEqual(['a: stopped', 'b: running', 'c: running']);
      expect([b.starts, c.starts]).toEqual([2, 2]);
    },
  );

  test.each(['one-for-all', 'rest-for-one'] as const)(
    '%s: paused, the others run without it',
    async (strategy) => {
      const { tree, a, b, pass } = await group(strategy);
      await tree.pause('a');
      await pass(10_000);
      expect(statuses(tree)).toEqual(['a: paused', 'b: running', 'c: running']);
      await tree.resume('a');
      expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
      expect([a.starts, b.starts]).toEqual([2, 2]);
    },
  );

  test('one of those that wait can be started by hand, and still comes back with the group', async () => {
    const { tree, b, pass } = await group('one-for-all');
    expect(await tree.restartChild('b')).toMatchObject({ status: 'running' });
    await pass(90);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
    expect(b.starts).toBe(3);
  });
});

test('after a shared outage a hundred children do not come back in one tick', async () => {
  const ids = Array.from({ length: 100 }, (_, i) => `c${i}`);
  const members = ids.map((id) => scripted(id, { backoff: { minMs: 1_000, maxMs: 30_000 } }));
  const children = members.map(({ spec }) => spec);
  const { told, pass, tree } = await plant({ ...limitless, children }, seededRandom(42));
  const before = told('child:started').length;
  for (const member of members) member.crash();
  await pass(2_000);
  const starts = told('child:started')
    .slice(before)
    .map(({ at }) => at);
  expect(starts).toHaveLength(100);
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...starts)).toBeLessThanOrEqual(1_000);
  const perTick = new Map<number, number>();
  for (const at of starts) perTick.set(at, (perTick.get(at) ?? 0) + 1);
  expect(Math.max(...perTick.values())).toBeLessThanOrEqual(5);
  await tree.stop();
});

test('chance is asked for delays only: a tree without a backoff never needs it', async () => {
  let asked = 0;
  const a = scripted('a');
  const { pass } = await plant({ children: [a.spec] }, () => ++asked / 100);
  a.crash();
  await pass(0);
  expect([a.starts, asked]).toEqual([2, 0]);
});

test('one whose delay is in the way of a stop with a deadline does not use up any of it', async () => {
  const a = scripted('a', { backoff, shutdownMs: 5_000 });
  const b = scripted('b', { shutdownMs: 5_000, onStop: () => new Promise(() => {}) });
  const { tree, pass, told } = await plant({ children: [b.spec, a.spec] });
  a.crash();
  await pass(1);
  const stopped = watched(tree.stop({ shutdownMs: 1_000 }));
  await pass(1_000);
  expect(stopped.isOver).toBe(true);
  expect(told('child:stopping')).toMatchObject([{ id: 'b', shutdownMs: 1_000 }]);
});

test('events come in causal order: the end, the decision, who goes along, the delay, the start', async () => {
  const { a, specs } = crew(['a', 'b'], (id) => (id === 'a' ? { backoff } : {}));
  const { events, pass } = await plant({ strategy: 'one-for-all', children: specs });
  const before = events.length;
  a.crash();
  await pass(100);
  const line = (event: SupervisionEvent): string => `${event.type} ${event.path}`;
  expect(events.slice(before).map(line)).toEqual([
    'child:crashed root/a',
    'child:restarting root/a',
    'child:stopping root/b',
    'child:stopped root/b',
    'child:waiting root/b',
    'child:backing-off root/a',
    'child:starting root/a',
    'child:started root/a',
    'child:starting root/b',
    'child:started root/b',
  ]);
});

test('a handle that was never started has no delays, and reads all the same', () => {
  const { tree } = plan({ children: [service({ id: 'a', backoff, start: () => 1 })] });
  expect(tree.snapshot().children[0]).toMatchObject({ status: 'stopped', nextStartAt: null, failures: 0 });
});
