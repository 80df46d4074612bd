/** What giving up means: park, keep-trying, exit; escalate is in own-limit.test.ts. */
import { type GiveUp, type SupervisorOptions, supervisor } from '@coppice/core';
import { crew, drain, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plan, plant } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 1_000, jitter: 0, resetAfterMs: 5_000 };

describe('park', () => {
  test('it stays down, to be seen, and the others run on', async () => {
    const { a, journal, specs } = crew(['a', 'b'], (id) =>
      id === 'a' ? { maxRestarts: 0, giveUp: 'park' } : {},
    );
    const { tree, pass, clock, told } = await plant({ children: specs });
    drain(journal);
    a.crash();
    await pass(60_000);
    expect(drain(journal)).toEqual(['end a']);
    expect(statuses(tree)).toEqual(['a: parked', 'b: running']);
    expect(clock.pendingTimers).toBe(0);
    expect(tree.snapshot().children[0]).toMatchObject({
      status: 'parked',
      giveUp: 'park',
      nextStartAt: null,
    });
    expect(tree.countChildren().active).toBe(1);
    expect(told('child:gave-up')).toMatchObject([
      { id: 'a', giveUp: 'park', because: 'limit', reviveAt: null },
    ]);
  });

  test.each(['one-for-all', 'rest-for-one'] as const)(
    'under %s those that run are left alone, and later restarts pass it over',
    async (strategy) => {
      const { a, b, c, journal, specs } = crew(['a', 'b', 'c'], (id) =>
        id === 'b' ? { maxRestarts: 0, giveUp: 'park' } : {},
      );
      const { tree, settle } = await plant({ strategy, children: specs });
      drain(journal);
      b.crash();
      await settle();
      expect(drain(journal)).toEqual(['end b']);
      a.crash();
      await settle();
      expect(drain(journal)).toEqual(['end a', 'stop c', 'start a', 'start c']);
      expect(statuses(tree)).toEqual(['a: running', 'b: parked', 'c: running']);
      expect([a.starts, b.starts, c.starts]).toEqual([2, 1, 2]);
    },
  );

  test.each([
    ['one-for-all', undefined],
    ['rest-for-one', undefined],
    ['one-for-all', backoff],
    ['rest-for-one', backoff],
  ] as const)(
    'under %s, when its group is down with it: the group comes back without it (%o)',
    async (strategy, delays) => {
      const { b, journal, specs } = crew(['a', 'b', 'c'], (id) =>
        id === 'b'
          ? {
              maxRestarts: 1,
              withinMs: 60_000,
              giveUp: 'park',
              onStart: failsFrom(2),
              ...(delays && { backoff: delays }),
            }
          : {},
      );
      const { tree, pass, clock } = await plant({ strategy, children: specs });
      drain(journal);
      b.crash();
      await pass(1_000);
      expect(statuses(tree)).toEqual(['a: running', 'b: parked', 'c: running']);
      expect(drain(journal).at(-1)).toBe('start c');
      expect([b.starts, clock.pendingTimers]).toEqual([2, 0]);
    },
  );

  test('what is there for all is not touched', async () => {
    const a = scripted('a', { maxRestarts: 2, giveUp: 'park' });
    const { tree, settle } = await plant({ maxRestarts: 0, children: [a.spec] });
    for (let i = 0; i < 3; i++) {
      a.crash();
      await settle();
    }
    expect(tree.snapshot()).toMatchObject({ phase: 'running', budget: { used: 0 } });
  });

  test('terminated and deleted like one that is down', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 1_000 });
    const { tree, settle, clock, pass } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    expect(clock.pendingTimers).toBe(1);
    await tree.terminateChild('a');
    expect([statuses(tree)[0], clock.pendingTimers]).toEqual(['a: stopped', 0]);
    await pass(5_000);
    expect(a.starts).toBe(1);
    await tree.restartChild('a');
    a.crash();
    await settle();
    await tree.deleteChild('a');
    await pass(5_000);
    expect([statuses(tree), clock.pendingTimers, a.starts]).toEqual([[], 0, 2]);
  });

  test('the end of the tree does not wait for it, nor for its revival', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 1_000 });
    const { tree, settle, clock } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    await tree.stop();
    expect([clock.pendingTimers, a.starts]).toEqual([0, 1]);
  });

  test('a significant one that is parked has not ended for good', async () => {
    const a = scripted('a', { restart: 'transient', significant: true, maxRestarts: 0, giveUp: 'park' });
    const b = scripted('b', { restart: 'transient', significant: true });
    const { tree, settle, ended } = await plant({
      autoShutdown: 'all-significant',
      children: [a.spec, b.spec],
    });
    a.crash();
    await settle();
    b.finish();
    await settle();
    expect(tree.snapshot().phase).toBe('running');
    await tree.restartNow('a');
    a.finish();
    expect((await ended).reason).toEqual({ kind: 'shutdown' });
  });
});

