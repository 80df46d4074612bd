/** OTP's cases of strategies: who is restarted with whom, in which order, and when it is too much. */
import { dynamicSupervisor, service, SimulatedClock } from '@coppice/core';
import { boot, crew, drain, scripted, statuses, until } from '../support/scripted.js';

test('one_for_one', async () => {
  const { journal, specs, b } = crew(['a', 'b', 'c']);
  const { tree, settle } = await boot({ strategy: 'one-for-one', children: specs });
  drain(journal);
  b.crash();
  await settle();
  expect(drain(journal)).toEqual(['end b', 'start b']);
  expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
});

test('one_for_one_escalation', async () => {
  const { journal, specs, b } = crew(['a', 'b', 'c']);
  const { tree, ended, settle } = await boot({ strategy: 'one-for-one', maxRestarts: 0, children: specs });
  drain(journal);
  const error = new Error('boom');
  b.crash(error);
  await settle();
  expect(drain(journal)).toEqual(['end b', 'stop c', 'stop a']);
  expect((await ended).reason).toMatchObject({
    kind: 'shutdown',
    cause: { code: 'COPPICE_GAVE_UP', path: 'root', cause: error },
  });
  expect(tree.snapshot().phase).toBe('stopped');
});

test('one_for_all', async () => {
  const { journal, specs, b } = crew(['a', 'b', 'c']);
  const { settle, tree } = await boot({ strategy: 'one-for-all', children: specs });
  drain(journal);
  b.crash();
  await settle();
  expect(drain(journal)).toEqual(['end b', 'stop c', 'stop a', 'start a', 'start b', 'start c']);
  expect(tree.snapshot().budget.used).toBe(1); // one trigger counts once
});

test('one_for_all_escalation', async () => {
  const { journal, specs, a } = crew(['a', 'b', 'c']);
  const { ended, settle } = await boot({ strategy: 'one-for-all', maxRestarts: 1, children: specs });
  a.crash();
  await settle();
  drain(journal);
  a.crash();
  await settle();
  expect(drain(journal)).toEqual(['end a', 'stop c', 'stop b']);
  expect((await ended).reason).toMatchObject({ cause: { code: 'COPPICE_GAVE_UP' } });
});

test('one_for_all_other_child_fails_restart', async () => {
  // a crashes, b fails to start again: the retry is b's, and it is a restart of all once more.
  const { journal, specs, a } = crew(['a', 'b', 'c'], (id) =>
    id === 'b'
      ? { onStart: (attempt) => (attempt === 2 ? Promise.reject(new Error('b fails')) : attempt) }
      : {},
  );
  const { tree, settle, events } = await boot({ strategy: 'one-for-all', children: specs });
  drain(journal);
  a.crash();
  await until(() => statuses(tree)[1] === 'b: restarting');
  expect(statuses(tree)).toEqual(['a: running', 'b: restarting', 'c: stopped']);
  await settle();
  expect(drain(journal)).toEqual([
    'end a',
    'stop c',
    'stop b',
    'start a',
    'start b',
    'stop a',
    'start a',
    'start b',
    'start c',
  ]);
  expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
  expect(tree.snapshot().budget.used).toBe(2);
  expect(events.filter((e) => e.type === 'child:restarting').map((e) => [e.id, e.because])).toEqual([
    ['a', 'exit'],
    ['b', 'start-failed'],
  ]);
});

test('rest_for_one', async () => {
  const { journal, specs, b } = crew(['a', 'b', 'c', 'd']);
  const { tree, settle } = await boot({ strategy: 'rest-for-one', children: specs });
  drain(journal);
  b.crash();
  await settle();
  expect(drain(journal)).toEqual(['end b', 'stop d', 'stop c', 'start b', 'start c', 'start d']);
  expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running', 'd: running']);
});

test('rest_for_one_escalation', async () => {
  const { journal, specs, b } = crew(['a', 'b', 'c']);
  const { ended, settle } = await boot({ strategy: 'rest-for-one', maxRestarts: 0, children: specs });
  drain(journal);
  b.crash();
  await settle();
  expect(drain(journal)).toEqual(['end b', 'stop c', 'stop a']);
  expect((await ended).reason).toMatchObject({ cause: { code: 'COPPICE_GAVE_UP' } });
});

test('rest_for_one_other_child_fails_restart', async () => {
  // a crashes, c fails to start again: what stands before c stays up, the retry is c's and of those after it.
  const { journal, specs, a } = crew(['a', 'b', 'c', 'd'], (id) =>
    id === 'c'
      ? { onStart: (attempt) => (attempt === 2 ? Promise.reject(new Error('c fails')) : attempt) }
      : {},
  );
  const { tree, settle } = await boot({ strategy: 'rest-for-one', children: specs });
  drain(journal);
  a.crash();
  await until(() => statuses(tree)[2] === 'c: restarting');
  expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: restarting', 'd: stopped']);
  await settle();
  expect(drain(journal)).toEqual([
    'end a',
    'stop d',
    'stop c',
    'stop b',
    'start a',
    'start b',
    'start c',
    'start c',
    'start d',
  ]);
  expect(tree.snapshot().budget.used).toBe(2);
});

