/** OTP's cases of starting: what a start may say, and what becomes of its supervisor. */
import {
  SimulatedClock,
  type StartError,
  dynamicSupervisor,
  ignore,
  isCoppiceError,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { boot, crew, drain, forever, rejection, scripted, statuses } from '../support/scripted.js';

test('sup_start_normal', async () => {
  const { journal, specs } = crew(['a', 'b', 'c']);
  const { tree, ended } = await boot({ children: specs });

  expect(drain(journal)).toEqual(['start a', 'start b', 'start c']);
  expect(tree.snapshot().phase).toBe('running');

  const report = await tree.stop();
  expect(report).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
  expect(await ended).toEqual(report);
  expect(drain(journal)).toEqual(['stop c', 'stop b', 'stop a']);
});

test('sup_start_normal: the next child is started when the one before is up, and not before', async () => {
  const journal: string[] = [];
  const clock = new SimulatedClock();
  const slow = scripted('slow', {
    journal,
    onStart: () => new Promise((resolve) => clock.setTimer(() => resolve('up'), 1_000)),
  });
  const next = scripted('next', { journal });
  const starting = supervisor({ id: 'root', children: [slow.spec, next.spec] }).start({ clock });
  await clock.advance(999);
  expect(drain(journal)).toEqual(['start slow']);
  await clock.advance(1);
  expect(drain(journal)).toEqual(['start next']);
  await starting;
});

test('sup_start_ignore_init: a nested supervisor is not there where a service or a task that ignores would be', async () => {
  // A supervisor is data here and has no init that could say ignore; a child of its own can.
  const { tree } = await boot({
    children: [supervisor({ id: 'sub', children: [service({ id: 'a', start: () => ignore })] })],
  });
  expect(tree.countChildren()).toMatchObject({ specs: 1, active: 1, supervisors: 1 });
  expect(tree.supervisor('sub').countChildren()).toMatchObject({ specs: 1, active: 0 });
});

test('sup_start_error_return', async () => {
  const { journal, specs } = crew(['a', 'b']);
  const boom = new Error('no route to host');
  const failing = service({ id: 'failing', start: () => Promise.reject(boom) });
  const never = scripted('never', { journal });
  const tree = supervisor({ id: 'root', children: [...specs, failing, never.spec] }).handle();
  const ended = tree.whenStopped();

  const error = (await rejection(tree.start())) as StartError;
  expect(error).toMatchObject({
    name: 'StartError',
    code: 'COPPICE_START_FAILED',
    path: 'root/failing',
    cause: boom,
  });
  expect(error.message).toContain('root/failing');
  expect(error.message).toContain('no route to host');
  expect(error.message).toContain('b, a');
  expect(drain(journal)).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  expect((await ended).reason).toEqual({ kind: 'shutdown', cause: error });
  expect(tree.snapshot().phase).toBe('stopped');
});

test('sup_start_fail', async () => {
  const { journal, specs } = crew(['a']);
  const throwing = service({
    id: 'throwing',
    start: () => {
      throw new TypeError('undefined is not a function');
    },
  });
  const error = await rejection(supervisor({ id: 'root', children: [...specs, throwing] }).start());
  expect(error).toMatchObject({ code: 'COPPICE_START_FAILED', cause: { name: 'TypeError' } });
  expect(drain(journal)).toEqual(['start a', 'stop a']);
});

test('sup_start_fail: a failure deep below undoes the whole tree, and the chain of causes tells where it was', async () => {
  const { journal, specs } = crew(['a']);
  const boom = new Error('boom');
  const root = supervisor({
    id: 'root',
    children: [
      ...specs,
      supervisor({
        id: 'sub',
        children: [service({ id: 'bad', start: () => Promise.reject(boom) })],
      }),
    ],
  });
  const error = await rejection(root.start());
  expect(error).toMatchObject({
    path: 'root/sub',
    code: 'COPPICE_START_FAILED',
    cause: { code: 'COPPICE_START_FAILED', path: 'root/sub/bad', cause: boom },
  });
  expect(drain(journal)).toEqual(['start a', 'stop a']);
});

test('sup_start_ignore_child', async () => {
  const { journal, specs } = crew(['a', 'b', 'c'], (id) => (id === 'b' ? { onStart: () => ignore } : {}));
  const { tree } = await boot({ children: specs });

  expect(statuses(tree)).toEqual(['a: running', 'b: stopped', 'c: running']);
  expect(tree.countChildren()).toEqual({ specs: 3, active: 2, supervisors: 0, workers: 3 });
  drain(journal);

  await tree.stop();
  expect(drain(journal)).toEqual(['stop c', 'stop a']);
});

test('sup_start_ignore_temporary_child', async () => {
  const a = service({ id: 'a', restart: 'temporary', start: () => ignore });
  const b = service({ id: 'b', restart: 'temporary', start: () => Promise.resolve(ignore) });
  const { tree } = await boot({ children: [a, b] });
  expect(tree.whichChildren()).toEqual([]);
  await tree.stop();
});

test('sup_start_ignore_temporary_child_start_child', async () => {
  const { tree } = await boot({});
  const info = await tree.startChild(service({ id: 'a', restart: 'temporary', start: () => ignore }));
  expect(info).toMatchObject({ id: 'a', status: 'stopped' });
  expect(tree.whichChildren()).toEqual([]);

  await tree.startChild(service({ id: 'b', start: () => ignore }));
  expect(statuses(tree)).toEqual(['b: stopped']);
  await tree.stop();
});

test.each([
  ['sup_start_ignore_temporary_child_start_child_simple', 'temporary'],
  ['sup_start_ignore_permanent_child_start_child_simple', 'permanent'],
] as const)('%s', async (_name, restart) => {
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: service({ id: 'a', restart, start: () => ignore }),
  }).start();
  await tree.startChild();
  expect(tree.whichChildren()).toEqual([]);
  expect(tree.countChildren()).toEqual({ specs: 1, active: 0, supervisors: 0, workers: 0 });
  await tree.stop();
});

