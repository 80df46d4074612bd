/** OTP's cases of the calls that manage children: what they do in each state, and what they refuse. */
import { type DynamicSupervisorHandle, ignore, service, supervisor } from '@coppice/core';
import { SimulatedClock, dynamicSupervisor, task } from '@coppice/core';
import { boot, crew, deferred, drain, rejection, scripted, statuses, until } from '../support/scripted.js';

const codeOf = async (promise: Promise<unknown>): Promise<string | undefined> =>
  (await rejection(promise)).code;

test('child_adm', async () => {
  const a = scripted('a');
  const { tree } = await boot({ children: [a.spec] });
  expect(statuses(tree)).toEqual(['a: running']);

  // A running child can be neither started, restarted nor deleted.
  expect(await codeOf(tree.startChild(a.spec))).toBe('COPPICE_ALREADY_STARTED');
  expect(await codeOf(tree.restartChild('a'))).toBe('COPPICE_RUNNING');
  expect(await codeOf(tree.deleteChild('a'))).toBe('COPPICE_RUNNING');

  // Terminated it stays declared, and terminating it again is fine.
  await tree.terminateChild('a');
  await tree.terminateChild('a');
  expect(statuses(tree)).toEqual(['a: stopped']);
  expect(await codeOf(tree.startChild(a.spec))).toBe('COPPICE_ALREADY_PRESENT');

  // It can be started again as it was declared.
  expect(await tree.restartChild('a')).toMatchObject({ id: 'a', status: 'running', incarnation: 2 });
  await tree.terminateChild(a.spec);
  await tree.deleteChild(a.spec);
  expect(tree.whichChildren()).toEqual([]);

  // What is not there cannot be managed.
  expect(await codeOf(tree.terminateChild('a'))).toBe('COPPICE_NOT_FOUND');
  expect(await codeOf(tree.restartChild('a'))).toBe('COPPICE_NOT_FOUND');
  expect(await codeOf(tree.deleteChild('a'))).toBe('COPPICE_NOT_FOUND');

  // A new one can take its place; it is the youngest.
  expect(await tree.startChild(a.spec)).toMatchObject({ id: 'a', status: 'running', incarnation: 1 });
});

test('child_adm: a failed start_child stores nothing, a failed restart_child changes nothing', async () => {
  let isBroken = true;
  const a = service({
    id: 'a',
    start: () => {
      if (isBroken) throw new Error('broken');
    },
  });
  const { tree } = await boot({ maxRestarts: 0 });
  expect(await rejection(tree.startChild(a))).toMatchObject({
    code: 'COPPICE_START_FAILED',
    path: 'root/a',
    cause: { message: 'broken' },
  });
  expect(tree.whichChildren()).toEqual([]);

  isBroken = false;
  await tree.startChild(a);
  await tree.terminateChild('a');
  isBroken = true;
  expect(await codeOf(tree.restartChild('a'))).toBe('COPPICE_START_FAILED');
  expect(statuses(tree)).toEqual(['a: stopped']);
  expect(tree.snapshot().budget.used).toBe(0);
  isBroken = false;
  await tree.restartChild('a');
  expect(statuses(tree)).toEqual(['a: running']);
});

test('child_adm: a child whose restart is due is restarting; terminate_child ends that', async () => {
  const a = scripted('a', { onStart: (attempt) => (attempt === 1 ? 1 : Promise.reject(new Error('no'))) });
  const { tree, clock } = await boot({ children: [a.spec], maxRestarts: 10 });
  a.crash();
  await until(() => statuses(tree)[0] === 'a: restarting');
  const answers = Promise.all([
    codeOf(tree.restartChild('a')),
    codeOf(tree.deleteChild('a')),
    codeOf(tree.startChild(a.spec)),
    tree.terminateChild('a'),
  ]);
  expect((await answers).slice(0, 3)).toEqual([
    'COPPICE_RESTARTING',
    'COPPICE_RESTARTING',
    'COPPICE_ALREADY_PRESENT',
  ]);
  expect(statuses(tree)).toEqual(['a: stopped']);
  expect(clock.pendingTimers).toBe(0);
  const { starts } = a;
  await clock.advance(10_000);
  expect(a.starts).toBe(starts);
});

test('child_adm: terminate_child leaves the siblings alone, whatever the strategy', async () => {
  const { journal, specs } = crew(['a', 'b', 'c']);
  const { tree } = await boot({ strategy: 'one-for-all', children: specs });
  drain(journal);
  await tree.terminateChild('b');
  expect(drain(journal)).toEqual(['stop b']);
  await tree.restartChild('b');
  expect(drain(journal)).toEqual(['start b']);
  expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
});