describe('keep-trying', () => {
  test('past its limit it is tried for ever, at the slow end; nothing is counted; told of once', async () => {
    const a = scripted('a', {
      maxRestarts: 1,
      withinMs: 60_000,
      giveUp: 'keep-trying',
      backoff,
      onStart: failsFrom(2),
    });
    const { tree, pass, told } = await plant({ maxRestarts: 0, children: [a.spec] });
    a.crash();
    await pass(100 + 20 * 1_000);
    expect(
      told('child:backing-off')
        .map(({ delayMs }) => delayMs)
        .slice(0, 4),
    ).toEqual([100, 1_000, 1_000, 1_000]);
    expect(a.starts).toBe(2 + 20);
    expect(told('child:gave-up')).toMatchObject([{ giveUp: 'keep-trying', because: 'limit' }]);
    expect(tree.snapshot()).toMatchObject({ phase: 'running', budget: { used: 0 } });
  });

  test('slow it stays, also when its window has become empty meanwhile', async () => {
    const a = scripted('a', {
      maxRestarts: 1,
      withinMs: 500,
      giveUp: 'keep-trying',
      backoff,
      onStart: failsFrom(2),
    });
    const { pass, told } = await plant({ children: [a.spec] });
    a.crash();
    await pass(5_000);
    expect(told('child:backing-off').map(({ delayMs }) => delayMs)).toEqual([
      100, 1_000, 1_000, 1_000, 1_000, 1_000,
    ]);
    expect(told('child:gave-up')).toHaveLength(1);
  });

  test('with jitter, so that not all that are slow come at once', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'keep-trying', backoff: { ...backoff, jitter: 0.5 } });
    const { told, pass } = await plant({ children: [a.spec] }, () => 0.5);
    a.crash();
    await pass(0);
    expect(told('child:backing-off')).toMatchObject([{ delayMs: 750 }]);
  });

  test('a run of resetAfterMs makes it good: it is quick again, and has all its restarts', async () => {
    const a = scripted('a', {
      maxRestarts: 1,
      withinMs: 600_000,
      giveUp: 'keep-trying',
      backoff,
      onStart: failsFrom(2, 3),
    });
    const { tree, pass, told } = await plant({ children: [a.spec] });
    a.crash();
    await pass(100 + 1_000 + 1_000);
    expect([statuses(tree)[0], a.starts]).toEqual(['a: running', 4]);
    await pass(4_999);
    a.crash(); // not healthy for long enough: still slow
    await pass(1_000);
    expect(told('child:backing-off').at(-1)).toMatchObject({ delayMs: 1_000 });
    await pass(5_000);
    a.crash();
    await pass(100);
    expect(told('child:backing-off').at(-1)).toMatchObject({ delayMs: 100, failures: 1 });
    expect(tree.snapshot().children[0]!.budget!.used).toBe(1);
    expect(told('child:gave-up')).toHaveLength(1);
    a.crash();
    await pass(0);
    expect(told('child:gave-up')).toHaveLength(2);
  });

  test('restartNow makes it quick again', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'keep-trying', backoff });
    const { tree, settle, told } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    await tree.restartNow('a');
    expect(tree.snapshot().children[0]).toMatchObject({ failures: 0, status: 'running' });
    a.crash();
    await settle();
    expect(told('child:gave-up')).toHaveLength(2);
  });
});

