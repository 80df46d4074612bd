/** bindsTo: who falls with whom, and comes back with it. */
import { type Strategy, ignore, service, supervisor, task } from '@coppice/core';
import {
  type Scripted,
  type Script,
  crew,
  deferred,
  drain,
  forever,
  rejection,
  scripted,
  statuses,
} from '../support/scripted.js';
import { failsFrom, plan, plant, watched } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };

/** Children with these bonds, `'api: db cache'`; others have none. */
async function bound<const I extends string>(
  lines: readonly I[],
  more: { [id: string]: Script } = {},
  options: object = {},
) {
  const ids = lines.map((line) => line.split(':')[0]!.trim());
  const bonds = new Map(
    lines.map((line) => [line.split(':')[0]!.trim(), line.split(':')[1]?.trim().split(' ')]),
  );
  const { journal, specs, ...members } = crew(ids, (id) => ({
    ...(bonds.get(id) && { bindsTo: bonds.get(id)! }),
    ...more[id],
  }));
  const planted = await plant({ children: specs, ...options });
  drain(journal);
  return { ...planted, journal, on: members as unknown as Record<string, Scripted> };
}

describe('the order', () => {
  test('those that others are bound to come first, else as declared; stopped in reverse', async () => {
    const { journal, specs } = crew(['web', 'log', 'api', 'db'], (id) => ({
      ...(id === 'web' && { bindsTo: ['api'] }),
      ...(id === 'api' && { bindsTo: ['db'] }),
    }));
    const { tree } = await plant({ children: specs });
    expect(drain(journal)).toEqual(['start db', 'start api', 'start web', 'start log']);
    expect(tree.snapshot().children.map(({ id, bindsTo }) => [id, bindsTo])).toEqual([
      ['db', []],
      ['api', ['db']],
      ['web', ['api']],
      ['log', []],
    ]);
    await tree.stop();
    expect(drain(journal)).toEqual(['stop log', 'stop web', 'stop api', 'stop db']);
  });

  test('by declaration as well as by id', async () => {
    const db = service({ id: 'db', start: () => 1 });
    const api = service({ id: 'api', bindsTo: [db], start: () => 1 });
    expect(api.bindsTo).toEqual(['db']);
    const { tree } = await plant({ children: [api, db] });
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
  });
});

describe('a crash', () => {
  test('takes exactly those that are bound to it, in reverse order, and they come back with it; one restart is counted', async () => {
    const { on, journal, tree, settle, told } = await bound(['db', 'log', 'api: db', 'job', 'web: api']);
    on['db']!.crash();
    await settle();
    expect(drain(journal)).toEqual(['end db', 'stop web', 'stop api', 'start db', 'start api', 'start web']);
    expect([on['log']!.starts, on['job']!.starts]).toEqual([1, 1]);
    expect(tree.snapshot().budget.used).toBe(1);
    expect(told('child:waiting').map(({ id, waitsFor }) => [id, waitsFor])).toEqual([
      ['web', 'root/db'],
      ['api', 'root/db'],
    ]);
  });

  test('of one that is bound leaves alone what it is bound to', async () => {
    const { on, journal, settle } = await bound(['db', 'api: db', 'web: api']);
    on['api']!.crash();
    await settle();
    expect(drain(journal)).toEqual(['end api', 'stop web', 'start api', 'start web']);
  });

  test('in a diamond each falls once, and the last comes back last', async () => {
    const { on, journal, settle } = await bound(['a', 'b: a', 'c: a', 'd: b c']);
    on['a']!.crash();
    await settle();
    expect(drain(journal)).toEqual([
      'end a',
      'stop d',
      'stop c',
      'stop b',
      'start a',
      'start b',
      'start c',
      'start d',
    ]);
    on['b']!.crash();
    await settle();
    expect(drain(journal)).toEqual(['end b', 'stop d', 'start b', 'start d']);
  });

  test('with a delay: those bound to it are stopped at once, and wait', async () => {
    const { on, journal, tree, pass } = await bound(['db', 'api: db', 'web: api'], { db: { backoff } });
    on['db']!.crash();
    await pass(99);
    expect(drain(journal)).toEqual(['end db', 'stop web', 'stop api']);
    expect(statuses(tree)).toEqual(['db: backing-off', 'api: waiting', 'web: waiting']);
    await pass(1);
    expect(drain(journal)).toEqual(['start db', 'start api', 'start web']);
  });

  test('that cannot be mended at once: those bound to it wait until its start succeeds', async () => {
    const { on, tree, pass } = await bound(['db', 'api: db'], { db: { backoff, onStart: failsFrom(2, 3) } });
    on['db']!.crash();
    await pass(699);
    expect(statuses(tree)).toEqual(['db: backing-off', 'api: waiting']);
    await pass(1);
    expect([statuses(tree), on['api']!.starts]).toEqual([['db: running', 'api: running'], 2]);
  });

  test('one of several that follow fails to start: the others follow all the same, and it is tried again', async () => {
    const { on, tree, pass } = await bound(['db', 'x: db', 'y: db', 'z: y'], {
      x: { onStart: failsFrom(2, 2) },
    });
    on['db']!.crash();
    await pass(10);
    expect(statuses(tree)).toEqual(['db: running', 'x: running', 'y: running', 'z: running']);
    expect(['db', 'x', 'y', 'z'].map((id) => on[id]!.starts)).toEqual([2, 3, 2, 2]);
  });

  test('those behind one that fails to follow wait for it', async () => {
    const { on, tree, pass } = await bound(['db', 'x: db', 'y: x', 'z: db'], {
      x: { backoff, onStart: failsFrom(2, 2) },
    });
    on['db']!.crash();
    await pass(10);
    expect(statuses(tree)).toEqual(
      ['db: running', 'x: backing-off', 'z: running', 'y: waiting'].toSorted(
        (a, b) => order(tree, a) - order(tree, b),
      ),
    );
    await pass(100);
    expect(statuses(tree).every((line) => line.endsWith('running'))).toBe(true);
  });
});

