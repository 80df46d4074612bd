/** reviveAfterMs: a parked child comes back, with a clean sheet. */
import { deferred, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plant } from './support/trees.js';

const park = { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 1_000 } as const;

test('after so long, and not before; when is to be seen', async () => {
  const a = scripted('a', park);
  const { tree, pass, told, clock } = await plant({ children: [a.spec] });
  await pass(500);
  a.crash();
  await pass(999);
  expect(tree.snapshot().children[0]).toMatchObject({ status: 'parked', nextStartAt: 1_500 });
  expect(told('child:gave-up')).toMatchObject([{ reviveAt: 1_500 }]);
  await pass(1);
  expect(tree.snapshot().children[0]).toMatchObject({ status: 'running', nextStartAt: null });
  expect(told('child:restarting')).toMatchObject([
    { because: 'revive', delayMs: 0, strategy: 'one-for-one' },
  ]);
  expect([a.starts, clock.pendingTimers, tree.snapshot().budget.used]).toEqual([2, 0, 0]);
});

test('it has all its restarts, and its first delay, again', async () => {
  const backoff = { minMs: 10, maxMs: 80, jitter: 0 };
  const a = scripted('a', { ...park, maxRestarts: 3, withinMs: 600_000, backoff });
  const { tree, pass, told } = await plant({ children: [a.spec] });
  const round = async (): Promise<number[]> => {
    const before = told('child:backing-off').length;
    for (let i = 0; i < 4; i++) {
      a.crash();
      await pass(80);
    }
    expect(statuses(tree)).toEqual(['a: parked']);
    return told('child:backing-off')
      .slice(before)
      .map(({ delayMs }) => delayMs);
  };
  expect(await round()).toEqual([10, 20, 40]);
  await pass(1_000);
  expect(await round()).toEqual([10, 20, 40]);
});

test('over and over again', async () => {
  const a = scripted('a', { ...park, maxRestarts: 1, withinMs: 600_000, onStart: failsFrom(2) });
  const { tree, pass } = await plant({ children: [a.spec] });
  a.crash();
  await pass(0);
  await pass(0);
  const { starts } = a;
  for (let round = 1; round <= 5; round++) {
    await pass(1_000);
    await pass(0);
    expect([a.starts, statuses(tree)]).toEqual([starts + 2 * round, ['a: parked']]);
  }
});

test('alone: no others are restarted for it, whatever the strategy', async () => {
  const a = scripted('a', { ...park, onStart: failsFrom(2, 2) });
  const b = scripted('b');
  const { tree, pass } = await plant({ strategy: 'one-for-all', children: [a.spec, b.spec] });
  a.crash();
  await pass(3_000);
  expect([statuses(tree), b.starts]).toEqual([['a: running', 'b: running'], 1]);
});

test('one that was started by hand before is not started again when its time comes', async () => {
  const a = scripted('a', park);
  const { tree, pass } = await plant({ children: [a.spec] });
  a.crash();
  await pass(500);
  await tree.restartChild('a');
  await pass(5_000);
  expect(a.starts).toBe(2);
});

test('a pause holds it off; resume begins its time anew', async () => {
  const a = scripted('a', park);
  const { tree, pass, clock } = await plant({ children: [a.spec] });
  a.crash();
  await pass(500);
  await tree.pause('a');
  expect([clock.pendingTimers, tree.snapshot().children[0]!.nextStartAt]).toEqual([0, null]);
  await pass(10_000);
  expect(statuses(tree)).toEqual(['a: parked']);
  await tree.resume('a');
  await pass(999);
  expect(statuses(tree)).toEqual(['a: parked']);
  await pass(1);
  expect(statuses(tree)).toEqual(['a: running']);
});

test('a revival that stands in the mailbox already is void when a pause comes before it', async () => {
  const gate = deferred();
  const a = scripted('a', park);
  const slow = scripted('slow', { onStop: () => gate.promise });
  const { tree, pass } = await plant({ children: [a.spec, slow.spec] });
  a.crash();
  await pass(900);
  const terminated = tree.terminateChild('slow');
  const paused = tree.pause('a');
  await pass(500);
  gate.resolve();
  await Promise.all([terminated, paused]);
  await pass(10_000);
  expect([statuses(tree)[0], a.starts]).toEqual(['a: parked', 1]);
});

test('without reviveAfterMs only somebody can do it', async () => {
  const a = scripted('a', { maxRestarts: 0, giveUp: 'park' });
  const { tree, pass, clock } = await plant({ children: [a.spec] });
  a.crash();
  await pass(100_000_000);
  expect([a.starts, clock.pendingTimers]).toEqual([1, 0]);
  await tree.restartNow('a');
  expect(a.starts).toBe(2);
});
