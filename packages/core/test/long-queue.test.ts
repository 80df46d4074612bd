/** A tree with more to do than fits into one turn of the event loop: timers fire while messages wait. */
import { type Clock, SimulatedClock, dynamicSupervisor, service } from '@coppice/core';

/** More than the messages that are run in one go. */
const MANY = 6_000;

/** A clock on a busy machine: nothing is called earlier than in 10 ms. */
const busy = (clock: SimulatedClock): Clock => ({
  now: () => clock.now(),
  setTimer: (callback, ms) => clock.setTimer(callback, Math.max(ms, 10)),
  clearTimer: (timer) => clock.clearTimer(timer),
});

test('a stop deadline that passes while the ends of the children stand in the queue does no harm', async () => {
  const clock = new SimulatedClock();
  const child = service({ id: 'child', shutdownMs: 1, start: () => 1, stop: () => {} });
  const handle = dynamicSupervisor({ id: 'crowd', child }).handle({ clock: busy(clock) });
  const started = handle
    .start()
    .then((tree) => Promise.all(Array.from({ length: MANY }, () => tree.startChild())));
  await clock.runUntilIdle();
  await started;
  expect(handle.countChildren().active).toBe(MANY);
  const stopped = handle.stop();
  await clock.runUntilIdle();
  expect((await stopped).unstopped).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});
