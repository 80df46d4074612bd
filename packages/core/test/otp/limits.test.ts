/** OTP's cases of limits: how many restarts within which time, and restarts that never succeed. */
import { SimulatedClock, dynamicSupervisor, service } from '@coppice/core';
import { boot, drain, rejection, scripted, statuses } from '../support/scripted.js';

test('multiple_restarts', async () => {
  const a = scripted('a');
  const { tree, clock, ended } = await boot({ maxRestarts: 3, withinMs: 1_000, children: [a.spec] });
  for (let i = 0; i < 3; i++) {
    a.crash();
    await clock.advance(100);
  }
  expect(a.starts).toBe(4);
  expect(tree.snapshot()).toMatchObject({ phase: 'running', budget: { used: 3, max: 3, withinMs: 1_000 } });
  a.crash();
  await clock.advance(0);
  expect(tree.snapshot().phase).toBe('stopped');
  expect(await ended).toMatchObject({ reason: { kind: 'shutdown', cause: { code: 'COPPICE_GAVE_UP' } } });
});

test('multiple_restarts: the window slides, and its edge is still in it', async () => {
  const a = scripted('a');
  const { tree, clock } = await boot({ maxRestarts: 1, withinMs: 1_000, children: [a.spec] });
  a.crash();
  await clock.advance(1_001);
  a.crash(); // the first one is over
  await clock.advance(0);
  expect(tree.snapshot()).toMatchObject({ phase: 'running', budget: { used: 1 } });
  await clock.advance(1_000);
  a.crash(); // exactly as long ago as the window is long: counts
  await clock.advance(0);
  expect(tree.snapshot().phase).toBe('stopped');
});

test('multiple_restarts: a steady crash just slower than the window allows goes on for ever', async () => {
  const a = scripted('a');
  const { tree, clock } = await boot({ maxRestarts: 2, withinMs: 1_000, children: [a.spec] });
  for (let i = 0; i < 50; i++) {
    a.crash();
    await clock.advance(501);
  }
  expect(tree.snapshot().phase).toBe('running');
  expect(a.starts).toBe(51);
});

test('multiple_restarts: with maxRestarts Infinity there is no limit', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ maxRestarts: Infinity, children: [a.spec] });
  for (let i = 0; i < 100; i++) {
    a.crash();
    await settle();
  }
  expect(a.starts).toBe(101);
  expect(tree.snapshot().budget).toEqual({ used: 0, max: null, withinMs: 5_000 });
});

const failing = (journal: string[] = []) =>
  scripted('bad', {
    journal,
    onStart: (attempt) => (attempt === 1 ? 1 : Promise.reject(new Error('cannot start'))),
  });

test('hanging_restart_loop', async () => {
  // A child that fails to start again and again does not make its supervisor deaf.
  const bad = failing();
  const { tree, clock } = await boot({ maxRestarts: Infinity, children: [bad.spec] });
  bad.crash();
  for (let turn = 0; turn < 1_000; turn++) {
    clock.fireDue();
    await Promise.resolve();
  }
  expect(bad.starts).toBeGreaterThan(10);
  expect(tree.countChildren().specs).toBe(1);

  const calls = Promise.all([
    tree.startChild(scripted('other').spec),
    rejection(tree.deleteChild('bad')),
    tree.terminateChild('bad'),
  ]);
  for (let turn = 0; turn < 100; turn++) {
    clock.fireDue();
    await Promise.resolve();
  }
  const [other] = await calls;
  expect(other).toMatchObject({ status: 'running' });
  expect(statuses(tree)).toEqual(['bad: stopped', 'other: running']);
  const { starts } = bad;
  await clock.advance(1_000);
  expect(bad.starts).toBe(starts);
});

test('hanging_restart_loop: a stop gets in before the next attempt', async () => {
  const bad = failing();
  const { tree, clock } = await boot({ maxRestarts: Infinity, children: [bad.spec] });
  bad.crash();
  for (let turn = 0; turn < 100; turn++) {
    clock.fireDue();
    await Promise.resolve();
  }
  const { starts } = bad;
  const stopped = tree.stop();
  await clock.advance(1_000);
  expect((await stopped).reason).toEqual({ kind: 'shutdown' });
  expect(bad.starts).toBeLessThanOrEqual(starts + 1);
  expect(clock.pendingTimers).toBe(0);
});

test('hanging_restart_loop: the event loop has its turn before each retry', async () => {
  let isBroken = false;
  const a = scripted('a', {
    onStart: () => {
      if (isBroken) throw new Error('broken');
    },
  });
  const { tree, clock } = await boot({ maxRestarts: 10, children: [a.spec] });
  isBroken = true;
  a.crash();
  for (let turn = 0; turn < 100; turn++) await Promise.resolve(); // no timer is fired: nothing is retried
  expect(a.starts).toBe(2);
  expect(clock.nextTimerAt).toBe(clock.now());
  isBroken = false;
  await clock.advance(0);
  expect(statuses(tree)).toEqual(['a: running']);
});

test('hanging_restart_loop: each failed attempt counts, so the limit ends the loop', async () => {
  const journal: string[] = [];
  const bad = failing(journal);
  const { clock, ended } = await boot({
    maxRestarts: 5,
    children: [scripted('a', { journal }).spec, bad.spec],
  });
  drain(journal);
  bad.crash();
  await clock.advance(0);
  expect(drain(journal)).toEqual(['end bad', ...Array.from({ length: 5 }, () => 'start bad'), 'stop a']);
  expect((await ended).reason).toMatchObject({
    cause: { code: 'COPPICE_GAVE_UP', cause: { message: 'cannot start' } },
  });
});

test('hanging_restart_loop_rest_for_one', async () => {
  const journal: string[] = [];
  const bad = failing(journal);
  const children = [scripted('a', { journal }).spec, bad.spec, scripted('c', { journal }).spec];
  const { tree, clock } = await boot({ strategy: 'rest-for-one', maxRestarts: Infinity, children });
  bad.crash();
  for (let turn = 0; turn < 100; turn++) {
    clock.fireDue();
    await Promise.resolve();
  }
  const terminated = tree.terminateChild('bad');
  await clock.advance(0);
  await terminated;
  // c was stopped for the restart that never came about; it stays down until somebody starts it.
  expect(statuses(tree)).toEqual(['a: running', 'bad: stopped', 'c: stopped']);
  await tree.restartChild('c');
  expect(statuses(tree)[2]).toBe('c: running');
});

test('hanging_restart_loop_simple', async () => {
  const clock = new SimulatedClock();
  let isBroken = false;
  let attempts = 0;
  const fails: ((error: unknown) => void)[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    maxRestarts: Infinity,
    child: service({
      id: 'a',
      start: ({ fail }) => {
        attempts++;
        if (isBroken) throw new Error('broken');
        fails.push(fail);
      },
    }),
  }).start({ clock });
  await tree.startChild();
  isBroken = true;
  fails[0]!(new Error('boom'));
  for (let turn = 0; turn < 100; turn++) {
    clock.fireDue();
    await Promise.resolve();
  }
  expect(attempts).toBeGreaterThan(10);
  expect(statuses(tree)).toEqual(['a#1: restarting']);
  await tree.terminateChild('a#1');
  expect(tree.whichChildren()).toEqual([]);
  isBroken = false;
  await tree.startChild();
  expect(statuses(tree)).toEqual(['a#2: running']);
});
