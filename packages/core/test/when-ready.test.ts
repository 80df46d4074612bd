/** Waiting for many at a time, from within a child. */
import { type Context, type Service, SimulatedClock, supervisor, task } from '../src/index.js';
import { forever, rejection, scripted } from './support/scripted.js';

/** A task that hands out its context, beside `count` services that take 100 ms to start. */
async function waiterAmong(count: number) {
  const clock = new SimulatedClock();
  const slow = Array.from({ length: count }, (_, i) =>
    scripted(`slow${i}`, { onStart: (_attempt, { sleep }) => sleep(100).then(() => i) }),
  );
  let context!: Context;
  const waiter = task({ id: 'waiter', run: (given) => ((context = given), forever()) });
  const inner = supervisor({
    id: 'inner',
    startOrder: 'parallel',
    children: slow.map(({ spec }) => spec),
  });
  const tree = supervisor({ id: 'root', children: [waiter, inner] }).handle({ clock });
  const started = tree.start();
  const refs = slow.map(({ spec }) => spec) as Service<number>[];
  const all = Promise.all(refs.map((ref) => context.whenReady(ref)));
  return { clock, tree, started, all, refs, context: () => context };
}

test('hundreds are waited for without a listener on the signal, which Node would warn of', async () => {
  const listen = jest.spyOn(EventTarget.prototype, 'addEventListener');
  const { clock, tree, started, all } = await waiterAmong(300);
  await clock.advance(100);
  await started;
  expect((await all).slice(0, 3)).toEqual([0, 1, 2]);
  expect(listen).not.toHaveBeenCalled();
  const stopped = tree.stop();
  await clock.advance(10_000);
  await stopped;
});

test('all that wait are told when their task has to end, and nobody waits after that', async () => {
  const { clock, tree, started, all, refs, context } = await waiterAmong(3);
  const ended = rejection(all);
  const failed = rejection(started);
  const stopped = tree.stop();
  await clock.advance(10_000);
  await Promise.all([stopped, failed]);
  expect(await ended).toMatchObject({ code: 'COPPICE_STOP_REQUESTED' });
  expect(await rejection(context().whenReady(refs[0] as Service<number>))).toMatchObject({
    code: 'COPPICE_STOP_REQUESTED',
  });
});
