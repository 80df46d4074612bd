/** A child that has ended by itself and is still cleaning up, while something else happens to its supervisor. */
import { SimulatedClock, type SupervisionEvent, service, supervisor, watchHealth } from '@coppice/core';
import { boot, deferred, drain, forever, rejection, scripted, statuses } from './support/scripted.js';

/** A tree in which `a` has crashed at 0 ms and gives back what it holds until the gate is opened. */
const crashed = async (options: Parameters<typeof boot>[0] = {}, kill?: () => void) => {
  const gate = deferred();
  const journal: string[] = [];
  const a = scripted('a', {
    journal,
    shutdownMs: 1_000,
    onStop: (attempt) => (attempt === 1 ? gate.promise : undefined),
    ...(kill && { kill }),
  });
  const b = scripted('b', { journal });
  const booted = await boot({ ...options, children: [a.spec, b.spec] });
  a.crash();
  await booted.settle();
  expect(statuses(booted.tree)[0]).toBe('a: stopping');
  drain(journal);
  return { ...booted, gate, journal, a, b };
};

test('it is told of when it fails, not only when it is gone; what it needs to clean up is no part of its life', async () => {
  const gate = deferred();
  const a = scripted('a', { shutdownMs: 1_000, onStop: () => gate.promise });
  const { tree, clock, events, settle } = await boot({ children: [a.spec] });
  const { changes } = watchHealth(tree);
  await clock.advance(300);
  a.crash(new Error('boom'));
  await settle();
  expect(events.at(-1)).toMatchObject({
    type: 'child:ending',
    path: 'root/a',
    incarnation: 1,
    phase: 'running',
    reason: { kind: 'crash', error: { message: 'boom' } },
    shutdownMs: 1_000,
  });
  expect(changes).toMatchObject([{ at: 300, isReady: false }]);
  await clock.advance(500);
  gate.resolve();
  await settle();
  expect(events).toContainEqual(expect.objectContaining({ type: 'child:crashed', at: 800, uptimeMs: 300 }));
  expect(changes).toMatchObject([{ at: 300 }, { at: 800, isReady: true, afterMs: 500 }]);
  await clock.advance(100);
  a.crash();
  await settle();
  expect(events).toContainEqual(expect.objectContaining({ type: 'child:crashed', at: 900, uptimeMs: 100 }));
});

test('one whose start has failed says so as well, and one that is gone at once does not', async () => {
  const gate = deferred();
  const clock = new SimulatedClock();
  const late = service({
    id: 'late',
    start: ({ defer }) => {
      defer(() => gate.promise);
      throw new Error('no port');
    },
  });
  const tree = supervisor({ id: 'root', children: [scripted('quick').spec, late] }).handle({ clock });
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => events.push(event));
  const failed = rejection(tree.start());
  await clock.advance(0);
  const ending = events.filter(({ type }) => type === 'child:ending');
  expect(ending).toMatchObject([{ path: 'root/late', phase: 'starting', shutdownMs: 5_000 }]);
  gate.resolve();
  expect((await failed).code).toBe('COPPICE_START_FAILED');
  expect(events.map(({ type }) => type)).toContain('child:start-failed');
});

test('the others live on, and calls about them are answered', async () => {
  const { tree, gate, journal, settle } = await crashed();
  await tree.terminateChild('b');
  expect((await rejection(tree.deleteChild('a'))).code).toBe('COPPICE_RUNNING');
  gate.resolve();
  await settle();
  expect(drain(journal)).toEqual(['stop b', 'start a']);
});

test('a stop waits for it, within the time that it had left', async () => {
  const { tree, clock } = await crashed();
  await clock.advance(600);
  const stopped = tree.stop();
  await clock.advance(400);
  expect((await stopped).unstopped).toEqual([
    { path: 'root/a', incarnation: 1, phase: 'cleaning-up', waitedMs: 1_000 },
  ]);
  expect(clock.now()).toBe(1_000);
});

test('a stop, and it ends in time: it is not started again, and its crash is what is told', async () => {
  const { tree, gate, a, events } = await crashed();
  const stopped = tree.stop();
  gate.resolve();
  expect((await stopped).unstopped).toEqual([]);
  expect(a.starts).toBe(1);
  expect(
    events.filter(({ path, type }) => path === 'root/a' && type.startsWith('child:')).map(({ type }) => type),
  ).toEqual(['child:starting', 'child:started', 'child:ending', 'child:crashed', 'child:not-restarted']);
});

