/** OTP's cases of dynamic supervisors (`simple_one_for_one`): children that come and go. */
import {
  type Context,
  SimulatedClock,
  dynamicSupervisor,
  ignore,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { drain, forever, statuses } from '../support/scripted.js';

test('simple_one_for_one_extra', async () => {
  // Whatever a start hands out besides is its value; each incarnation gets the same arguments.
  const clock = new SimulatedClock();
  const seen: unknown[] = [];
  const contexts: Context[] = [];
  const args: [{ host: string }, number] = [{ host: 'a' }, 80];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: service({
      id: 'conn',
      start: (context, ...given: [{ host: string }, number]) => {
        contexts.push(context);
        seen.push(given);
        return { socket: given[1] };
      },
    }),
  }).start({ clock });
  await tree.startChild({ args: [...args] });
  contexts.at(-1)!.fail(new Error('boom'));
  await clock.advance(0);
  expect(seen).toEqual([args, args]);
  expect((seen[1] as unknown[])[0]).toBe(args[0]);
});

test('the arguments are those at the time of the call, whatever becomes of the array', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const contexts: Context[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: task({
      id: 'conn',
      run: (context, name: string) => {
        contexts.push(context);
        seen.push(name);
        return forever();
      },
    }),
  }).start({ clock });
  const args: [string] = ['mine'];
  await tree.startChild({ args });
  args[0] = 'changed';
  contexts[0]!.fail(new Error('boom'));
  await clock.advance(0);
  (args as unknown[]).length = 0;
  await clock.advance(5_000);
  expect(seen).toEqual(['mine', 'mine']);
});

test('simple_one_for_one_shutdown', async () => {
  // All are asked at once, and all have the same time: not one after the other.
  const clock = new SimulatedClock();
  const journal: string[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: service({
      id: 'a',
      shutdownMs: 2_000,
      start: (_context, ms: number) => ms,
      stop: (ms) => {
        journal.push(`stop ${ms}`);
        return new Promise<void>((resolve) => clock.setTimer(resolve, ms));
      },
    }),
  }).start({ clock });
  for (const ms of [1_000, 1_500, 60_000]) await tree.startChild({ args: [ms] });
  const stopped = tree.stop();
  await clock.advance(0);
  expect(drain(journal)).toHaveLength(3);
  await clock.advance(2_000);
  expect((await stopped).unstopped).toEqual([
    { path: 'dyn/a#3', incarnation: 1, phase: 'running', waitedMs: 2_000 },
  ]);
  expect(clock.now()).toBe(2_000);
});

test('simple_one_for_one_restart_ignore', async () => {
  // A dynamic child whose start says ignore when it is restarted is gone, and nothing of it stays.
  const clock = new SimulatedClock();
  const contexts: Context[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: service({
      id: 'a',
      start: (context) => {
        contexts.push(context);
        return context.attempt === 1 ? 'up' : ignore;
      },
    }),
  }).start({ clock });
  await tree.startChild();
  contexts[0]!.fail(new Error('boom'));
  await clock.advance(0);
  expect(contexts).toHaveLength(2);
  expect(tree.countChildren()).toEqual({ specs: 1, active: 0, supervisors: 0, workers: 0 });
});

test('simple_one_for_one_scale_many_temporary_children', async () => {
  // The cost of one child does not grow with the number of its siblings: counted in steps, not in time.
  const perChild = async (count: number): Promise<number> => {
    const clock = new SimulatedClock();
    let events = 0;
    const tree = dynamicSupervisor({
      id: 'dyn',
      child: service({ id: 'a', restart: 'temporary', start: () => 1 }),
    }).handle({ clock });
    tree.on('event', () => void events++);
    await tree.start();
    const all = async (calls: readonly Promise<unknown>[]): Promise<void> => {
      await clock.advance(0); // long queues let the event loop have its turn
      await Promise.all(calls);
    };
    await all(Array.from({ length: count }, () => tree.startChild()));
    expect(tree.countChildren().active).toBe(count);
    await all(tree.whichChildren().map(({ id }) => tree.terminateChild(id)));
    expect(tree.countChildren().active).toBe(0);
    return (events - 2) / count;
  };
  expect(await perChild(10)).toBe(await perChild(2_000));
});

test('scale_start_stop_many_children', async () => {
  const clock = new SimulatedClock();
  const journal: string[] = [];
  const children = Array.from({ length: 5_000 }, (_, i) =>
    service({ id: `${i}`, start: () => void journal.push(`+${i}`), stop: () => void journal.push(`-${i}`) }),
  );
  const tree = supervisor({ id: 'root', children }).handle({ clock });
  const started = tree.start();
  await clock.advance(0);
  await started;
  expect(drain(journal)).toEqual(children.map(({ id }) => `+${id}`));
  const stopped = tree.stop();
  await clock.advance(0);
  await stopped;
  expect(drain(journal)).toEqual(children.map(({ id }) => `-${id}`).toReversed());
});

test('a dynamic child that ends is gone, whatever its type', async () => {
  const clock = new SimulatedClock();
  const contexts: Context[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: service({ id: 'a', restart: 'transient', start: (context) => void contexts.push(context) }),
  }).start({ clock });
  await tree.startChild();
  contexts[0]!.end();
  await clock.advance(0);
  expect(tree.whichChildren()).toEqual([]);
});

test('dynamic children can be supervisors with children of their own', async () => {
  const clock = new SimulatedClock();
  const tree = await dynamicSupervisor({
    id: 'rooms',
    child: supervisor({ id: 'room', children: [service({ id: 'a', start: () => 1 })] }),
  }).start({ clock });
  await tree.startChild({ id: 'r1' });
  await tree.startChild({ id: 'r2' });
  expect(tree.countChildren()).toEqual({ specs: 1, active: 2, supervisors: 2, workers: 0 });
  expect(statuses(tree.supervisor('r2'))).toEqual(['a: running']);
  await tree.supervisor('r2').terminateChild('a');
  expect([statuses(tree.supervisor('r1')), statuses(tree.supervisor('r2'))]).toEqual([
    ['a: running'],
    ['a: stopped'],
  ]);
});
