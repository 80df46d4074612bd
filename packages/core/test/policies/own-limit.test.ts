/** A limit of its own: a child that counts for itself, and leaves what is there for all alone. */
import { dynamicSupervisor, service, supervisor } from '@coppice/core';
import { crew, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plant } from './support/trees.js';

describe('its restarts', () => {
  test('count in its own window, and not in that of its supervisor', async () => {
    const a = scripted('a', { maxRestarts: 5, withinMs: 1_000 });
    const { tree, told, settle } = await plant({ maxRestarts: 0, children: [a.spec] });
    for (let i = 0; i < 5; i++) {
      a.crash();
      await settle();
    }
    expect(a.starts).toBe(6);
    expect(tree.snapshot()).toMatchObject({
      budget: { used: 0, max: 0 },
      children: [{ budget: { used: 5, max: 5, withinMs: 1_000 } }],
    });
    expect(told('child:restarting').at(-1)).toMatchObject({ budget: { used: 5, max: 5, withinMs: 1_000 } });
  });

  test("those of the others count in their supervisor's, all together", async () => {
    const { a, b, specs } = crew(['a', 'b', 'own'], (id) => (id === 'own' ? { maxRestarts: 9 } : {}));
    const { tree, ended, settle } = await plant({ maxRestarts: 1, children: specs });
    expect(tree.snapshot().children.map(({ budget }) => budget?.max)).toEqual([undefined, undefined, 9]);
    a.crash();
    b.crash();
    await settle();
    expect((await ended).reason).toMatchObject({ cause: { code: 'COPPICE_GAVE_UP', path: 'root' } });
  });

  test.each([
    [{ maxRestarts: 2 }, { max: 2, withinMs: 5_000 }],
    [{ withinMs: 700 }, { max: 3, withinMs: 700 }],
    [{ maxRestarts: Infinity }, { max: null, withinMs: 5_000 }],
  ])('what is left out of %o has its default', async (limit, budget) => {
    const a = scripted('a', limit);
    const { tree } = await plant({ children: [a.spec] });
    expect(tree.snapshot().children[0]!.budget).toEqual({ used: 0, ...budget });
  });

  test.each([
    [1_000, 'gone'],
    [1_001, 'running'],
  ])('the window slides: one more %i ms after the first', async (ms, end) => {
    const a = scripted('a', { maxRestarts: 1, withinMs: 1_000 });
    const { tree, pass } = await plant({ children: [a.spec] });
    a.crash();
    await pass(0);
    await pass(ms);
    a.crash();
    await pass(0);
    expect(tree.snapshot().phase === 'stopped' ? 'gone' : tree.snapshot().children[0]!.status).toBe(end);
  });

  test('failed starts count as well', async () => {
    const a = scripted('a', { maxRestarts: 3, onStart: failsFrom(2) });
    const { ended, pass } = await plant({ maxRestarts: 0, children: [a.spec] });
    a.crash();
    await pass(0);
    await ended;
    expect(a.starts).toBe(4);
  });

  test('those that somebody asks for do not count, and empty the window', async () => {
    const a = scripted('a', { maxRestarts: 1 });
    const { tree, settle } = await plant({ children: [a.spec] });
    for (let i = 0; i < 3; i++) {
      a.crash();
      await settle();
      expect(tree.snapshot().children[0]!.budget!.used).toBe(1);
      await tree.restartNow('a');
      expect(tree.snapshot().children[0]!.budget!.used).toBe(0);
    }
  });

  test('a run of resetAfterMs does not empty it: the delays begin anew, and each failure counts', async () => {
    const backoff = { minMs: 10, maxMs: 40, jitter: 0, resetAfterMs: 50 };
    const a = scripted('a', { maxRestarts: 3, withinMs: 60_000, giveUp: 'park', backoff });
    const { tree, pass, told } = await plant({ children: [a.spec] });
    for (let used = 1; used <= 3; used++) {
      await pass(60);
      a.crash();
      await pass(10);
      expect(tree.snapshot().children[0]).toMatchObject({ status: 'running', failures: 1, budget: { used } });
    }
    await pass(60);
    a.crash();
    await pass(0);
    expect(statuses(tree)).toEqual(['a: parked']);
    expect(told('child:gave-up')).toMatchObject([{ at: 270, because: 'limit' }]);
  });
});