test('a failure and a stop in the same moment: what it holds is given back once', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ children: [a.spec] });
  a.crash();
  a.finish();
  const stopped = tree.stop();
  a.crash();
  await settle();
  await stopped;
  expect([a.starts, a.stops]).toEqual([1, 1]);
});

test('a terminateChild of it waits for it, and that is its end', async () => {
  const { tree, gate, a } = await crashed();
  const terminated = tree.terminateChild('a');
  gate.resolve();
  await terminated;
  expect(statuses(tree)).toEqual(['a: stopped', 'b: running']);
  expect(a.starts).toBe(1);
});

test('a sibling that crashes with it: one restart of all, in which its end is part', async () => {
  const { tree, gate, journal, b, settle } = await crashed({ strategy: 'one-for-all', maxRestarts: 1 });
  b.crash();
  await settle();
  expect(drain(journal)).toEqual(['end b']);
  gate.resolve();
  await settle();
  expect(drain(journal)).toEqual(['start a', 'start b']);
  expect(tree.snapshot().budget.used).toBe(1);
});

test('while its kill hook has its grace, a stop waits for that', async () => {
  let kills = 0;
  const { tree, clock } = await crashed({}, () => kills++);
  await clock.advance(1_000);
  expect(statuses(tree)[0]).toBe('a: killing');
  const stopped = tree.stop();
  await clock.advance(1_000);
  expect((await stopped).unstopped).toMatchObject([
    { path: 'root/a', phase: 'cleaning-up', waitedMs: 2_000 },
  ]);
  expect(kills).toBe(1);
});

test('its supervisor is killed: it is not waited for any longer', async () => {
  const a = scripted('a', { shutdownMs: 60_000, onStop: forever });
  const sub = supervisor({ id: 'sub', shutdownMs: 500, children: [a.spec, scripted('b').spec] });
  const { tree, clock, settle } = await boot({ children: [sub] });
  a.crash();
  await settle();
  const stopped = tree.stop();
  await clock.advance(500);
  expect((await stopped).unstopped).toEqual([
    { path: 'root/sub/a', incarnation: 1, phase: 'cleaning-up', waitedMs: 500 },
  ]);
});

test('its supervisor is killed at once: all that is below is abandoned in one go', async () => {
  const a = scripted('a', { shutdownMs: 60_000, onStop: forever });
  const b = scripted('b', { shutdownMs: 60_000, onStop: forever });
  const sub = supervisor({ id: 'sub', shutdownMs: 0, children: [a.spec, b.spec] });
  const { tree, clock, settle } = await boot({ children: [sub] });
  a.crash();
  await settle();
  const { unstopped } = await tree.stop();
  expect(clock.now()).toBe(0);
  expect(unstopped.map(({ path, phase }) => `${path} ${phase}`).toSorted()).toEqual([
    'root/sub/a cleaning-up',
    'root/sub/b running',
  ]);
});

test('a child that ends normally too often: giving up says so, and has no error to show', async () => {
  const a = scripted('a');
  const { ended, settle } = await boot({ maxRestarts: 0, children: [a.spec] });
  a.finish();
  await settle();
  const { reason } = await ended;
  const { cause } = reason as { cause: Error };
  expect(cause.message).toMatch(/it ended \(normal\)/);
  expect(cause.cause).toBeUndefined();
});

test('what is asked to stop while it starts, and then says ignore or fails, has stopped', async () => {
  for (const outcome of ['ignore', 'failure'] as const) {
    const gate = deferred<unknown>();
    const { tree, settle } = await boot({});
    const started = rejection(tree.startChild(service({ id: 'a', start: () => gate.promise })));
    await settle();
    const stopped = tree.stop();
    if (outcome === 'ignore') gate.resolve(Symbol.for('coppice.ignore'));
    else gate.reject(new Error('no'));
    expect((await stopped).unstopped).toEqual([]);
    expect((await started).code).toBe('COPPICE_NOT_RUNNING');
  }
});
