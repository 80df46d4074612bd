/** The watchdog: who is stale, who is not, and who takes too long. */
import { type Clock, type Context, SimulatedClock, type TaskOptions, supervisor, task } from '@coppice/core';
import { idle } from '../src/kit.js';
import { boot, scripted } from './support/scripted.js';

/** A task that does nothing but what the test has it do, and how it went. */
async function watched(options: Partial<TaskOptions<[]>>, clock: Clock) {
  let context!: Context;
  const run = (given: Context) => {
    context = given;
    return new Promise<void>((resolve) => given.signal.addEventListener('abort', () => resolve()));
  };
  const child = task({ id: 'child', run, ...options });
  const tree = supervisor({ id: 'root', maxRestarts: Infinity, children: [child] }).handle({ clock });
  const crashes: string[] = [];
  tree.on('child:crashed', ({ at, error }) => crashes.push(`${at} ${error.code}`));
  await tree.start();
  return { tree, crashes, context: () => context };
}

test('it has crashed so long after its last heartbeat', async () => {
  const clock = new SimulatedClock();
  const { crashes, context, tree } = await watched({ staleAfterMs: 100 }, clock);
  await clock.advance(90);
  context().heartbeat();
  await clock.advance(99);
  expect(crashes).toEqual([]);
  await clock.advance(1);
  expect(crashes).toEqual(['190 COPPICE_STALE']);
  await clock.advance(100);
  expect(crashes).toEqual(['190 COPPICE_STALE', '290 COPPICE_STALE']);
  await tree.stop();
  expect(clock.pendingTimers).toBe(0);
});

test('nothing is expected of one that is idle, until it says that it is not', async () => {
  const clock = new SimulatedClock();
  const { crashes, context, tree } = await watched({ staleAfterMs: 100 }, clock);
  await clock.advance(50);
  idle(context());
  await clock.advance(1_000);
  context().heartbeat();
  await clock.advance(99);
  expect(crashes).toEqual([]);
  await clock.advance(1);
  expect(crashes).toEqual(['1150 COPPICE_STALE']);
  await tree.stop();
});

test('also from its very start; the next incarnation is expected again', async () => {
  const clock = new SimulatedClock();
  let isFirst = true;
  const run = async (context: Context) => {
    if (isFirst) idle(context);
    isFirst = false;
    await context.sleep(400);
    throw new Error('awake');
  };
  const { crashes, tree } = await watched({ staleAfterMs: 100, run }, clock);
  await clock.advance(499);
  expect(crashes).toEqual(['400 undefined']);
  await clock.advance(1);
  expect(crashes).toEqual(['400 undefined', '500 COPPICE_STALE']);
  await tree.stop();
});

test('being idle is no excuse for a run that takes too long', async () => {
  const clock = new SimulatedClock();
  const { crashes, context, tree } = await watched({ staleAfterMs: 100, maxRunMs: 250 }, clock);
  idle(context());
  await clock.advance(249);
  expect(crashes).toEqual([]);
  await clock.advance(1);
  expect(crashes).toEqual(['250 COPPICE_RAN_TOO_LONG']);
  await tree.stop();
});

test('idle, where nothing is watched, says nothing; said by one that is over it is not for the next', async () => {
  const [free, bound] = [scripted('free'), scripted('bound', { staleAfterMs: 100 })];
  const { clock } = await boot({ children: [free.spec, bound.spec], maxRestarts: 9 });
  idle(free.contexts[0]!);
  bound.crash();
  await clock.advance(50);
  idle(bound.contexts[0]!);
  await clock.advance(50);
  expect([free.starts, bound.starts]).toEqual([1, 3]);
});

test('a context that was made by hand is never watched', () => {
  expect(() => idle({} as Context)).not.toThrow();
  expect(() => idle(undefined as never)).not.toThrow();
});

test('heartbeats that wait while the event loop is blocked are heard before it counts as stale', async () => {
  // A timer that is due comes before what waits outside, as in Node after a block.
  const clock = new SimulatedClock();
  let hear = () => {};
  const late: Clock = {
    now: () => clock.now(),
    clearTimer: (timer) => clock.clearTimer(timer),
    setTimer: (callback, ms) =>
      clock.setTimer(() => {
        callback();
        hear();
      }, ms),
  };
  const { crashes, context, tree } = await watched({ staleAfterMs: 100 }, late);
  hear = () => context().heartbeat();
  await clock.advance(100);
  expect(crashes).toEqual([]);
  hear = () => {};
  await clock.advance(99);
  expect(crashes).toEqual([]);
  await clock.advance(1);
  expect(crashes).toEqual(['200 COPPICE_STALE']);
  await tree.stop();
});
