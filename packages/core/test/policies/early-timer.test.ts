/** The platform's timers count in whole milliseconds, and may come a fraction of one too early: nobody may be lost to that. */
import { type Clock, SimulatedClock, supervisor } from '@coppice/core';
import { scripted, statuses } from '../support/scripted.js';

/** Its timers come half a millisecond before their time, but for the shortest, as in Node. */
const earlyClock = (clock: SimulatedClock): Clock => ({
  now: () => clock.now(),
  setTimer: (callback, ms) => clock.setTimer(callback, ms < 1 ? 1 : ms - 0.5),
  clearTimer: (timer) => clock.clearTimer(timer),
});

const backoff = { minMs: 100, maxMs: 100, jitter: 0 };

test('a parked child is revived', async () => {
  const a = scripted('a', { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 1_000 });
  const clock = new SimulatedClock();
  const tree = await supervisor({ id: 'root', children: [a.spec] }).start({ clock: earlyClock(clock) });
  a.crash();
  await clock.advance(1);
  expect(statuses(tree)).toEqual(['a: parked']);
  await clock.advance(1_000);
  expect(statuses(tree)).toEqual(['a: running']);
  await tree.stop();
});

test('one that backs off is started again', async () => {
  const a = scripted('a', { backoff });
  const clock = new SimulatedClock();
  const tree = await supervisor({ id: 'root', children: [a.spec] }).start({ clock: earlyClock(clock) });
  a.crash();
  await clock.advance(1);
  expect(statuses(tree)).toEqual(['a: backing-off']);
  await clock.advance(100);
  expect(statuses(tree)).toEqual(['a: running']);
  await tree.stop();
});

test.each(['staleAfterMs', 'maxRunMs'])('one that is watched for %s is ended', async (key) => {
  const a = scripted('a', { [key]: 1_000, backoff });
  const clock = new SimulatedClock();
  const tree = await supervisor({ id: 'root', children: [a.spec] }).start({ clock: earlyClock(clock) });
  await clock.advance(1_010);
  expect(statuses(tree)).toEqual(['a: backing-off']);
  await tree.stop();
});
