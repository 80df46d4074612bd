/** The strategy that a restart is reported with is the one by which it is carried out. */
import { type SupervisionEvent, SimulatedClock, supervisor, task } from '@coppice/core';

test('a failure concerns whom the strategy says, a request the child alone', async () => {
  let fail: (error: unknown) => void = () => {};
  const idle = (id: string) =>
    task({
      id,
      run: (context) => {
        const { signal } = context;
        if (id === 'a') fail = context.fail;
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
  const root = supervisor({ id: 'root', strategy: 'one-for-all', children: [idle('a'), idle('b')] });
  const tree = root.handle({ clock: new SimulatedClock() });
  const told: string[] = [];
  const note = (event: SupervisionEvent): void => {
    if (event.type === 'child:restarting') told.push(`${event.because}: ${event.strategy}`);
    if (event.type === 'child:started') told.push(`${event.id} ${event.incarnation}`);
  };
  await tree.start();
  tree.on('event', note);
  await tree.restartNow('a');
  fail(new Error('boom'));
  await Promise.resolve();
  await Promise.resolve();
  expect(told.slice(0, 2)).toEqual(['request: one-for-one', 'a 2']);
  await tree.restartNow('b');
  expect(told.slice(2)).toEqual(['exit: one-for-all', 'a 3', 'b 2', 'request: one-for-one', 'b 3']);
  await tree.stop();
});