/** Where the child of such a line stands among its siblings. */
const order = (tree: { whichChildren(): readonly { id: string }[] }, line: string): number =>
  tree.whichChildren().findIndex(({ id }) => line.startsWith(`${id}:`));

describe('crashes in one moment', () => {
  test.each([
    ['the dependant first', ['api', 'db']],
    ['the ground first', ['db', 'api']],
  ])('%s: counted once, and each is started once', async (_which, ids) => {
    const { on, tree, settle } = await bound(['db', 'api: db'], {}, { maxRestarts: 1 });
    for (const id of ids) on[id]!.crash();
    await settle();
    expect([on['db']!.starts, on['api']!.starts, tree.snapshot().budget.used]).toEqual([2, 2, 1]);
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
  });

  test('a dependant whose end is decided on while its ground is down waits from then on', async () => {
    const gate = deferred();
    const { on, tree, settle, events } = await bound(['db', 'slow', 'api: db'], {
      slow: { onStop: () => gate.promise },
    });
    const terminated = tree.terminateChild('slow');
    on['api']!.crash();
    await settle();
    on['db']!.crash();
    await settle();
    const before = events.length;
    gate.resolve();
    await terminated;
    await settle();
    const told = events.slice(before).map(({ type, path }) => `${type} ${path}`);
    expect(told.slice(1, 3)).toEqual(['child:waiting root/api', 'child:restarting root/db']);
    expect([on['db']!.starts, on['api']!.starts, tree.snapshot().budget.used]).toEqual([2, 2, 1]);
  });

  test('a dependant that dies of its ground a little earlier: its delay ends with the ground', async () => {
    const { on, tree, pass } = await bound(['db', 'api: db'], {
      db: { backoff },
      api: { backoff: { ...backoff, minMs: 500 } },
    });
    on['api']!.crash();
    await pass(50);
    on['db']!.crash();
    await pass(10);
    expect(statuses(tree)).toEqual(['db: backing-off', 'api: waiting']);
    await pass(90);
    expect([statuses(tree), on['api']!.starts]).toEqual([['db: running', 'api: running'], 2]);
    await pass(1_000);
    expect(on['api']!.starts).toBe(2);
  });

  test('a dependant that cleans up after its own crash while its ground goes down', async () => {
    const gate = deferred();
    const { on, tree, settle } = await bound(['db', 'api: db'], {
      api: { onStop: (attempt) => attempt === 1 && gate.promise },
    });
    on['api']!.crash();
    await settle();
    on['db']!.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: exited', 'api: stopping']);
    gate.resolve();
    await settle();
    expect([statuses(tree), on['api']!.starts]).toEqual([['db: running', 'api: running'], 2]);
  });
});

