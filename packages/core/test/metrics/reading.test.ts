/** What is read off a tree: one-hot states, uptimes, shares of limits, readiness. */
import { SimulatedClock, dynamicSupervisor, service, supervisor } from '@coppice/core';
import { boot, forever, rejection, scripted } from '../support/scripted.js';
import { measured } from './support.js';

test('states are one-hot: all are told, one holds', async () => {
  const { tree } = await boot({ children: [scripted('a').spec] });
  const { reading } = measured(tree);
  const states = Object.entries(reading()).filter(([key]) =>
    key.startsWith('supervision.child.status.state'),
  );
  expect(states.map(([key, value]) => `${key.replace(/.*,/, '').slice(0, -1)} ${value}`)).toEqual([
    'starting 0',
    'running 1',
    'degraded 0',
    'backing_off 0',
    'stopping 0',
    'stopped 0',
    'failed 0',
  ]);
});

test('all states', async () => {
  const broken = scripted('broken', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
  const parked = scripted('parked', { maxRestarts: 0, giveUp: 'park' });
  const slow = scripted('slow', { onStop: () => forever(), shutdownMs: 1_000 });
  const { tree, clock, settle } = await boot({
    children: [
      scripted('fine').spec,
      supervisor({ id: 'part', children: [broken.spec] }),
      parked.spec,
      slow.spec,
      scripted('down').spec,
    ],
  });
  const { of } = measured(tree);
  broken.crash();
  parked.crash();
  await tree.terminateChild('down');
  void tree
    .startChild(scripted('coming', { onStart: () => forever(), shutdownMs: 100 }).spec)
    .catch(() => {});
  await settle();
  void tree.terminateChild('slow').catch(() => {});
  await settle();
  expect(of('supervision.child.status.state')).toEqual({
    '{root/fine,running}': 1,
    '{root/part,degraded}': 1,
    '{root/part/broken,backing_off}': 1,
    '{root/parked,failed}': 1,
    '{root/slow,running}': 1, // the supervisor is busy with the one that starts
    '{root/down,stopped}': 1,
    '{root/coming,starting}': 1,
  });
  const stopped = tree.stop();
  await clock.advance(500);
  expect(of('supervision.child.status.state')).toMatchObject({ '{root/slow,stopping}': 1 });
  await clock.advance(5_000);
  await stopped;
});

test('a supervisor of children that come and go is degraded by any of them', async () => {
  const each = scripted('each', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
  const many = dynamicSupervisor({ id: 'many', child: each.spec });
  const { tree, settle } = await boot({ children: [many] });
  const { of } = measured(tree);
  await tree.supervisor(many).startChild();
  await tree.supervisor(many).startChild();
  expect(of('supervision.child.status.state')).toEqual({
    '{root/many,running}': 1,
    '{root/many/*,running}': 2,
  });
  each.crash();
  await settle();
  expect(of('supervision.child.status.state')).toEqual({
    '{root/many,degraded}': 1,
    '{root/many/*,running}': 1,
    '{root/many/*,backing_off}': 1,
  });
});

test('uptimes in seconds, of those that are up', async () => {
  const { tree, clock } = await boot({ children: [scripted('a').spec, scripted('b').spec] });
  const { of } = measured(tree);
  await clock.advance(2_500);
  await tree.restartNow('b');
  await tree.terminateChild('a');
  await clock.advance(1_500);
  expect(of('supervision.child.uptime')).toEqual({ '{root/b}': 1.5 });
});

test('shares of limits: those of supervisors, and of children with their own; they run off with the window', async () => {
  const own = scripted('own', { maxRestarts: 4, withinMs: 60_000 });
  const a = scripted('a');
  const { tree, clock, settle } = await boot({
    maxRestarts: 2,
    withinMs: 10_000,
    children: [a.spec, own.spec, supervisor({ id: 'free', maxRestarts: Infinity, children: [] })],
  });
  const { of } = measured(tree);
  const shares = () => ({
    ...of('supervision.supervisor.intensity.utilization'),
    ...of('supervision.child.intensity.utilization'),
  });
  expect(shares()).toEqual({});
  a.crash();
  own.crash();
  await settle();
  expect(shares()).toEqual({ '{root,one-for-one}': 0.5, '{root/own}': 0.25 });
  a.crash();
  await settle();
  expect(shares()).toEqual({ '{root,one-for-one}': 1, '{root/own}': 0.25 });
  await clock.advance(10_001);
  expect(shares()).toEqual({ '{root/own}': 0.25 });
});

test('incarnations that are left behind, until they have ended after all', async () => {
  const gate: { open?: () => void } = {};
  const stuck = scripted('stuck', {
    shutdownMs: 100,
    onStop: () => new Promise<void>((ok) => (gate.open = ok)),
  });
  const { tree, clock, settle } = await boot({ children: [stuck.spec] });
  const { of } = measured(tree);
  const down = tree.terminateChild('stuck');
  await clock.advance(100);
  await down;
  expect(of('supervision.child.abandoned')).toEqual({ '{root/stuck}': 1 });
  gate.open!();
  await settle();
  expect(of('supervision.child.abandoned')).toEqual({});
});

test('ready, as healthOf or as the application says', async () => {
  const a = scripted('a', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
  const { tree, settle } = await boot({ children: [a.spec] });
  const plain = measured(tree);
  const told = measured(tree, {
    health: () => ({ status: 'degraded', isReady: false, isLive: true, reasons: [] }),
  });
  expect(plain.reading()).toHaveProperty(['supervision.application.ready{root}'], 1);
  expect(told.reading()).toHaveProperty(['supervision.application.ready{root}'], 0);
  a.crash();
  await settle();
  expect(plain.reading()).toHaveProperty(['supervision.application.ready{root}'], 0);
});

test('of a supervisor that is not there nothing is read, until it is there again', async () => {
  const sub = supervisor({ id: 'sub', children: [scripted('a').spec] });
  const { tree } = await boot({ children: [sub] });
  const { reading } = measured(tree.supervisor(sub));
  await tree.terminateChild('sub');
  expect(reading()).toHaveProperty(['supervision.child.status.state{root/sub/a,stopped}'], 1);
  await tree.deleteChild('sub');
  expect(reading()).toEqual({});
  await tree.startChild(sub);
  expect(reading()).toHaveProperty(['supervision.child.status.state{root/sub/a,running}'], 1);
});

test('however many come and go, a snapshot that counts them is small', async () => {
  const each = service({ id: 'each', start: ({ attempt }) => attempt });
  const many = dynamicSupervisor({ id: 'many', child: each });
  const { tree } = await boot({ children: [many] });
  for (let i = 0; i < 1_000; i++) await tree.supervisor(many).startChild();
  const snapshot = tree.snapshot({ dynamic: 'count' });
  expect(snapshot.children[0]?.supervisor).toMatchObject({ children: [], statuses: { running: 1_000 } });
  expect(JSON.stringify(snapshot).length).toBeLessThan(2_000);
  expect(tree.snapshot().children[0]?.supervisor?.children).toHaveLength(1_000);
  expect(() => tree.snapshot({ dynamic: 'sum' as never })).toThrow("dynamic: 'list' or 'count'");
});

test('whoever measures does not count as one who tells of the end of a root', async () => {
  const clock = new SimulatedClock();
  const a = scripted('a');
  const tree = supervisor({ id: 'root', maxRestarts: 0, children: [a.spec] }).handle({ clock });
  measured(tree);
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  await tree.start();
  await tree.startChild(supervisor({ id: 'odd', restart: 'transient', children: [] }));
  expect(warn).toHaveBeenCalled();
  const ended = tree.whenStopped();
  a.crash(new Error('boom'));
  await clock.advance(0);
  expect((await ended).reason).toMatchObject({ kind: 'shutdown' });
});

test.each([
  [{ maxPaths: 0 }, 'maxPaths: a whole number, 1 or more'],
  [{ health: true }, 'health: a function'],
])('%j is refused', async (options, expected) => {
  const { tree } = await boot({ children: [] });
  expect(() => measured(tree, options as never)).toThrow(expected);
  expect(await rejection(Promise.resolve().then(() => measured(tree, options as never)))).toMatchObject({
    code: 'COPPICE_INVALID_ARGUMENT',
  });
});
