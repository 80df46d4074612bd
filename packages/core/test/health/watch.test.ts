/** When readiness changes, and why; grace; overrides. */
import { type ChildrenHealth, dynamicSupervisor, healthOf, supervisor, watchHealth } from '@coppice/core';
import { boot, scripted } from '../support/scripted.js';

const backoff = { minMs: 1_000, maxMs: 1_000, jitter: 0 };
const often = { backoff, maxRestarts: Infinity };

/** `at: ready (after)`, with the paths of the reasons. */
const told = ({ changes }: ReturnType<typeof watchHealth>): string[] =>
  changes.map(
    ({ at, isReady, afterMs, reasons }) =>
      `${at}: ${isReady ? 'ready' : 'unready'} (${afterMs}) ${reasons.map(({ path, status }) => `${path} ${status}`).join()}`,
  );

describe('the history', () => {
  test('of flaps: when, for how long it was the other way, and why', async () => {
    const db = scripted('db', often);
    const { tree, clock } = await boot({ children: [db.spec, scripted('api').spec] });
    const watch = watchHealth(tree);
    for (let i = 0; i < 2; i++) {
      await clock.advance(4_000);
      db.crash();
      await clock.advance(1_000);
    }
    expect(told(watch)).toEqual([
      '4000: unready (4000) root/db backing-off',
      '5000: ready (1000) ',
      '9000: unready (4000) root/db backing-off',
      '10000: ready (1000) ',
    ]);
    await tree.stop();
    expect(told(watch).at(-1)).toBe('10000: unready (0) root stopped');
  });

  test('is told while it happens; who listens does no harm', async () => {
    const db = scripted('db', often);
    const { tree, clock } = await boot({ children: [db.spec] });
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    const heard: boolean[] = [];
    const watch = watchHealth(tree, {
      onChange: ({ isReady }) => {
        heard.push(isReady);
        throw new Error('a listener');
      },
    });
    db.crash();
    await clock.advance(1_000);
    expect(heard).toEqual([false, true]);
    expect(watch.changes).toHaveLength(2);
    expect(said).toHaveBeenCalledTimes(2);
    said.mockRestore();
    expect(() => watchHealth(tree, { onChange: 'log' as never })).toThrow(/onChange: a function/);
  });

  test('a restart that takes no time is no change', async () => {
    const db = scripted('db');
    const { tree, settle } = await boot({ children: [db.spec] });
    const watch = watchHealth(tree);
    db.crash();
    await settle();
    expect([db.starts, told(watch)]).toEqual([2, []]);
  });

  test('is bounded', async () => {
    const db = scripted('db', often);
    const { tree, clock } = await boot({ children: [db.spec] });
    const watch = watchHealth(tree, { maxChanges: 3 });
    for (let i = 0; i < 5; i++) {
      db.crash();
      await clock.advance(1_000);
    }
    expect(watch.changes.map(({ at }) => at)).toEqual([4_000, 4_000, 5_000]);
  });

  test('from the first start on, and of what no event tells', async () => {
    const facts = { isDraining: false };
    const { tree, clock } = await boot({ children: [] });
    const watch = watchHealth(tree, { facts: () => facts });
    await clock.advance(7);
    facts.isDraining = true;
    watch.refresh();
    expect(told(watch)).toEqual(['7: unready (7) root draining']);
    watch.stop();
    facts.isDraining = false;
    await tree.stop();
    expect(told(watch)).toHaveLength(1);
  });

  test('children that come and go are not looked at', async () => {
    const many = dynamicSupervisor({ id: 'many', child: scripted('each').spec });
    const { tree, settle } = await boot({ children: [many] });
    watchHealth(tree);
    const look = jest.spyOn(tree, 'snapshot');
    for (let i = 0; i < 10; i++) await tree.supervisor(many).startChild();
    await settle();
    expect(look).not.toHaveBeenCalled();
    await tree.terminateChild(many);
    await settle();
    expect(look).toHaveBeenCalled();
  });
});

describe('what single children mean', () => {
  async function unready(children: ChildrenHealth) {
    const db = scripted('db', often);
    const eu = scripted('eu', often);
    const booted = await boot({ children: [db.spec, supervisor({ id: 'feeds', children: [eu.spec] })] });
    const watch = watchHealth(booted.tree, { children });
    db.crash();
    eu.crash();
    await booted.settle();
    return { ...booted, watch, health: watch.health() };
  }

  test('required: false, as if it were declared so; also for what is below', async () => {
    const { health } = await unready({ db: { required: false }, feeds: { required: false } });
    expect(health).toMatchObject({
      status: 'degraded',
      isReady: true,
      reasons: [
        { path: 'root/db', why: 'is optional, and has failed, and is started again in 1 s' },
        { path: 'root/feeds/eu', why: 'is optional, and has failed, and is started again in 1 s' },
      ],
    });
  });

  test('ignore: no reason at all, and neither is what is below', async () => {
    const { health } = await unready({ db: { ignore: true }, feeds: { ignore: true } });
    expect(health).toEqual({ status: 'ready', isReady: true, isLive: true, reasons: [] });
  });

  test('graceMs: degraded at first, unready when it takes too long', async () => {
    const { watch, clock, health } = await unready({ db: { graceMs: 600 }, 'feeds/eu': { ignore: true } });
    expect(health).toMatchObject({
      isReady: true,
      status: 'degraded',
      reasons: [
        { path: 'root/db', why: expect.stringContaining('is required, is given time, and has failed') },
      ],
    });
    await clock.advance(599);
    expect(watch.health().isReady).toBe(true);
    await clock.advance(1);
    expect(watch.health().isReady).toBe(false);
    await clock.advance(400);
    expect(watch.health().status).toBe('ready');
    // Nobody has asked at 600: it is told by a timer.
    expect(told(watch)).toEqual(['600: unready (600) root/db backing-off', '1000: ready (400) ']);
  });

  test('whoever is back in time was never unready, and has its time anew', async () => {
    const { watch, clock, tree } = await unready({ db: { graceMs: 1_500 }, 'feeds/eu': { ignore: true } });
    await clock.advance(1_000);
    await tree.terminateChild('db');
    await clock.advance(1_499);
    expect([watch.health().isReady, told(watch)]).toEqual([true, []]);
    await clock.advance(1);
    expect(watch.health().isReady).toBe(false);
  });

  test('a snapshot alone cannot judge how long it is down: there is no grace', async () => {
    const { tree } = await unready({});
    expect(healthOf(tree.snapshot(), { children: { db: { graceMs: 1e9 } } }).isReady).toBe(false);
  });

  test('nothing of it makes it un-live', async () => {
    const { health } = await unready({ db: { required: true }, feeds: { required: true, graceMs: 0 } });
    expect(health).toMatchObject({ isReady: false, isLive: true });
  });
});

test('children that are counted are told together', async () => {
  const each = scripted('each', often);
  const many = dynamicSupervisor({ id: 'many', child: each.spec });
  const { tree, settle } = await boot({ children: [many] });
  for (let i = 0; i < 3; i++) await tree.supervisor(many).startChild();
  each.crash();
  await settle();
  expect(healthOf(tree.snapshot({ dynamic: 'count' })).reasons).toEqual([
    { path: 'root/many/*', status: 'backing-off', why: '1 of these is down, and started again later' },
  ]);
});

test('an option that does not exist is refused', async () => {
  const { tree } = await boot({ children: [] });
  expect(() => watchHealth(tree, { kept: 1 } as never)).toThrow(
    'no other options than children, maxChanges, facts',
  );
});