test('child_adm: calls are carried out one after the other, in their order', async () => {
  const gate = deferred();
  const { journal, specs } = crew(['a', 'b'], (id) => (id === 'a' ? { onStop: () => gate.promise } : {}));
  const { tree, settle } = await boot({ children: specs });
  drain(journal);
  const all = Promise.all([tree.terminateChild('a'), tree.terminateChild('b'), tree.restartChild('a')]);
  await settle();
  expect(drain(journal)).toEqual(['stop a']);
  gate.resolve();
  await all;
  expect(drain(journal)).toEqual(['stop b', 'start a']);
});

test('child_adm: a child that has just ended, and is not decided on yet, still counts as there', async () => {
  const gate = deferred();
  const { specs, a } = crew(['a', 'b'], (id) => (id === 'b' ? { onStop: () => gate.promise } : {}));
  const { tree, settle } = await boot({ children: specs });
  const terminated = tree.terminateChild('b');
  const calls = Promise.all(
    [tree.startChild(specs[0]!), tree.restartChild('a'), tree.deleteChild('a')].map(codeOf),
  );
  a.crash();
  await settle();
  expect(statuses(tree)).toEqual(['a: exited', 'b: stopping']);
  gate.resolve();
  await terminated;
  expect(await calls).toEqual(['COPPICE_ALREADY_STARTED', 'COPPICE_RUNNING', 'COPPICE_RUNNING']);
  await settle();
  expect(statuses(tree)).toEqual(['a: running', 'b: stopped']);
});

test('child_adm_simple', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: task({
      id: 'conn',
      run: ({ id, signal }, host: string, port: number) => {
        seen.push(`${id} ${host}:${port}`);
        return new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    }),
  }).start({ clock });

  expect(tree.countChildren()).toEqual({ specs: 1, active: 0, supervisors: 0, workers: 0 });
  const one = await tree.startChild({ args: ['a', 1] });
  const two = await tree.startChild({ id: 'two', args: ['b', 2] });
  expect([one.id, two.id]).toEqual(['conn#1', 'two']);
  expect(seen).toEqual(['conn#1 a:1', 'two b:2']);
  expect(tree.countChildren()).toEqual({ specs: 1, active: 2, supervisors: 0, workers: 2 });
  expect(await codeOf(tree.startChild({ id: 'two', args: ['c', 3] }))).toBe('COPPICE_ALREADY_STARTED');

  // restart_child and delete_child have no meaning for it.
  const untyped = tree as unknown as {
    restartChild(id: string): Promise<unknown>;
    deleteChild(id: string): Promise<unknown>;
  };
  expect(await codeOf(untyped.restartChild('two'))).toBe('COPPICE_DYNAMIC_SUPERVISOR');
  expect(await codeOf(untyped.deleteChild('two'))).toBe('COPPICE_DYNAMIC_SUPERVISOR');

  // A terminated child is gone.
  await tree.terminateChild('two');
  expect(statuses(tree)).toEqual(['conn#1: running']);
  expect(await codeOf(tree.terminateChild('two'))).toBe('COPPICE_NOT_FOUND');
  await tree.stop();
});

test('child_specs', async () => {
  const { tree } = await boot({});
  const wrong: unknown[] = [
    undefined,
    null,
    'a',
    [],
    {},
    { id: 'a' },
    { id: 'a', start: () => 1 },
    { kind: 'service', id: 'a' },
  ];
  for (const spec of wrong) {
    expect(await codeOf(tree.startChild(spec as never))).toMatch(
      /^COPPICE_(NOT_A_SPEC|MISSING_ID|MISSING_START)$/,
    );
  }
  expect(
    await codeOf(
      tree.startChild(service({ id: 'a', restart: 'transient', significant: true, start: () => 1 })),
    ),
  ).toBe('COPPICE_BAD_COMBINATION');
  expect(tree.whichChildren()).toEqual([]);
});

test('extra_return', async () => {
  // What a start hands out besides the process is the value of the service here; siblings get it by `use`.
  const db = service({ id: 'db', start: () => ({ rows: 3 }) });
  let rows = 0;
  const reader = service({ id: 'reader', start: ({ use }) => void (rows = use(db).rows) });
  const { tree } = await boot({ children: [db] });
  const info = await tree.startChild(reader);
  expect(rows).toBe(3);
  expect(Object.keys(info)).toEqual(['id', 'path', 'kind', 'status', 'incarnation']);
});

test('sup_flags', () => {
  const flags: [string | undefined, object][] = [
    [undefined, { strategy: 'one-for-one' }],
    [undefined, { strategy: 'one-for-all' }],
    [undefined, { strategy: 'rest-for-one' }],
    [undefined, { maxRestarts: 0, withinMs: 1 }],
    ['COPPICE_INVALID_STRATEGY', { strategy: 'simple-one-for-one' }],
    ['COPPICE_INVALID_STRATEGY', { strategy: null }],
    ['COPPICE_INVALID_MAX_RESTARTS', { maxRestarts: -1 }],
    ['COPPICE_INVALID_WITHIN', { withinMs: 0 }],
    ['COPPICE_INVALID_AUTO_SHUTDOWN', { autoShutdown: true }],
  ];
  for (const [code, options] of flags) {
    let thrown: { code?: string } | undefined;
    try {
      supervisor({ id: 'root', children: [], ...options });
    } catch (error) {
      thrown = error as { code?: string };
    }
    expect({ options, code: thrown?.code }).toEqual({ options, code });
  }
});

