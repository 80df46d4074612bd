/**
 * explain(child): why a run was stopped, for each cause that there is, of children that have a history because they have
 * crashed before; and why a root has ended.
 */
import { type ChildSpec, SimulatedClock, type SupervisorOptions, supervisor } from '@coppice/core';
import { type Scripted, scripted } from './support/scripted.js';

async function boot(options: Partial<SupervisorOptions>) {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'app', children: [], ...options }).handle({
    clock,
    recorder: true,
    random: () => 0,
  });
  for (const name of ['supervisor:gave-up', 'supervisor:stopped'] as const) tree.on(name, () => {});
  await tree.start();
  const settle = () => clock.advance(0);
  /** Gives it a history; its second run is 10 ms old then. */
  const crashed = async (child: Scripted): Promise<void> => {
    child.crash();
    await clock.advance(10);
  };
  return { tree, settle, crashed };
}

const STOPPED = 'its 2nd run was stopped after 10 ms, since';

const LATER = { backoff: { minMs: 1_000, maxMs: 1_000 } };

test('with a sibling that was restarted', async () => {
  const a = scripted('a', LATER);
  const b = scripted('b');
  const { tree, settle, crashed } = await boot({ strategy: 'one-for-all', children: [a.spec, b.spec] });
  await crashed(b);
  a.crash();
  await settle();
  expect(tree.explain('b')).toContain(`${STOPPED} a was restarted`);
});

test('with one that it is bound to', async () => {
  const a = scripted('a', LATER);
  const b = scripted('b', { bindsTo: ['a'] });
  const { tree, settle, crashed } = await boot({ children: [a.spec, b.spec] });
  await crashed(b);
  a.crash();
  await settle();
  expect(tree.explain('b')).toContain(`${STOPPED} it is bound to a`);
});

test('with its supervisor, which was stopped', async () => {
  const a = scripted('a');
  const { tree, crashed } = await boot({ children: [supervisor({ id: 'sub', children: [a.spec] })] });
  await crashed(a);
  await tree.terminateChild('sub', { by: 'ann' });
  expect(tree.explain('sub/a')).toContain(`${STOPPED} its supervisor stopped`);
});

test('with its supervisor, which gave up', async () => {
  const a = scripted('a');
  const b = scripted('b');
  const { tree, settle, crashed } = await boot({ maxRestarts: 1, children: [a.spec, b.spec] });
  await crashed(b);
  a.crash();
  await settle();
  expect(tree.explain('b')).toContain(`${STOPPED} its supervisor gave up`);
  expect(tree.explain()).toContain('app has ended, since it gave up');
});

test('with its supervisor, which shut itself down', async () => {
  const a = scripted('a');
  const b = scripted('b', { restart: 'transient', significant: true });
  const { tree, settle, crashed } = await boot({
    autoShutdown: 'any-significant',
    children: [a.spec, b.spec],
  });
  await crashed(a);
  b.finish();
  await settle();
  expect(tree.explain('a')).toContain(`${STOPPED} its supervisor shut itself down`);
  expect(tree.explain()).toContain('app has ended, since a significant child has ended');
});

test('with one that did not start', async () => {
  const a = scripted('a');
  let starts = 0;
  const b = scripted('b', { onStart: () => (starts++ === 0 ? 1 : Promise.reject(new Error('no disk'))) });
  const sub = supervisor({ id: 'sub', maxRestarts: 0, giveUp: 'park', children: [a.spec, b.spec] });
  const { tree, settle } = await boot({ children: [sub] });
  a.crash();
  await settle();
  await expect(tree.restartChild('sub')).rejects.toThrow('no disk');
  expect(tree.explain('sub/a')).toContain('its 1st run was stopped after 0 ms, since b did not start');
});

test('since its declaration has changed', async () => {
  const a = scripted('a', { revision: '1' });
  const { tree, crashed } = await boot({ children: [a.spec] });
  await crashed(a);
  const declared: ChildSpec = scripted('a', { revision: '2' }).spec;
  await tree.reconcile(supervisor({ id: 'app', children: [declared] }));
  expect(tree.explain('a')).toContain(`${STOPPED} its declaration has changed`);
});

test('a root that one of its children has ended; one that did not start', async () => {
  const a = scripted('a', { maxRestarts: 0, giveUp: 'exit' });
  const { tree, settle } = await boot({ children: [a.spec] });
  a.crash();
  await settle();
  expect(tree.explain()).toContain('app has ended, since one of its children ended all');

  const b = scripted('b', { onStart: () => Promise.reject(new Error('no disk')) });
  const other = supervisor({ id: 'app', children: [b.spec] }).handle({ clock: new SimulatedClock() });
  await expect(other.start()).rejects.toThrow('no disk');
  expect(other.explain()).toContain('app did not start');
});

test('a root that is stopping', async () => {
  const a = scripted('a', { onStop: () => new Promise(() => {}) });
  const { tree, settle } = await boot({ children: [a.spec] });
  void tree.stop({ by: 'ann' });
  await settle();
  expect(tree.explain()).toContain('app is stopping, since somebody asked for that (ann)');
});
