/** The `kill` hook is the last resort, and for nothing else. */
import { SimulatedClock, service, supervisor } from '@coppice/core';

test('a service that is gone as soon as it is asked to stop is not killed on top', async () => {
  const clock = new SimulatedClock();
  const calls: string[] = [];
  const note = (call: string) => () => void calls.push(call);
  const quick = service({
    id: 'quick',
    shutdownMs: 0,
    start: () => 1,
    stop: note('stop'),
    kill: note('kill'),
  });
  const tree = await supervisor({ id: 'app', children: [quick] }).start({ clock });
  const stopped = tree.stop();
  await clock.runUntilIdle();
  expect((await stopped).unstopped).toEqual([]);
  expect(calls).toEqual(['stop']);
});