test('count_children', async () => {
  const { a, specs } = crew(['a', 'b']);
  const { tree } = await boot({ children: [...specs, service({ id: 'c', start: () => ignore })] });
  expect(tree.countChildren()).toEqual({ specs: 3, active: 2, supervisors: 0, workers: 3 });
  await tree.terminateChild('b');
  expect(tree.countChildren()).toEqual({ specs: 3, active: 1, supervisors: 0, workers: 3 });
  await tree.deleteChild('b');
  expect(tree.countChildren()).toEqual({ specs: 2, active: 1, supervisors: 0, workers: 2 });
  expect(a.starts).toBe(1);
});

test('count_children_supervisor', async () => {
  const sub = (id: string) => supervisor({ id, children: [] });
  const { tree } = await boot({ children: [sub('x'), sub('y'), scripted('a').spec] });
  expect(tree.countChildren()).toEqual({ specs: 3, active: 3, supervisors: 2, workers: 1 });
  await tree.terminateChild('x');
  expect(tree.countChildren()).toEqual({ specs: 3, active: 2, supervisors: 2, workers: 1 });
  await tree.deleteChild('x');
  expect(tree.countChildren()).toEqual({ specs: 2, active: 2, supervisors: 1, workers: 1 });
});

test('count_restarting_children', async () => {
  let isBroken = false;
  const clock = new SimulatedClock();
  const contexts: { fail: (error: unknown) => void }[] = [];
  const tree: DynamicSupervisorHandle<readonly []> = await dynamicSupervisor({
    id: 'dyn',
    maxRestarts: 100,
    child: service({
      id: 'a',
      start: (context) => {
        if (isBroken) throw new Error('broken');
        contexts.push(context);
      },
    }),
  }).start({ clock });
  await tree.startChild();
  await tree.startChild();
  isBroken = true;
  contexts[0]!.fail(new Error('crash'));
  await until(() => tree.countChildren().active === 1);
  // One is down and waits for its next attempt; it still counts as a child.
  expect(tree.countChildren()).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 2 });
  expect(statuses(tree)).toEqual(['a#1: restarting', 'a#2: running']);
  isBroken = false;
  await clock.advance(0);
  expect(tree.countChildren()).toEqual({ specs: 1, active: 2, supervisors: 0, workers: 2 });
});

test('which_children', async () => {
  const { specs } = crew(['b', 'a']);
  const { tree } = await boot({ children: [...specs, supervisor({ id: 'sub', children: [] })] });
  await tree.startChild(scripted('0').spec);
  await tree.terminateChild('b');
  expect(tree.whichChildren()).toEqual([
    { id: 'b', path: 'root/b', kind: 'service', status: 'stopped', incarnation: 1 },
    { id: 'a', path: 'root/a', kind: 'service', status: 'running', incarnation: 1 },
    { id: 'sub', path: 'root/sub', kind: 'supervisor', status: 'running', incarnation: 1 },
    { id: '0', path: 'root/0', kind: 'service', status: 'running', incarnation: 1 },
  ]);
});

test('which_children_simple_one_for_one', async () => {
  const tree = await dynamicSupervisor({ id: 'dyn', child: service({ id: 'a', start: () => 1 }) }).start();
  expect(tree.whichChildren()).toEqual([]);
  await tree.startChild();
  await tree.startChild({ id: 'x' });
  expect(statuses(tree)).toEqual(['a#1: running', 'x: running']);
  await tree.stop();
});

test('order_of_children', async () => {
  // A child that is added is the youngest: the last to start, the first to stop, also after restarts.
  const { journal, specs, a } = crew(['a', 'b']);
  const { tree, settle } = await boot({ strategy: 'one-for-all', children: specs });
  await tree.startChild(scripted('c', { journal }).spec);
  drain(journal);
  a.crash();
  await settle();
  expect(drain(journal)).toEqual(['end a', 'stop c', 'stop b', 'start a', 'start b', 'start c']);
  await tree.terminateChild('a');
  await tree.restartChild('a');
  drain(journal);
  await tree.stop();
  expect(drain(journal)).toEqual(['stop c', 'stop b', 'stop a']);
});

test('already_started_outside_supervisor', async () => {
  // A start that refuses because the thing is there already is a failed start like any other.
  const inUse = Object.assign(new Error('listen EADDRINUSE :::80'), { code: 'EADDRINUSE' });
  const { tree } = await boot({});
  const error = await rejection(tree.startChild(service({ id: 'web', start: () => Promise.reject(inUse) })));
  expect(error.cause).toBe(inUse);
  expect(tree.whichChildren()).toEqual([]);
});