describe('exit', () => {
  test('the whole tree ends with the error, from however far down', async () => {
    const boom = new Error('boom');
    const a = scripted('a', { maxRestarts: 0, giveUp: 'exit' });
    const b = scripted('b');
    const deep = supervisor({ id: 'deep', children: [supervisor({ id: 'er', children: [a.spec] })] });
    const { ended, told } = await plant({ children: [deep, b.spec] });
    a.crash(boom);
    expect((await ended).reason).toMatchObject({
      kind: 'crash',
      error: { code: 'COPPICE_CHILD_GAVE_UP', path: 'root/deep/er/a', cause: boom },
    });
    expect(b.stops).toBe(1);
    expect(told('child:gave-up')).toMatchObject([{ giveUp: 'exit', because: 'limit' }]);
    expect(told('child:restarting')).toEqual([]);
  });

  test('unheard it becomes an unhandled rejection like any end of a root with an error; heard it does not', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'exit' });
    const { tree, ended } = await plant({ children: [a.spec] });
    a.crash();
    await ended;
    expect(tree.snapshot().phase).toBe('stopped');
  });
});

describe('of a supervisor', () => {
  const sick = (giveUp: GiveUp, more: Partial<SupervisorOptions> = {}) => {
    const a = scripted('a');
    const sub = supervisor({ id: 'sub', maxRestarts: 0, giveUp, children: [a.spec], ...more });
    const b = scripted('b');
    return { a, b, sub };
  };

  test('escalate is OTP: it is started again as its restart says, and counted above', async () => {
    const { a, b, sub } = sick('escalate');
    const { tree, settle } = await plant({ children: [sub, b.spec] });
    a.crash();
    await settle();
    expect([a.starts, tree.snapshot().budget.used]).toEqual([2, 1]);
  });

  test.each(['permanent', 'transient'] as const)(
    'park: when a %s one has given up on its children',
    async (restart) => {
      const { a, b, sub } = sick('park', { restart });
      const { tree, settle, told } = await plant({ maxRestarts: 0, children: [sub, b.spec] });
      a.crash();
      await settle();
      expect(statuses(tree)).toEqual(['sub: parked', 'b: running']);
      expect(told('child:gave-up')).toMatchObject([
        {
          id: 'sub',
          because: 'limit',
          error: { code: 'COPPICE_GAVE_UP', message: expect.stringContaining("'root/sub' gave up") },
        },
      ]);
      expect(await tree.restartChild('sub')).toMatchObject({ status: 'running' });
      expect(a.starts).toBe(2);
    },
  );

  test('park: revived after a while, with all its restarts', async () => {
    const { a, sub } = sick('park', { maxRestarts: 1, reviveAfterMs: 1_000 });
    const { tree, pass } = await plant({ children: [sub] });
    for (let round = 0; round < 3; round++) {
      a.crash();
      await pass(0);
      a.crash();
      await pass(0);
      expect(statuses(tree)).toEqual(['sub: parked']);
      await pass(1_000);
      expect(statuses(tree.supervisor(sub))).toEqual(['a: running']);
    }
    expect(a.starts).toBe(7);
  });

  test('park: when it cannot be started again', async () => {
    const a = scripted('a', { onStart: () => failsFrom(2)(a.starts) });
    const sub = supervisor({ id: 'sub', maxRestarts: 0, giveUp: 'park', children: [a.spec] });
    const { tree, settle, told } = await plant({ children: [sub, scripted('b').spec] });
    await tree.supervisor(sub).stop({ reason: new Error('crashed') });
    await settle();
    expect(statuses(tree)).toEqual(['sub: parked', 'b: running']);
    expect(told('child:gave-up')).toMatchObject([
      {
        id: 'sub',
        error: {
          code: 'COPPICE_CHILD_GAVE_UP',
          message: expect.stringContaining('could not be started again'),
        },
      },
    ]);
  });

  test('a crash of it is no giving up: it is started again', async () => {
    const { a, sub } = sick('park');
    const { tree, settle } = await plant({ children: [sub] });
    await tree.supervisor(sub).stop({ reason: new Error('crashed') });
    await settle();
    expect([statuses(tree)[0], a.starts]).toEqual(['sub: running', 2]);
  });

  test('keep-trying: at the slow end of its backoff, for ever', async () => {
    const { a, sub } = sick('keep-trying', { backoff });
    const { tree, pass, told } = await plant({ maxRestarts: 0, children: [sub] });
    for (let round = 0; round < 5; round++) {
      a.crash();
      await pass(1_000);
      expect(statuses(tree)).toEqual(['sub: running']);
    }
    expect(a.starts).toBe(6);
    expect(told('child:backing-off').map(({ delayMs }) => delayMs)).toEqual([
      1_000, 1_000, 1_000, 1_000, 1_000,
    ]);
  });

  test('keep-trying: also while it cannot be started', async () => {
    const a = scripted('a', { onStart: () => failsFrom(2, 6)(a.starts) });
    const sub = supervisor({ id: 'sub', maxRestarts: 0, giveUp: 'keep-trying', backoff, children: [a.spec] });
    const { tree, pass } = await plant({ maxRestarts: 0, children: [sub] });
    a.crash();
    await pass(5_999);
    expect(statuses(tree)).toEqual(['sub: backing-off']);
    await pass(1);
    expect([statuses(tree)[0], a.starts]).toEqual(['sub: running', 7]);
  });

  test('exit: the tree ends with its error', async () => {
    const { a, b, sub } = sick('exit');
    const { ended } = await plant({ children: [sub, b.spec] });
    a.crash();
    expect((await ended).reason).toMatchObject({
      kind: 'crash',
      error: { code: 'COPPICE_GAVE_UP', path: 'root/sub' },
    });
  });

  test('one further down gives up, and this one only because of that: each has its own giveUp', async () => {
    const a = scripted('a');
    const inner = supervisor({ id: 'inner', maxRestarts: 0, children: [a.spec] });
    const outer = supervisor({ id: 'outer', maxRestarts: 0, giveUp: 'park', children: [inner] });
    const { tree, settle } = await plant({ children: [outer] });
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['outer: parked']);
  });

  test('nor is one that ends because a significant one below it has given up', async () => {
    const a = scripted('a');
    const inner = supervisor({
      id: 'in',
      restart: 'transient',
      significant: true,
      maxRestarts: 0,
      children: [a.spec],
    });
    const outer = supervisor({
      id: 'out',
      restart: 'transient',
      giveUp: 'park',
      autoShutdown: 'any-significant',
      children: [inner],
    });
    const { tree, settle } = await plant({ children: [outer] });
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['out: stopped']);
  });

  test('one that ends because its significant children have is not one that has given up', async () => {
    const a = scripted('a', { restart: 'transient', significant: true });
    const sub = supervisor({
      id: 'sub',
      restart: 'transient',
      giveUp: 'park',
      autoShutdown: 'any-significant',
      children: [a.spec],
    });
    const { tree, settle } = await plant({ children: [sub] });
    a.finish();
    await settle();
    expect(statuses(tree)).toEqual(['sub: stopped']);
  });
});

test('whoever exceeds the limit of the supervisor makes that give up, whatever his own giveUp says', async () => {
  const a = scripted('a', { giveUp: 'park', classify: () => 'transient' });
  const { ended, settle } = await plant({ maxRestarts: 0, children: [a.spec] });
  a.crash();
  await settle();
  expect((await ended).reason).toMatchObject({ kind: 'shutdown', cause: { code: 'COPPICE_GAVE_UP' } });
});

test('giving up at boot: the start is rejected with the whole chain', async () => {
  const boom = new Error('boom');
  const a = scripted('a', {
    maxRestarts: 1,
    withinMs: 60_000,
    boot: 'retry',
    giveUp: 'exit',
    backoff,
    onStart: () => Promise.reject(boom),
  });
  const { tree, pass } = plan({ children: [supervisor({ id: 'sub', children: [a.spec] })] });
  const started = rejection(tree.start());
  await pass(100);
  const chain: unknown[] = [];
  for (let error: unknown = await started; error; error = (error as Error).cause) {
    chain.push((error as { code?: string }).code ?? error);
  }
  expect(chain.slice(-2)).toEqual(['COPPICE_CHILD_GAVE_UP', boom]);
  expect(a.starts).toBe(2);
});