test('sup_start_map', async () => {
  const start = (): string => 'value';
  const run = (): Promise<void> => forever();
  const { tree } = await boot({
    children: [
      service({ id: 'worker', start }),
      task({ id: 'job', run }),
      supervisor({ id: 'sub', children: [] }),
      dynamicSupervisor({ id: 'dyn', child: task({ id: 'one', run }) }),
    ],
  });
  const common = {
    restart: 'permanent',
    significant: false,
    onStuck: 'abandon',
    required: true,
    giveUp: 'escalate',
    boot: 'fail',
    replace: 'stop-then-start',
  };
  expect(tree.childSpec('worker')).toEqual({
    kind: 'service',
    id: 'worker',
    shutdownMs: 5_000,
    start,
    awaitReady: false,
    ...common,
  });
  expect(tree.childSpec('job')).toEqual({
    kind: 'task',
    id: 'job',
    shutdownMs: 5_000,
    run,
    awaitReady: false,
    ...common,
    required: false,
  });
  expect({ ...tree.childSpec('sub') }).toEqual({
    kind: 'supervisor',
    id: 'sub',
    shutdownMs: Infinity,
    ...common,
    strategy: 'one-for-one',
    maxRestarts: 3,
    withinMs: 5_000,
    autoShutdown: 'never',
    startOrder: 'sequential',
    children: [],
  });
  expect({ ...tree.childSpec('dyn') }).toMatchObject({
    kind: 'dynamic-supervisor',
    shutdownMs: Infinity,
    maxRestarts: 3,
  });
});

test('sup_start_map_faulty_specs', () => {
  const start = (): void => {};
  const faulty: [string, object][] = [
    ['COPPICE_MISSING_ID', { kind: 'service', start }],
    ['COPPICE_MISSING_START', { kind: 'service', id: 'a' }],
    ['COPPICE_INVALID_START', { kind: 'service', id: 'a', start: 'a' }],
    ['COPPICE_INVALID_RESTART', { kind: 'service', id: 'a', start, restart: 'prmanent' }],
    ['COPPICE_INVALID_SHUTDOWN', { kind: 'service', id: 'a', start, shutdownMs: -1 }],
    ['COPPICE_INVALID_KIND', { kind: 'wrker', id: 'a', start }],
  ];
  for (const [code, child] of faulty) {
    let thrown: unknown;
    try {
      supervisor({ id: 'root', children: [child as never] });
    } catch (error) {
      thrown = error;
    }
    expect({ code, is: isCoppiceError(thrown) && thrown.code }).toEqual({ code, is: code });
  }
});
