/** `reconcile`: what is added, removed, replaced and updated, in which order, and what happens if it fails. */
import {
  type ReconcilePlan,
  type Service,
  type SupervisorTree,
  dynamicSupervisor,
  formatPlan,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { differenceOf } from '../../src/spec/diff.js';
import { boot, crew, deferred, drain, rejection, scripted, statuses } from '../support/scripted.js';

const steps = ({ steps: all }: ReconcilePlan): string[] =>
  all.map(({ action, path, changed }) => [action, path, ...changed].join(' '));

const incarnations = (tree: SupervisorTree): string[] =>
  tree.whichChildren().map(({ id, incarnation }) => `${id} ${incarnation}`);

describe('what changes', () => {
  test('nothing, if nothing has: also with other objects that say the same', async () => {
    const { specs, journal } = crew(['a', 'b']);
    const { tree } = await boot({ children: specs });
    drain(journal);
    expect((await tree.reconcile(specs)).steps).toEqual([]);
    expect((await tree.reconcile(specs.map((spec) => ({ ...spec })))).steps).toEqual([]);
    expect(drain(journal)).toEqual([]);
  });

  test('what is gone goes first, youngest first; then what is new or different starts, in order', async () => {
    const journal: string[] = [];
    const { specs } = crew(['a', 'b', 'c', 'd'], () => ({ journal }));
    const [a, , , d] = specs as [Service, Service, Service, Service];
    const { tree } = await boot({ children: specs });
    drain(journal);
    const e = scripted('e', { journal }).spec;
    const newA = scripted('a', { journal }).spec;
    expect(newA).not.toBe(a);
    const plan = await tree.reconcile([newA, e, d]);
    expect(steps(plan)).toEqual([
      'remove root/c',
      'remove root/b',
      'replace root/a start stop',
      'add root/e',
    ]);
    expect(plan.steps.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(drain(journal)).toEqual(['stop c', 'stop b', 'stop a', 'start a', 'start e']);
    expect(incarnations(tree)).toEqual(['a 2', 'e 1', 'd 1']);
    await tree.stop();
    expect(drain(journal)).toEqual(['stop d', 'stop e', 'stop a']);
  });

  test('a dry run says the same, and does nothing', async () => {
    const { specs, journal } = crew(['a', 'b']);
    const { tree, events } = await boot({ children: specs });
    drain(journal);
    const before = events.length;
    const wanted = [scripted('c').spec, specs[0]!];
    const plan = await tree.reconcile(wanted, { dryRun: true });
    expect(steps(plan)).toEqual(['remove root/b', 'add root/c']);
    expect(plan.steps.map(({ outcome }) => outcome)).toEqual(['planned', 'planned']);
    expect(events.length).toBe(before);
    expect(statuses(tree)).toEqual(['a: running', 'b: running']);
    expect(steps(await tree.reconcile(wanted))).toEqual(steps(plan));
    expect(statuses(tree)).toEqual(['c: running', 'a: running']);
  });

  test('limits and options change without a start', async () => {
    const { a, specs, journal } = crew(['a']);
    const { tree, clock, settle } = await boot({ children: specs, maxRestarts: 0 });
    drain(journal);
    const plan = await tree.reconcile(
      supervisor({
        id: 'root',
        maxRestarts: 2,
        withinMs: 1_000,
        children: [{ ...specs[0]!, shutdownMs: 77 }],
      }),
    );
    expect(steps(plan)).toEqual(['update root maxRestarts withinMs', 'update root/a shutdownMs']);
    expect(drain(journal)).toEqual([]);
    expect(tree.snapshot().budget).toMatchObject({ max: 2, withinMs: 1_000 });
    expect(tree.snapshot().children[0]).toMatchObject({ incarnation: 1, shutdownMs: 77 });
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: running']); // with maxRestarts 0 that would have been the end
    a.crash();
    a.crash();
    await clock.advance(1_001);
    expect(statuses(tree)).toEqual(['a: running']);
  });

  test('a lower limit counts what was before', async () => {
    const { a, specs } = crew(['a']);
    const { tree, ended, settle } = await boot({ children: specs, maxRestarts: 5 });
    a.crash();
    await settle();
    a.crash();
    await settle();
    await tree.reconcile(supervisor({ id: 'root', maxRestarts: 2, children: specs }));
    a.crash();
    expect((await ended).reason).toMatchObject({ cause: { code: 'COPPICE_GAVE_UP' } });
  });

  test('a watchdog that is switched on counts from then', async () => {
    const { specs } = crew(['a']);
    const { tree, clock, events } = await boot({ children: specs });
    await clock.advance(10_000);
    await tree.reconcile([{ ...specs[0]!, staleAfterMs: 1_000 }]);
    await clock.advance(999);
    expect(events.some(({ type }) => type === 'child:crashed')).toBe(false);
    await clock.advance(1);
    expect(events.find(({ type }) => type === 'child:crashed')).toMatchObject({
      error: { code: 'COPPICE_STALE' },
    });
  });

  test('an own limit and a revival that are new hold at once', async () => {
    const { a, specs } = crew(['a'], () => ({ maxRestarts: 0, withinMs: 1_000, giveUp: 'park' }));
    const { tree, clock, settle } = await boot({ children: specs });
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: parked']);
    await clock.advance(60_000);
    expect(statuses(tree)).toEqual(['a: parked']);
    await tree.reconcile([{ ...specs[0]!, reviveAfterMs: 500 }]);
    await clock.advance(499);
    expect(statuses(tree)).toEqual(['a: parked']);
    await clock.advance(1);
    expect(statuses(tree)).toEqual(['a: running']);
  });

  test('functions are compared by identity, or by revision', async () => {
    const make = (revision?: string) =>
      task({ id: 'a', ...(revision && { revision }), run: ({ sleep }) => sleep(1e6) });
    const { tree } = await boot({ children: [make('1')] });
    expect(steps(await tree.reconcile([make('1')]))).toEqual([]);
    expect(steps(await tree.reconcile([{ ...make('1'), shutdownMs: 9 }]))).toEqual([
      'update root/a shutdownMs',
    ]);
    expect(steps(await tree.reconcile([make('2')]))).toEqual(['replace root/a revision run shutdownMs']);
    expect(steps(await tree.reconcile([make()]))).toEqual(['replace root/a revision run']);
    expect(incarnations(tree)).toEqual(['a 3']);
  });

  test('a list is not data with the same fields, even if neither has any', () => {
    const { spec } = scripted('a');
    const [list, data] = [[], {}].map((extra) => ({ ...spec, extra }));
    expect(differenceOf(list!, data!).changed).toEqual(['extra']);
  });

  test('what is down for good stays down; what is parked is started by its new declaration', async () => {
    const { a, specs } = crew(['a', 'b'], () => ({ maxRestarts: 0, withinMs: 1_000, giveUp: 'park' }));
    const { tree, settle } = await boot({ children: specs });
    a.crash();
    await settle();
    await tree.terminateChild('b');
    expect(statuses(tree)).toEqual(['a: parked', 'b: stopped']);
    await tree.reconcile([scripted('a').spec, scripted('b').spec]);
    expect(statuses(tree)).toEqual(['a: running', 'b: stopped']);
  });
});

test('whoever makes a limit senseless is told so, once', async () => {
  const { specs } = crew(['a']);
  const { tree, events } = await boot({ children: specs });
  const wanted = {
    ...specs[0]!,
    backoff: { minMs: 60_000, maxMs: 60_000, factor: 1, jitter: 0, resetAfterMs: 60_000 },
  };
  const codes = (): unknown[] =>
    events.flatMap((event) => (event.type === 'supervisor:warning' ? [event.code] : []));
  await tree.reconcile([wanted], { dryRun: true });
  expect(codes()).toEqual([]);
  await tree.reconcile([wanted]);
  expect(codes()).toEqual(['COPPICE_LIMIT_OUT_OF_REACH']);
  await tree.reconcile([wanted, scripted('b').spec]);
  expect(codes()).toEqual(['COPPICE_LIMIT_OUT_OF_REACH']);
});

describe('replacing', () => {
  const old = (journal: string[]) => scripted('a', { journal, onStart: () => 'old' });

  test('stop-then-start: the old one is gone before the new one starts', async () => {
    const journal: string[] = [];
    const { tree } = await boot({ children: [old(journal).spec] });
    const stopped = deferred();
    const slow = scripted('a', { journal, onStart: () => 'slow', onStop: () => stopped.promise });
    await tree.reconcile([slow.spec]);
    drain(journal);
    const done = tree.reconcile([old(journal).spec]);
    await Promise.resolve();
    await Promise.resolve();
    stopped.resolve();
    await done;
    expect(drain(journal)).toEqual(['stop a', 'start a']);
  });

  test('start-then-stop: the old one serves until the new one is up, and references mean the new one', async () => {
    const journal: string[] = [];
    const first = old(journal);
    const { tree, settle } = await boot({ children: [first.spec, scripted('b', { journal }).spec] });
    drain(journal);
    const started = deferred<string>();
    const next = scripted('a', { journal, replace: 'start-then-stop', onStart: () => started.promise });
    const done = tree.reconcile([next.spec, tree.childSpec('b')]);
    await settle();
    expect(drain(journal)).toEqual(['start a']);
    expect(tree.use(first.spec)).toBe('old');
    expect(statuses(tree)).toEqual(['a: running', 'b: running']);
    started.resolve('new');
    await done;
    expect(drain(journal)).toEqual(['stop a']);
    expect(tree.use(first.spec)).toBe('new');
    expect(tree.use(next.spec)).toBe('new');
    expect(incarnations(tree)).toEqual(['a 2', 'b 1']);
    expect(tree.countChildren()).toMatchObject({ specs: 2, active: 2 });
    await tree.stop();
    expect(drain(journal)).toEqual(['stop b', 'stop a']);
  });

  test.each(['stop-then-start', 'start-then-stop'] as const)(
    '%s: if the new one fails the old one stays',
    async (replace) => {
      const journal: string[] = [];
      const first = old(journal);
      const { tree, events } = await boot({ children: [first.spec] });
      drain(journal);
      const broken = scripted('a', {
        journal,
        replace,
        onStart: () => {
          throw new Error('bad configuration');
        },
      });
      const wanted = [broken.spec, scripted('b', { journal }).spec];
      const error = (await rejection(tree.reconcile(wanted))) as unknown as {
        code: string;
        message: string;
        details: { plan: ReconcilePlan };
      };
      expect(error.code).toBe('COPPICE_RECONCILE_FAILED');
      expect(error.message).toContain(`replace 'root/a': 'root/a' failed to start: bad configuration`);
      expect(error.details.plan.steps.map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
      expect(drain(journal)).toEqual(
        replace === 'stop-then-start' ? ['stop a', 'start a', 'start a', 'start b'] : ['start a', 'start b'],
      );
      expect(tree.use(first.spec)).toBe('old');
      expect(tree.childSpec('a')).toBe(first.spec);
      const told = { replaced: [], added: ['root/b'], failed: ['root/a'] };
      expect(events.find(({ type }) => type === 'supervisor:reconciled')).toMatchObject(told);
      expect(statuses(tree)).toEqual(['a: running', 'b: running']);
      // Nor does it come back when all is started again.
      expect(steps(await tree.reconcile([first.spec, wanted[1]!]))).toEqual([]);
    },
  );

  test('start-then-stop: a stop in the middle ends both', async () => {
    const journal: string[] = [];
    const { tree } = await boot({ children: [old(journal).spec] });
    drain(journal);
    const next = scripted('a', {
      journal,
      replace: 'start-then-stop',
      onStart: (_attempt, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    });
    const done = rejection(tree.reconcile([next.spec]));
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    const report = await tree.stop();
    expect(await done).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
    expect(report.unstopped).toEqual([]);
    expect(drain(journal)).toEqual(['start a', 'stop a']);
  });

  test('start-then-stop: an old one that crashes meanwhile is not started again beside the new one', async () => {
    const journal: string[] = [];
    const first = old(journal);
    const { tree, settle } = await boot({ children: [first.spec] });
    drain(journal);
    const started = deferred<string>();
    const next = scripted('a', { journal, replace: 'start-then-stop', onStart: () => started.promise });
    const done = tree.reconcile([next.spec]);
    await settle();
    first.crash();
    await settle();
    started.resolve('new');
    await done;
    await settle();
    expect(drain(journal)).toEqual(['start a', 'end a']);
    expect(first.starts).toBe(1);
    expect(tree.countChildren()).toMatchObject({ specs: 1, active: 1 });
  });

  test('those that are bound to it go with it, or, without a gap, stay', async () => {
    const journal: string[] = [];
    const db = scripted('db', { journal });
    const api = scripted('api', { journal, bindsTo: ['db'] });
    const { tree } = await boot({ children: [db.spec, api.spec] });
    drain(journal);
    await tree.reconcile([scripted('db', { journal }).spec, api.spec]);
    expect(drain(journal)).toEqual(['stop api', 'stop db', 'start db', 'start api']);
    await tree.reconcile([scripted('db', { journal, replace: 'start-then-stop' }).spec, api.spec]);
    expect(drain(journal)).toEqual(['start db', 'stop db']);
    const latest = scripted('db', { journal, replace: 'start-then-stop' });
    await tree.reconcile([latest.spec, api.spec]);
    drain(journal);
    latest.crash();
    await Promise.resolve();
    await Promise.resolve();
    expect(drain(journal)).toEqual(['end db', 'stop api', 'start db', 'start api']);
  });
});

describe('bonds', () => {
  test('a bond that goes lets the one that waited for it start; a new one takes down who must not be up', async () => {
    const db = scripted('db', { maxRestarts: 0, withinMs: 1_000, giveUp: 'park' });
    const api = scripted('api', { bindsTo: ['db'] });
    const { tree, settle } = await boot({ children: [db.spec, api.spec] });
    db.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: parked', 'api: waiting']);
    const { bindsTo: _bindsTo, ...free } = api.spec;
    await tree.reconcile([db.spec, free]);
    expect(statuses(tree)).toEqual(['db: parked', 'api: running']);
    await tree.reconcile([db.spec, api.spec]);
    expect(statuses(tree)).toEqual(['db: parked', 'api: waiting']);
    await tree.restartNow('db');
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
  });

  test('what is bound to a child that is down just now waits for it, be it new or replaced', async () => {
    const db = scripted('db', { backoff: { minMs: 100, maxMs: 100, jitter: 0 } });
    const api = scripted('api', { bindsTo: ['db'] });
    const { tree, clock, settle } = await boot({ children: [db.spec, api.spec] });
    db.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: backing-off', 'api: waiting']);
    const newApi = scripted('api', { bindsTo: ['db'] });
    const web = scripted('web', { bindsTo: ['api'] });
    const plan = await tree.reconcile([db.spec, newApi.spec, web.spec]);
    expect(plan.steps.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['replace', 'done'],
      ['add', 'done'],
    ]);
    expect(statuses(tree)).toEqual(['db: backing-off', 'api: waiting', 'web: waiting']);
    await clock.advance(100);
    expect(statuses(tree)).toEqual(['db: running', 'api: running', 'web: running']);
    expect([api.starts, newApi.starts, web.starts]).toEqual([1, 1, 1]);
  });

  test('one that has just crashed takes no replacement of those bound to it with it', async () => {
    const gate = deferred();
    const db = scripted('db', { backoff: { minMs: 100, maxMs: 100, jitter: 0 } });
    const api = scripted('api', { bindsTo: ['db'], onStop: () => gate.promise });
    const { tree, clock, settle } = await boot({ children: [db.spec, api.spec] });
    const newApi = scripted('api', { bindsTo: ['db'] });
    const reconciling = tree.reconcile([db.spec, newApi.spec]);
    await settle();
    db.crash();
    await settle();
    expect(statuses(tree)).toEqual(['db: exited', 'api: stopping']);
    gate.resolve();
    const plan = await reconciling;
    expect(plan.steps.map(({ action, outcome }) => [action, outcome])).toEqual([['replace', 'done']]);
    await clock.advance(100);
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
    expect([api.starts, newApi.starts]).toEqual([1, 1]);
  });

  test('one that is freed and does not start is tried again; all else is done and kept', async () => {
    const db = scripted('db', { maxRestarts: 0, withinMs: 1_000, giveUp: 'park' });
    const api = scripted('api', {
      bindsTo: ['db'],
      backoff: { minMs: 100, maxMs: 100, jitter: 0 },
      onStart: (attempt) => {
        if (attempt === 2) throw new Error('not yet');
      },
    });
    const below = supervisor({ id: 'below', children: [] });
    const { tree, clock, settle } = await boot({ children: [db.spec, api.spec, below] });
    db.crash();
    await settle();
    const { bindsTo: _bindsTo, ...free } = api.spec;
    const leaf = scripted('leaf');
    const plan = await tree.reconcile([db.spec, free, { ...below, children: [leaf.spec] }]);
    expect(plan.steps.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(leaf.starts).toBe(1);
    await clock.advance(100);
    expect(statuses(tree)).toEqual(['db: parked', 'api: running', 'below: running']);
    await tree.stop();
    await tree.start();
    db.crash();
    await settle();
    expect(statuses(tree)).toContain('api: running');
  });

  test('what others were bound to can go together with the bond', async () => {
    const journal: string[] = [];
    const db = scripted('db', { journal });
    const api = scripted('api', { journal, bindsTo: ['db'] });
    const { tree } = await boot({ children: [db.spec, api.spec] });
    drain(journal);
    const { bindsTo: _bindsTo, ...free } = api.spec;
    await tree.reconcile([free]);
    expect(drain(journal)).toEqual(['stop db']);
    expect(statuses(tree)).toEqual(['api: running']);
  });
});

describe('below, and above', () => {
  const nested = (children: readonly Service<unknown>[], more = {}) =>
    supervisor({ id: 'below', children, ...more });

  test('supervisors below are reconciled in place', async () => {
    const { a, b, specs, journal } = crew(['a', 'b']);
    const { tree } = await boot({ children: [nested(specs)] });
    drain(journal);
    const c = scripted('c', { journal });
    const plan = await tree.reconcile([nested([a.spec, c.spec], { maxRestarts: 9 })]);
    expect(steps(plan)).toEqual(['update root/below maxRestarts', 'remove root/below/b', 'add root/below/c']);
    expect(drain(journal)).toEqual(['stop b', 'start c']);
    expect(b.starts).toBe(1);
    expect(tree.supervisor('below').snapshot().budget.max).toBe(9);
  });

  test('limits alone, of a static and of a dynamic supervisor', async () => {
    const { specs, journal } = crew(['a']);
    const one = task({ id: 'one', run: ({ sleep }) => sleep(1e9) });
    const { tree } = await boot({ children: [nested(specs), dynamicSupervisor({ id: 'pool', child: one })] });
    drain(journal);
    const wanted = [
      nested(specs, { maxRestarts: 9 }),
      dynamicSupervisor({ id: 'pool', maxRestarts: 8, child: one }),
    ];
    expect(steps(await tree.reconcile(wanted))).toEqual([
      'update root/below maxRestarts',
      'update root/pool maxRestarts',
    ]);
    expect(drain(journal)).toEqual([]);
    const [below, dynamic] = tree.snapshot().children;
    expect(below?.supervisor?.budget.max).toBe(9);
    expect(dynamic?.supervisor?.budget.max).toBe(8);
  });

  test('what was changed stays so when the supervisor, or the one above it, is started again', async () => {
    const { a, b, specs } = crew(['a', 'b']);
    const { tree, settle } = await boot({ children: [supervisor({ id: 'mid', children: [nested(specs)] })] });
    await tree.supervisor('mid/below').reconcile([b.spec]);
    await tree.supervisor('mid').restartNow('below');
    expect(statuses(tree.supervisor('mid/below'))).toEqual(['b: running']);
    await tree.restartNow('mid');
    expect(statuses(tree.supervisor('mid/below'))).toEqual(['b: running']);
    await tree.stop();
    await tree.start();
    await settle();
    expect(statuses(tree.supervisor('mid/below'))).toEqual(['b: running']);
    expect(a.starts).toBe(1);
  });

  test('a reference to the old declaration of a supervisor still finds it', async () => {
    const below = nested([scripted('a').spec]);
    const { tree } = await boot({ children: [below] });
    await tree.reconcile([nested([scripted('b').spec])]);
    expect(statuses(tree.supervisor(below))).toEqual(['b: running']);
  });
});

describe('refused', () => {
  test('wrong declarations, before anything is changed', async () => {
    const { specs, journal } = crew(['a', 'b']);
    const { tree } = await boot({ children: specs });
    drain(journal);
    expect(await rejection(tree.reconcile([specs[0]!, specs[0]!]))).toMatchObject({
      code: 'COPPICE_DUPLICATE_ID',
    });
    expect(await rejection(tree.reconcile([{ ...specs[0]!, bindsTo: ['x'] }]))).toMatchObject({
      code: 'COPPICE_BOUND_TO_NO_SIBLING',
    });
    expect(await rejection(tree.reconcile('a' as never))).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
    expect(await rejection(tree.reconcile(supervisor({ id: 'other', children: [] })))).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
    });
    expect(await rejection(tree.reconcile(specs, { dryrun: true } as never))).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
    });
    expect(drain(journal)).toEqual([]);
  });

  test('of a dynamic supervisor, whose children have one template', async () => {
    const tree = dynamicSupervisor({ id: 'pool', child: task({ id: 'one', run: () => {} }) }).handle();
    await tree.start();
    const call = (tree as unknown as SupervisorTree).reconcile([]);
    expect(await rejection(call)).toMatchObject({ code: 'COPPICE_DYNAMIC_SUPERVISOR' });
    await tree.stop();
  });

  test('two at once are carried out one after the other', async () => {
    const { specs } = crew(['a', 'b', 'c']);
    const [a, b, c] = specs as [Service, Service, Service];
    const { tree } = await boot({ children: [a] });
    await Promise.all([tree.reconcile([a, b]), tree.reconcile([c])]);
    expect(statuses(tree)).toEqual(['c: running']);
  });
});

test('a plan reads well', async () => {
  const { specs } = crew(['a', 'b']);
  const { tree } = await boot({ children: specs });
  const c = service({ id: 'c', start: () => 1 });
  const plan = await tree.reconcile([{ ...specs[0]!, start: () => 2, shutdownMs: 7 }, c], { dryRun: true });
  expect(formatPlan(plan)).toBe(
    [
      'root: 3 changes',
      '  remove   root/b',
      '  replace  root/a, stop-then-start (shutdownMs, start)',
      '  add      root/c',
    ].join('\n'),
  );
  expect(formatPlan({ path: 'root', steps: [] })).toBe('root: nothing to change');
});