describe('one restart too many', () => {
  test('escalates, if nobody says otherwise: the supervisor gives up, and says whose fault it was', async () => {
    const boom = new Error('boom');
    const a = scripted('a', { maxRestarts: 1 });
    const { told, ended, settle } = await plant({ maxRestarts: 100, children: [a.spec] });
    a.crash();
    await settle();
    a.crash(boom);
    const { reason } = await ended;
    expect(reason).toMatchObject({
      kind: 'shutdown',
      cause: {
        code: 'COPPICE_GAVE_UP',
        message: "'root' gave up: 'a' gave up, and its giveUp is 'escalate'; last: boom",
        cause: {
          code: 'COPPICE_CHILD_GAVE_UP',
          path: 'root/a',
          message:
            "'root/a' gave up: it needed one restart more than its 1 allowed within 5000 ms; last: boom",
          cause: boom,
        },
      },
    });
    expect(told('child:gave-up')).toMatchObject([
      { id: 'a', giveUp: 'escalate', because: 'limit', reviveAt: null, budget: { used: 1, max: 1 } },
    ]);
    expect(told('supervisor:gave-up')).toMatchObject([
      { offender: { path: 'root/a' }, budget: { used: 1, max: 1 } },
    ]);
  });

  test('maxRestarts 0: the first failure is too many', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'park' });
    const { tree, settle } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    expect([a.starts, statuses(tree)[0]]).toEqual([1, 'a: parked']);
  });

  test('without own limit nothing is told of the child: it is the supervisor that gives up', async () => {
    const a = scripted('a');
    const { told, settle } = await plant({ maxRestarts: 0, children: [a.spec] });
    a.crash();
    await settle();
    expect([told('child:gave-up').length, told('supervisor:gave-up').length]).toEqual([0, 1]);
  });
});

test('one bad child does not use up what is there for all: the good one still has its restarts', async () => {
  const { bad, good, specs } = crew(['bad', 'good'], (id) =>
    id === 'bad' ? { maxRestarts: 50, giveUp: 'park' } : {},
  );
  const { tree, settle } = await plant({ maxRestarts: 3, children: specs });
  for (let i = 0; i < 60; i++) {
    if (statuses(tree)[0] === 'bad: running') bad.crash();
    await settle();
  }
  expect([bad.starts, statuses(tree)[0]]).toEqual([51, 'bad: parked']);
  for (let i = 0; i < 3; i++) {
    good.crash();
    await settle();
  }
  expect(statuses(tree)).toEqual(['bad: parked', 'good: running']);
});

test('with one-for-all the restart of a group counts for the one that has caused it', async () => {
  const { a, specs } = crew(['a', 'b'], (id) => (id === 'a' ? { maxRestarts: 2 } : { maxRestarts: 9 }));
  const { tree, settle } = await plant({ strategy: 'one-for-all', children: specs });
  a.crash();
  await settle();
  expect(tree.snapshot().children.map(({ budget }) => budget!.used)).toEqual([1, 0]);
});

test('each child of a dynamic supervisor has a window of its own', async () => {
  const contexts: ((error: unknown) => void)[] = [];
  const one = service({
    id: 'one',
    maxRestarts: 1,
    giveUp: 'park',
    start: ({ fail }) => contexts.push(fail),
  });
  const dynamic = dynamicSupervisor({ id: 'dyn', child: one });
  const { tree, settle } = await plant({ children: [dynamic] });
  const handle = tree.supervisor(dynamic);
  await handle.startChild();
  await handle.startChild();
  contexts[0]!(new Error('first'));
  await settle();
  contexts[1]!(new Error('second'));
  await settle();
  expect(statuses(handle)).toEqual(['one#1: running', 'one#2: running']);
  contexts[2]!(new Error('first again'));
  await settle();
  expect(statuses(handle)).toEqual(['one#1: parked', 'one#2: running']);
});

test('maxRestarts and withinMs of a supervisor are those for its children, not its own', async () => {
  const a = scripted('a');
  const sub = supervisor({ id: 'sub', maxRestarts: 0, withinMs: 7, children: [a.spec] });
  const { tree, settle } = await plant({ maxRestarts: 1, children: [sub] });
  expect(tree.snapshot().children[0]).toMatchObject({
    budget: null,
    supervisor: { budget: { max: 0, withinMs: 7 } },
  });
  a.crash();
  await settle();
  expect(tree.snapshot().budget.used).toBe(1);
});

test('a limit that is not one is refused by startChild, too', async () => {
  const { tree } = await plant({});
  const bad = { ...scripted('a').spec, maxRestarts: -1 };
  expect(await rejection(tree.startChild(bad))).toMatchObject({
    code: 'COPPICE_INVALID_MAX_RESTARTS',
    path: 'root/a',
  });
  expect(tree.whichChildren()).toEqual([]);
});