test('a dependant whose start has failed, and that cleans up while its ground goes down, waits for it', async () => {
  const cleanUp = deferred();
  const db = scripted('db', { maxRestarts: 0, giveUp: 'park' });
  const api = scripted('api', {
    bindsTo: ['db'],
    onStart: (attempt, { defer }) => {
      if (attempt !== 2) return;
      defer(() => cleanUp.promise);
      throw new Error('no');
    },
  });
  const { tree, settle } = await plant({ startOrder: 'parallel', children: [db.spec, api.spec] });
  api.crash();
  await settle();
  db.crash();
  await settle();
  cleanUp.resolve();
  await settle();
  expect(statuses(tree)).toEqual(['db: parked', 'api: waiting']);
  await tree.restartChild('db');
  await settle();
  expect(statuses(tree)).toEqual(['db: running', 'api: running']);
});

describe('whatever it goes for, those bound to it go too, and wait', () => {
  const cases: [
    string,
    Script,
    (db: Scripted, tree: Awaited<ReturnType<typeof plant>>['tree']) => unknown,
    string,
  ][] = [
    ['the end of its work', { restart: 'transient' }, (db) => db.finish(), 'stopped'],
    ['parking', { maxRestarts: 0, giveUp: 'park' }, (db) => db.crash(), 'parked'],
    ['terminateChild', {}, (_db, tree) => tree.terminateChild('db'), 'stopped'],
    ['a pause, and then a crash', {}, async (db, tree) => (await tree.pause('db'), db.crash()), 'paused'],
    [
      'ignore at its next start',
      { onStart: (attempt) => (attempt === 1 ? 1 : ignore) },
      (db) => db.crash(),
      'stopped',
    ],
  ];
  test.each(cases)('%s; they come back when it is started by hand', async (_why, script, act, status) => {
    const { on, tree, settle, journal, pass, clock } = await bound(['db', 'api: db', 'web: api', 'log'], {
      db: script,
    });
    await act(on['db']!, tree);
    await settle();
    expect(drain(journal).filter((line) => line.startsWith('stop'))).toEqual(
      status === 'stopped' && _why === 'terminateChild'
        ? ['stop web', 'stop api', 'stop db']
        : ['stop web', 'stop api'],
    );
    expect(statuses(tree)).toEqual([`db: ${status}`, 'api: waiting', 'web: waiting', 'log: running']);
    await pass(60_000);
    expect([on['api']!.starts, clock.pendingTimers]).toEqual([1, 0]);
    if (_why.startsWith('ignore')) return;
    await tree.restartChild('db');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: running', 'web: running', 'log: running']);
    expect(on['log']!.starts).toBe(1);
  });

  test('parking, and revival', async () => {
    const { on, tree, pass } = await bound(['db', 'api: db'], {
      db: { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 500 },
    });
    on['db']!.crash();
    await pass(499);
    expect(statuses(tree)).toEqual(['db: parked', 'api: waiting']);
    await pass(1);
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
  });

  test('resume brings back both', async () => {
    const { on, tree, settle } = await bound(['db', 'api: db']);
    await tree.pause('db');
    on['db']!.crash();
    await settle();
    await tree.resume('db');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
  });

  test('restartNow of the ground: those bound to it go with it, no others', async () => {
    const { tree, journal, settle } = await bound(['db', 'api: db', 'log'], {}, { strategy: 'one-for-all' });
    await tree.restartNow('db');
    await settle();
    expect(drain(journal)).toEqual(['stop api', 'stop db', 'start db', 'start api']);
  });

  test('a supervisor is a ground like any other', async () => {
    const x = scripted('x');
    const sub = supervisor({ id: 'sub', maxRestarts: 0, giveUp: 'park', children: [x.spec] });
    const api = scripted('api', { bindsTo: [sub] });
    const { tree, settle } = await plant({ children: [sub, api.spec] });
    x.crash();
    await settle();
    expect(statuses(tree)).toEqual(['sub: parked', 'api: waiting']);
    await tree.restartNow('sub');
    await settle();
    expect(statuses(tree)).toEqual(['sub: running', 'api: running']);
  });
});

