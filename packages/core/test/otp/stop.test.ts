/** OTP's cases of stopping: how long a child is waited for. */
import { boot, crew, deferred, drain, forever, scripted } from '../support/scripted.js';

test('sup_stop_infinity', async () => {
  const gate = deferred();
  const { journal, specs } = crew(['a', 'b'], () => ({ shutdownMs: Infinity, onStop: () => gate.promise }));
  const { tree, clock } = await boot({ children: specs });
  drain(journal);
  let isOver = false;
  const stopped = tree.stop().finally(() => (isOver = true));
  await clock.advance(365 * 24 * 3_600_000);
  expect(isOver).toBe(false);
  expect(clock.pendingTimers).toBe(0);
  expect(drain(journal)).toEqual(['stop b']); // one after the other: a is still up
  gate.resolve();
  expect((await stopped).unstopped).toEqual([]);
  expect(drain(journal)).toEqual(['stop a']);
});

test('sup_stop_timeout', async () => {
  const { journal, specs } = crew(['a', 'b', 'c'], (id) => ({
    shutdownMs: id === 'b' ? 1_000 : 500,
    ...(id === 'b' && { onStop: forever }),
  }));
  const { tree, clock, settle } = await boot({ children: specs });
  drain(journal);
  const stopped = tree.stop();
  await settle();
  expect(drain(journal)).toEqual(['stop c', 'stop b']);
  await clock.advance(999);
  expect(drain(journal)).toEqual([]);
  await clock.advance(1);
  expect(drain(journal)).toEqual(['stop a']);
  await stopped;
  expect(tree.snapshot().children.map(({ id, lastExit }) => [id, lastExit?.kind])).toEqual([
    ['a', 'shutdown'],
    ['b', 'killed'],
    ['c', 'shutdown'],
  ]);
  expect(await stopped).toEqual({
    reason: { kind: 'shutdown' },
    unstopped: [{ path: 'root/b', incarnation: 1, phase: 'running', waitedMs: 1_000 }],
  });
});

test('sup_stop_timeout: a child that ends in time is not killed, however close', async () => {
  const gate = deferred();
  const a = scripted('a', { shutdownMs: 1_000, onStop: () => gate.promise });
  const { tree, clock } = await boot({ children: [a.spec] });
  const stopped = tree.stop();
  await clock.advance(999);
  gate.resolve();
  expect((await stopped).unstopped).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test('sup_stop_brutal_kill', async () => {
  const { journal, specs } = crew(['a', 'b'], (id) => ({
    shutdownMs: id === 'b' ? 0 : 1_000,
    onStop: forever,
  }));
  const { tree, clock, settle, events } = await boot({ children: specs });
  drain(journal);
  const stopped = tree.stop();
  await settle();
  // b is not waited for at all (what it holds is given back all the same), a has its time.
  expect(drain(journal)).toEqual(['stop b', 'stop a']);
  expect(events.find((event) => event.type === 'child:stopped')).toMatchObject({
    path: 'root/b',
    reason: { kind: 'killed' },
  });
  await clock.advance(1_000);
  expect((await stopped).unstopped.map(({ path, waitedMs }) => [path, waitedMs])).toEqual([
    ['root/b', 0],
    ['root/a', 1_000],
  ]);
});
