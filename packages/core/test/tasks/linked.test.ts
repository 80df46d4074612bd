/** Tasks and the children that start them: who falls with whom. */
import { type Context, type RunningTask, Shutdown, task, taskSupervisor } from '@coppice/core';
import { incarnationOf } from '../../src/engine/context.js';
import { deferred, forever, rejection, statuses } from '../support/scripted.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { bootTasks, bootWith, story, untilStopped } from './support.js';

const tasks = taskSupervisor({ id: 'tasks' });

/** A child that runs a piece of code, and then until it is stopped. */
const caller = (run: (context: Context) => unknown) =>
  task({
    id: 'caller',
    restart: 'temporary',
    run: async (context) => {
      await run(context);
      await untilStopped(context);
    },
  });

describe('async', () => {
  test('gives the result', async () => {
    const results: unknown[] = [];
    const child = caller(async ({ use }) => {
      const one = use(tasks).async(() => 1);
      const two = use(tasks).async(async () => 'two');
      results.push(one.id, one.path, await one.result, await two.result);
    });
    const { settle, tree } = await bootWith(tasks, [child]);
    await settle();
    expect(results).toEqual(['task#1', 'root/tasks/task#1', 1, 'two']);
    expect(statuses(tree)).toEqual(['tasks: running', 'caller: running']);
  });

  test.each<[string, (running: RunningTask<never>) => unknown]>([
    ['awaits it', ({ result }) => result],
    ['does not await it', () => undefined],
    ['handles it', ({ result }) => result.catch(() => {})],
  ])('a task that crashes takes the child with it, which %s', async (_how, then) => {
    const error = new Error('no');
    const child = caller(({ use }) => then(use(tasks).async(() => Promise.reject<never>(error))));
    let world!: Awaited<ReturnType<typeof bootWith>>;
    const unhandled = await unhandledRejections(async () => {
      world = await bootWith(tasks, [child]);
      await world.settle();
    });
    expect(unhandled).toEqual([]);
    expect(story(world.events, 'child:crashed', 'child:late-fault')).toEqual([
      'child:crashed root/tasks/task#1',
      'child:crashed root/caller',
    ]);
    const crashed = world.events.filter(({ type }) => type === 'child:crashed');
    expect(crashed.map((event) => 'error' in event && event.error.message)).toEqual(['no', 'no']);
  });

  test('a child that ends takes the task with it', async () => {
    const run = jest.fn(untilStopped);
    const child = task({
      id: 'caller',
      restart: 'temporary',
      run: async ({ use, sleep }) => {
        use(tasks).async(run);
        await sleep(100);
      },
    });
    const { clock, events, handle } = await bootWith(tasks, [child]);
    await clock.advance(100);
    expect(run).toHaveBeenCalledTimes(1);
    expect(story(events, 'child:completed', 'child:stopped', 'child:crashed')).toEqual([
      'child:completed root/caller',
      'child:stopped root/tasks/task#1',
    ]);
    expect(handle.whichChildren()).toEqual([]);
  });

  test.each(['crashes', 'is stopped'])('a child that %s takes all of its tasks with it', async (how) => {
    let context!: Context;
    const child = caller((given) => {
      context = given;
      for (let i = 0; i < 20; i++) given.use(tasks).async(untilStopped);
    });
    const { settle, handle, tree, events } = await bootWith(tasks, [child]);
    const other = rejection(handle.runTask(untilStopped));
    await settle();
    expect(handle.whichChildren()).toHaveLength(21);
    if (how === 'crashes') context.fail(new Error('crash'));
    else await tree.terminateChild('caller');
    await settle();
    expect(handle.whichChildren()).toHaveLength(1);
    expect(story(events, 'child:crashed', 'child:late-fault')).toEqual(
      how === 'crashes' ? ['child:crashed root/caller'] : [],
    );
    await tree.stop();
    await other;
  });

  test('a child that ends before the task could start: it does not', async () => {
    const run = jest.fn();
    const child = task({ id: 'caller', restart: 'temporary', run: ({ use }) => void use(tasks).async(run) });
    const { settle, handle } = await bootWith(tasks, [child]);
    await settle();
    expect(run).not.toHaveBeenCalled();
    expect(handle.whichChildren()).toEqual([]);
  });

  test('a task that takes too long, is terminated, or refused: the child crashes with that', async () => {
    const codes: string[] = [];
    for (const [maxChildren, act] of [
      [5, ({ clock }: Awaited<ReturnType<typeof bootWith>>) => clock.advance(100)],
      [5, ({ handle }: Awaited<ReturnType<typeof bootWith>>) => handle.terminateChild('task#1')],
      [1, () => Promise.resolve()],
    ] as const) {
      const small = taskSupervisor({ id: 'tasks', maxChildren });
      const child = caller(({ use }) => {
        use(small).async(untilStopped, { timeoutMs: 100 });
        if (maxChildren === 1) use(small).async(untilStopped);
      });
      const world = await bootWith(small, [child]);
      await act(world);
      await world.settle();
      for (const event of world.events) {
        if (event.type === 'child:crashed') codes.push(`${event.id} ${event.error.code}`);
      }
      await world.tree.stop();
    }
    expect(codes).toEqual([
      'caller COPPICE_TASK_TIMEOUT',
      'caller COPPICE_TASK_STOPPED',
      'caller COPPICE_TOO_MANY_CHILDREN',
    ]);
  });

  test('stop() ends the task and leaves the child alone', async () => {
    const journal: unknown[] = [];
    const child = caller(async ({ use }) => {
      const running = use(tasks).async(untilStopped);
      await running.stop();
      journal.push((await rejection(running.result)).code);
      await running.stop();
      const done = use(tasks).async(() => 7);
      journal.push(await done.result);
      await done.stop();
    });
    const { settle, tree, handle } = await bootWith(tasks, [child]);
    await settle();
    expect(journal).toEqual(['COPPICE_TASK_STOPPED', 7]);
    expect(statuses(tree)).toEqual(['tasks: running', 'caller: running']);
    expect(handle.whichChildren()).toEqual([]);
  });

  test('stop() resolves when the task is down, or given up', async () => {
    const { tree, clock } = await bootTasks({ task: { shutdownMs: 1_000 } });
    const running = tree.asyncNoLink(forever);
    let isDown = false;
    void running.stop().then(() => (isDown = true));
    await clock.advance(999);
    expect(isDown).toBe(false);
    await clock.advance(1);
    expect(isDown).toBe(true);
  });

  test('the signal of the call ends the task and leaves the child alone', async () => {
    const controller = new AbortController();
    const child = caller(({ use }) =>
      use(tasks)
        .async(untilStopped, { signal: controller.signal })
        .result.catch(() => {}),
    );
    const { settle, tree, handle } = await bootWith(tasks, [child]);
    controller.abort(new Error('enough'));
    await settle();
    expect(statuses(tree)).toEqual(['tasks: running', 'caller: running']);
    expect(handle.whichChildren()).toEqual([]);
  });

  test('nothing is left of a task that is over, however many there were', async () => {
    let context!: Context;
    const child = caller((given) => void (context = given));
    const { settle } = await bootWith(tasks, [child]);
    const { signal } = context;
    const add = jest.spyOn(signal, 'addEventListener');
    // What the child calls when it ends.
    const incarnation = incarnationOf(context);
    const onQuit = incarnation.onQuit.bind(incarnation);
    let waiting = 0;
    jest.spyOn(incarnation, 'onQuit').mockImplementation((quit) => {
      waiting++;
      const stay = onQuit(quit);
      return () => (waiting--, stay());
    });
    const runner = context.use(tasks);
    const all = Promise.all(Array.from({ length: 100 }, (_, i) => runner.async(() => i).result));
    const calls = Promise.all(Array.from({ length: 100 }, (_, i) => runner.runTask(() => i)));
    const stream = runner.asyncStream([1, 2, 3], (n) => n, { concurrency: 2 });
    await stream.next();
    expect(waiting).toBeGreaterThan(0);
    await Promise.all([all, calls, stream.return?.()]);
    await settle();
    expect([waiting, add.mock.calls.length]).toEqual([0, 0]);
  });

  test('a child that has ended starts no task', async () => {
    let context!: Context;
    const child = task({ id: 'caller', restart: 'temporary', run: (given) => void (context = given) });
    const { settle, handle } = await bootWith(tasks, [child]);
    await settle();
    const run = jest.fn();
    const runner = context.use(tasks);
    expect(() => runner.async(run)).toThrow('has ended');
    expect((await rejection(runner.runTask(run))).code).toBe('COPPICE_ENDED');
    expect((await rejection(runner.asyncStream([1], run, { concurrency: 1 }).next())).code).toBe(
      'COPPICE_ENDED',
    );
    await handle.asyncNoLink(run).result;
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('is not for the handle, which has no child to link with', async () => {
    const { tree } = await bootTasks();
    const untyped = tree as unknown as { async?: unknown };
    expect(untyped.async).toBeUndefined();
  });
});

describe('runTask of a child', () => {
  test('ends with it', async () => {
    const seen: unknown[] = [];
    const child = caller(async ({ use }) => {
      seen.push((await rejection(use(tasks).runTask(untilStopped))).code);
    });
    const { settle, tree, handle } = await bootWith(tasks, [child]);
    await settle();
    expect(handle.whichChildren()).toHaveLength(1);
    await tree.terminateChild('caller');
    await settle();
    expect([seen, handle.whichChildren()]).toEqual([['COPPICE_STOP_REQUESTED'], []]);
  });

  test("does not crash it: the failure is the promise's", async () => {
    const child = caller(({ use }) => rejection(use(tasks).runTask(() => Promise.reject(new Error('no')))));
    const { settle, tree } = await bootWith(tasks, [child]);
    await settle();
    expect(statuses(tree)).toEqual(['tasks: running', 'caller: running']);
  });

  test('asked to stop while it awaits a task, the child has not crashed', async () => {
    const child = caller(({ use }) => use(tasks).runTask(untilStopped));
    const { tree, events } = await bootWith(tasks, [child]);
    await tree.stop();
    expect(story(events, 'child:crashed', 'child:late-fault')).toEqual([]);
  });
});

describe('asyncNoLink', () => {
  test('outlives the child that has started it', async () => {
    const gate = deferred<number>();
    let running!: RunningTask<number>;
    const child = task({
      id: 'caller',
      restart: 'temporary',
      run: ({ use }) => void (running = use(tasks).asyncNoLink(() => gate.promise)),
    });
    const { settle, handle } = await bootWith(tasks, [child]);
    await settle();
    expect(handle.whichChildren()).toHaveLength(1);
    gate.resolve(7);
    expect(await running.result).toBe(7);
  });

  test('one that fails and is not awaited is told of by its event alone', async () => {
    const { tree, events, settle } = await bootTasks();
    const unhandled = await unhandledRejections(async () => {
      tree.asyncNoLink(() => Promise.reject(new Error('no')));
      void tree.asyncNoLink(untilStopped).stop();
      await settle();
    });
    expect(unhandled).toEqual([]);
    expect(story(events, 'child:crashed')).toEqual(['child:crashed tasks/task#1']);
  });

  test('one that is awaited is rejected', async () => {
    const { tree } = await bootTasks();
    const error = new Error('no');
    expect(await rejection(tree.asyncNoLink(() => Promise.reject(error)).result)).toBe(error);
  });

  test('one that is refused has no event: nobody looking is an unhandled rejection', async () => {
    const { tree, settle } = await bootTasks({ maxChildren: 1 });
    tree.asyncNoLink(untilStopped);
    const unhandled = await unhandledRejections(async () => {
      tree.asyncNoLink(() => 7);
      await settle();
    });
    expect(unhandled).toMatchObject([{ code: 'COPPICE_TOO_MANY_CHILDREN' }]);
    await tree.stop();
  });

  test('throws where the supervisor is down', async () => {
    const { tree } = await bootWith(tasks, []);
    const handle = tree.supervisor(tasks);
    await tree.terminateChild(tasks);
    expect(() => handle.asyncNoLink(() => 7)).toThrow("'root/tasks' is not running");
  });
});

describe('use(tasks)', () => {
  test('finds it from anywhere in the tree, and from its own tasks', async () => {
    const seen: unknown[] = [];
    const { tree } = await bootTasks();
    const self = taskSupervisor({ id: 'self' });
    const world = await self.start();
    seen.push(await world.runTask(({ use }) => use(self).runTask(({ path }) => path)));
    await world.stop();
    await tree.stop();
    expect(seen).toEqual(['self/task#2']);
  });

  test('may be kept: it finds the supervisor after its restart', async () => {
    let context!: Context;
    const { settle, handle } = await bootWith(tasks, [caller((given) => void (context = given))]);
    const runner = context.use(tasks);
    await handle.stop({ reason: new Error('crash') });
    await settle();
    expect(await runner.runTask(() => 7)).toBe(7);
  });

  test('throws while it is down, and where it is not in the tree', async () => {
    let context!: Context;
    const { tree } = await bootWith(tasks, [caller((given) => void (context = given))]);
    await tree.terminateChild(tasks);
    expect(() => context.use(tasks)).toThrow("'root/tasks' is not running: it is down");
    expect(() => context.use(taskSupervisor({ id: 'other' }))).toThrow("asks for 'other'");
  });
});

test('a linked task that ends itself with a Shutdown has no result: the child crashes with that', async () => {
  const child = caller(({ use }) => {
    use(tasks).async(() => {
      // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- a Shutdown may be thrown
      throw new Shutdown();
    });
  });
  const { settle, events } = await bootWith(tasks, [child]);
  await settle();
  expect(story(events, 'child:crashed')).toEqual(['child:crashed root/caller']);
});