describe('by hand', () => {
  test('one that waits cannot be started: the error says what to start', async () => {
    const { tree, settle } = await bound(['db', 'api: db']);
    await tree.terminateChild('db');
    await settle();
    for (const call of ['restartChild', 'restartNow'] as const) {
      expect(await rejection(tree[call]('api'))).toMatchObject({
        code: 'COPPICE_BOUND',
        path: 'root/api',
        message: "'root/api' cannot be started: it is bound to 'root/db', which is stopped; start that first",
      });
    }
  });

  test('one that was stopped by hand is not brought back', async () => {
    const { on, tree, settle } = await bound(['db', 'api: db', 'web: api']);
    await tree.terminateChild('api');
    on['db']!.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: stopped', 'web: waiting']);
    await tree.restartChild('api');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: running', 'web: running']);
  });

  test('one that waits, and is stopped by hand, does not come back either', async () => {
    const { tree, settle } = await bound(['db', 'api: db']);
    await tree.terminateChild('db');
    await tree.terminateChild('api');
    await tree.restartChild('db');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: stopped']);
  });

  test('one that others are bound to cannot be deleted; when they are gone it can', async () => {
    const { tree } = await bound(['db', 'api: db', 'web: db']);
    await tree.terminateChild('db');
    expect(await rejection(tree.deleteChild('db'))).toMatchObject({
      code: 'COPPICE_HAS_DEPENDANTS',
      message: "'root/db' cannot be deleted: bound to it are 'api', 'web'; delete those first",
    });
    await tree.deleteChild('api');
    await tree.deleteChild('web');
    await tree.deleteChild('db');
    expect(tree.whichChildren()).toEqual([]);
  });

  test('one that is added later', async () => {
    const { on, tree, settle } = await bound(['db']);
    const late = scripted('late', { bindsTo: ['db'] });
    await tree.startChild(late.spec);
    on['db']!.crash();
    await settle();
    expect([late.starts, statuses(tree)]).toEqual([2, ['db: running', 'late: running']]);
    expect(await rejection(tree.startChild(scripted('x', { bindsTo: ['dv'] }).spec))).toMatchObject({
      code: 'COPPICE_NOT_FOUND',
      message: expect.stringContaining("did you mean 'db'?"),
    });
    await tree.terminateChild('db');
    expect(await rejection(tree.startChild(scripted('y', { bindsTo: ['db'] }).spec))).toMatchObject({
      code: 'COPPICE_BOUND',
    });
    expect(statuses(tree)).toEqual(['db: stopped', 'late: waiting']);
  });

  test('one that is added later cannot be bound to one that is gone for good when it ends, nor to itself', async () => {
    const { tree } = await bound(['db']);
    await tree.startChild(scripted('brief', { restart: 'temporary' }).spec);
    expect(await rejection(tree.startChild(scripted('x', { bindsTo: ['brief'] }).spec))).toMatchObject({
      code: 'COPPICE_BAD_COMBINATION',
      path: 'root/x',
    });
    expect(await rejection(tree.startChild(scripted('x', { bindsTo: ['x'] }).spec))).toMatchObject({
      code: 'COPPICE_NOT_FOUND',
    });
    expect(statuses(tree)).toEqual(['db: running', 'brief: running']);
  });
});