test('a sibling that crashes while it is being stopped is not restarted once more', async () => {
  const { specs, a, b } = crew(['a', 'b'], (id) =>
    id === 'b' ? { onStop: () => Promise.reject(new Error('while stopping')) } : {},
  );
  const { tree, settle } = await boot({ strategy: 'one-for-all', maxRestarts: 1, children: specs });
  a.crash();
  b.crash(); // in the same moment: its end is part of the restart that a has caused
  await settle();
  expect(statuses(tree)).toEqual(['a: running', 'b: running']);
  expect([a.starts, b.starts]).toEqual([2, 2]);
  expect(tree.snapshot().budget.used).toBe(1);
});

const dynamic = async (maxRestarts: number, clock = new SimulatedClock()) => {
  const journal: string[] = [];
  const contexts = new Map<string, { fail: (error: unknown) => void }>();
  const tree = dynamicSupervisor({
    id: 'dyn',
    maxRestarts,
    child: service({
      id: 'a',
      start: (context, name: string) => {
        contexts.set(name, context);
        journal.push(`start ${name}`);
        return name;
      },
      stop: (name) => void journal.push(`stop ${name}`),
    }),
  }).handle({ clock });
  const ended = tree.whenStopped();
  await tree.start();
  const crash = (name: string): void => contexts.get(name)!.fail(new Error('boom'));
  return { tree, clock, ended, journal, crash };
};

test('simple_one_for_one', async () => {
  const { tree, clock, journal, crash } = await dynamic(3);
  await tree.startChild({ args: ['x'] });
  await tree.startChild({ args: ['y'] });
  drain(journal);
  crash('x');
  await clock.advance(0);
  // Again with its own arguments, and under its own id.
  expect(drain(journal)).toEqual(['stop x', 'start x']);
  expect(statuses(tree)).toEqual(['a#1: running', 'a#2: running']);
  await tree.stop();
});

test('simple_one_for_one_escalation', async () => {
  const { tree, clock, ended, journal, crash } = await dynamic(0);
  await tree.startChild({ args: ['x'] });
  await tree.startChild({ args: ['y'] });
  drain(journal);
  crash('x');
  await clock.advance(0);
  expect(drain(journal)).toEqual(['stop x', 'stop y']);
  expect((await ended).reason).toMatchObject({ cause: { code: 'COPPICE_GAVE_UP', path: 'dyn' } });
});

test('simple_one_for_one_corruption', async () => {
  // Two that fail in the same moment, the first of them for ever: the second is not forgotten over it.
  const clock = new SimulatedClock();
  const contexts = new Map<string, { fail: (error: unknown) => void }>();
  let isBroken = false;
  const tree = await dynamicSupervisor({
    id: 'dyn',
    maxRestarts: 10,
    child: service({
      id: 'a',
      start: (context, name: string) => {
        if (isBroken && name === 'x') throw new Error('broken');
        contexts.set(name, context);
      },
    }),
  }).start({ clock });
  await tree.startChild({ args: ['x'] });
  await tree.startChild({ args: ['y'] });
  isBroken = true;
  contexts.get('x')!.fail(new Error('x'));
  contexts.get('y')!.fail(new Error('y'));
  await until(() => statuses(tree).includes('a#1: restarting'));
  isBroken = false;
  await clock.advance(0);
  expect(statuses(tree)).toEqual(['a#1: running', 'a#2: running']);
  expect(tree.countChildren()).toEqual({ specs: 1, active: 2, supervisors: 0, workers: 2 });
  await tree.stop();
});

test('strategies over children that are down: those that were terminated are started again with the group', async () => {
  const { journal, specs, a } = crew(['a', 'b', 'c']);
  const { tree, settle } = await boot({ strategy: 'one-for-all', children: specs });
  await tree.terminateChild('b');
  drain(journal);
  a.crash();
  await settle();
  expect(drain(journal)).toEqual(['end a', 'stop c', 'start a', 'start b', 'start c']);
});

test('a stop that comes while a group is being restarted ends it there', async () => {
  const clock = new SimulatedClock();
  const journal: string[] = [];
  const a = scripted('a', { journal });
  const b = scripted('b', {
    journal,
    onStart: (attempt) => attempt === 1 || new Promise((resolve) => clock.setTimer(() => resolve(1), 60_000)),
  });
  const c = scripted('c', { journal });
  const { tree, settle } = await boot({ strategy: 'one-for-all', children: [a.spec, b.spec, c.spec] });
  drain(journal);
  a.crash();
  await settle();
  const stopped = tree.stop();
  await clock.advance(60_000);
  await stopped;
  expect(drain(journal)).toEqual([
    'end a',
    'stop c',
    'stop b',
    'start a',
    'start b', // c is never started again
    'stop b',
    'stop a',
  ]);
});