describe('beside a strategy', () => {
  test.each([
    ['one-for-all', ['end b', 'stop d', 'stop c', 'stop a', 'start a', 'start b', 'start c', 'start d']],
    ['rest-for-one', ['end b', 'stop d', 'stop c', 'start b', 'start c', 'start d']],
    ['one-for-one', ['end b', 'stop d', 'start b', 'start d']],
  ] as [Strategy, string[]][])(
    '%s says who is restarted, the bonds who cannot stay up',
    async (strategy, want) => {
      const { on, journal, settle } = await bound(['a', 'b', 'c', 'd: b'], {}, { strategy });
      on['b']!.crash();
      await settle();
      expect(drain(journal)).toEqual(want);
    },
  );

  test('one-for-all does not start those whose ground stays down', async () => {
    const { on, tree, settle } = await bound(
      ['db', 'api: db', 'log'],
      { db: { maxRestarts: 0, giveUp: 'park' } },
      { strategy: 'one-for-all' },
    );
    on['db']!.crash();
    await settle();
    on['log']!.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: parked', 'api: waiting', 'log: running']);
    expect([on['db']!.starts, on['api']!.starts, on['log']!.starts]).toEqual([1, 1, 2]);
    await tree.restartNow('db');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: running', 'log: running']);
  });
});

describe('at boot', () => {
  test('a ground that comes up later (degraded): those bound to it wait, the boot does not', async () => {
    const { journal, specs } = crew(['db', 'api', 'log'], (id) =>
      id === 'db'
        ? { boot: 'degraded', backoff, onStart: failsFrom(1, 2) }
        : id === 'api'
          ? { bindsTo: ['db'] }
          : {},
    );
    const { tree, pass } = await plant({ children: specs });
    expect(statuses(tree)).toEqual(['db: backing-off', 'api: waiting', 'log: running']);
    drain(journal);
    await pass(300);
    expect(drain(journal)).toEqual(['start db', 'start db', 'start api']);
    expect(statuses(tree)).toEqual(['db: running', 'api: running', 'log: running']);
  });

  test('a ground that says ignore', async () => {
    const { specs } = crew(['db', 'api'], (id) =>
      id === 'db' ? { onStart: () => ignore } : { bindsTo: ['db'] },
    );
    const { tree } = await plant({ children: specs });
    expect(statuses(tree)).toEqual(['db: stopped', 'api: waiting']);
    await tree.stop();
  });

  test('a ground that crashes while those bound to it are still starting', async () => {
    const gate = deferred<number>();
    const { db, specs } = crew(['db', 'api'], (id) =>
      id === 'api'
        ? { bindsTo: ['db'], onStart: (attempt: number) => (attempt === 1 ? gate.promise : attempt) }
        : {},
    );
    const { tree, settle } = plan({ children: specs });
    const started = watched(tree.start());
    await settle();
    db.crash();
    await settle();
    gate.resolve(1);
    await settle();
    expect([started.isOver, statuses(tree)]).toEqual([true, ['db: running', 'api: running']]);
  });
});

test('a temporary dependant is gone with its ground, as it is with a group', async () => {
  const db = scripted('db');
  const brief = task({ id: 'brief', restart: 'temporary', bindsTo: ['db'], shutdownMs: 0, run: forever });
  const { tree, settle } = await plant({ children: [db.spec, brief] });
  db.crash();
  await settle();
  expect(statuses(tree)).toEqual(['db: running']);
});

test('a dependant that is paused and down stays down when its ground comes back', async () => {
  const { on, tree, settle } = await bound(['db', 'api: db']);
  await tree.pause('api');
  on['db']!.crash();
  await settle();
  expect(statuses(tree)).toEqual(['db: running', 'api: paused']);
  await tree.resume('api');
  expect(statuses(tree)).toEqual(['db: running', 'api: running']);
});

test('the end of the tree is not held up by those that wait', async () => {
  const { tree, clock } = await bound(['db', 'api: db']);
  await tree.terminateChild('db');
  await tree.stop();
  expect([statuses(tree), clock.pendingTimers]).toEqual([['db: stopped', 'api: stopped'], 0]);
});

test('a chain of a thousand falls and comes back without a deep stack', async () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `c${i}`);
  const { specs, ...members } = crew(ids, (id) =>
    id === 'c0' ? {} : { bindsTo: [`c${Number(id.slice(1)) - 1}`] },
  );
  const { settle, pass, tree } = await plant({ children: specs.toReversed() });
  (members as unknown as Record<string, Scripted>)['c0']!.crash();
  await settle();
  await pass(1);
  expect((members as unknown as Record<string, Scripted>)['c999']!.starts).toBe(2);
  expect(tree.countChildren().active).toBe(1_000);
});
