/** Tasks that are tried again: their promise survives that (what elixir-lang/elixir#4517 asks for). */
import { type Context, taskSupervisor } from '@coppice/core';
import { rejection } from '../support/scripted.js';
import { bootTasks, bootWith, story, untilStopped } from './support.js';

/** Fails with `attempt 1`, `attempt 2` ... so many times, then gives the attempt. */
const failing =
  (times: number) =>
  async ({ attempt }: Context) => {
    if (attempt <= times) throw new Error(`attempt ${attempt}`);
    return attempt;
  };

test('without more said there is one attempt', async () => {
  const { tree } = await bootTasks();
  expect((await rejection(tree.runTask(failing(1)))).message).toBe('attempt 1');
});

test('the first success is the result', async () => {
  const { tree, events } = await bootTasks({ task: { restart: 'transient' } });
  expect(await tree.runTask(failing(2))).toBe(3);
  expect(story(events, 'child:crashed', 'child:completed', 'child:removed')).toEqual([
    'child:crashed tasks/task#1',
    'child:crashed tasks/task#1',
    'child:completed tasks/task#1',
    'child:removed tasks/task#1',
  ]);
});

test('one that is called off by its own second attempt, before that has returned, is stopped all the same', async () => {
  const { tree, settle } = await bootTasks({ task: { restart: 'transient' } });
  const controller = new AbortController();
  const work = (context: Context): Promise<never> => {
    if (context.attempt === 1) throw new Error('attempt 1');
    controller.abort(new Error('enough'));
    return untilStopped(context);
  };
  expect((await rejection(tree.runTask(work, { signal: controller.signal }))).message).toBe('enough');
  await settle();
  expect(tree.whichChildren()).toEqual([]);
});

test('by default it is tried again three times, and then it has failed with its last error', async () => {
  const { tree, events } = await bootTasks({ task: { restart: 'transient' } });
  expect(await tree.runTask(failing(3))).toBe(4);
  expect((await rejection(tree.runTask(failing(4)))).message).toBe('attempt 4');
  expect(events.filter(({ type }) => type === 'child:gave-up')).toMatchObject([
    { path: 'tasks/task#2', giveUp: 'remove', because: 'limit' },
  ]);
  expect(tree.whichChildren()).toEqual([]);
});

test("the limit is each one's own: many that fail are no danger to the others", async () => {
  const { tree } = await bootTasks({ task: { restart: 'transient', maxRestarts: 1 } });
  const other = tree.runTask(untilStopped);
  const all = await Promise.all(Array.from({ length: 20 }, () => rejection(tree.runTask(failing(2)))));
  expect(all.map(({ message }) => message)).toEqual(all.map(() => 'attempt 2'));
  expect(tree.countChildren().active).toBe(1);
  void rejection(other);
  await tree.stop();
});

test('all of its restarts count, however long they take, unless withinMs says otherwise', async () => {
  const slow = async (context: Context): Promise<never> => {
    await context.sleep(60_000);
    throw new Error(`attempt ${context.attempt}`);
  };
  const backoff = { minMs: 10, maxMs: 20, jitter: 0 };
  const all = await bootTasks({ task: { restart: 'transient', backoff } });
  const failed = rejection(all.tree.runTask(slow));
  await all.clock.advance(10 * 60_000);
  expect((await failed).message).toBe('attempt 4');

  const windowed = await bootTasks({ task: { restart: 'transient', withinMs: 1_000 } });
  const endless = rejection(windowed.tree.runTask(slow));
  await windowed.clock.advance(10 * 60_000);
  expect(windowed.tree.whichChildren()).toMatchObject([{ incarnation: 11 }]);
  await windowed.tree.stop();
  await endless;
});

test('the delays of its backoff are between its attempts', async () => {
  const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };
  const { tree, clock } = await bootTasks({ task: { restart: 'transient', backoff } });
  const starts: number[] = [];
  const result = tree.runTask((context) => {
    starts.push(clock.now());
    return failing(3)(context);
  });
  await clock.advance(10_000);
  expect(await result).toBe(4);
  expect(starts).toEqual([0, 100, 300, 700]);
});

test('what classify calls permanent is not tried again', async () => {
  const { tree } = await bootTasks({ task: { restart: 'transient', classify: () => 'permanent' } });
  expect((await rejection(tree.runTask(failing(1)))).message).toBe('attempt 1');
});

test('what classify calls fatal ends the tree, and is the reason', async () => {
  const { tree } = await bootTasks({ task: { restart: 'transient', classify: () => 'fatal' } });
  const ended = tree.whenStopped();
  const other = rejection(tree.runTask(untilStopped));
  expect((await rejection(tree.runTask(failing(1)))).message).toBe('attempt 1');
  expect((await other).code).toBe('COPPICE_TASK_STOPPED');
  expect((await ended).reason).toMatchObject({ kind: 'crash', error: { code: 'COPPICE_CHILD_GAVE_UP' } });
});

test('keep-trying: until it succeeds', async () => {
  const backoff = { minMs: 10, maxMs: 100, jitter: 0 };
  const { tree, clock } = await bootTasks({ task: { restart: 'transient', backoff, giveUp: 'keep-trying' } });
  const result = tree.runTask(failing(1_000));
  await clock.advance(200_000);
  expect(await result).toBe(1_001);
});

test('park: pending until it is revived', async () => {
  const task = { restart: 'transient', giveUp: 'park', maxRestarts: 1, reviveAfterMs: 5_000 } as const;
  const { tree, clock } = await bootTasks({ task });
  const result = tree.runTask(failing(3));
  await clock.advance(4_999);
  expect(tree.whichChildren()).toMatchObject([{ status: 'parked' }]);
  await clock.advance(1);
  expect(await result).toBe(4);

  const terminated = rejection(tree.runTask(failing(3)));
  await clock.advance(1);
  await tree.terminateChild('task#2');
  expect(await terminated).toMatchObject({
    code: 'COPPICE_TASK_STOPPED',
    cause: { message: 'attempt 2' },
  });
});

test('escalate: the supervisor gives up; the others are told why', async () => {
  const { tree } = await bootTasks({ task: { restart: 'transient', giveUp: 'escalate', maxRestarts: 0 } });
  const ended = tree.whenStopped();
  const other = rejection(tree.runTask(untilStopped));
  expect((await rejection(tree.runTask(failing(1)))).message).toBe('attempt 1');
  expect(await other).toMatchObject({ code: 'COPPICE_TASK_STOPPED', cause: { code: 'COPPICE_GAVE_UP' } });
  expect((await ended).reason.kind).toBe('shutdown');
});

test('timeoutMs is for all attempts together, also while it waits for the next', async () => {
  const backoff = { minMs: 1_000, maxMs: 1_000, jitter: 0 };
  const { tree, clock } = await bootTasks({ task: { restart: 'transient', backoff } });
  const result = rejection(tree.runTask(failing(1), { timeoutMs: 500 }));
  await clock.advance(0);
  expect(tree.whichChildren()).toMatchObject([{ status: 'backing-off' }]);
  await clock.advance(500);
  expect((await result).code).toBe('COPPICE_TASK_TIMEOUT');
  expect([tree.whichChildren(), clock.pendingTimers]).toEqual([[], 0]);
});

test('terminated while it waits for its next attempt, its last error is the cause', async () => {
  const backoff = { minMs: 1_000, maxMs: 1_000 };
  const { tree, clock } = await bootTasks({ task: { restart: 'transient', backoff } });
  const result = rejection(tree.runTask(failing(1)));
  await clock.advance(0);
  await tree.terminateChild('task#1');
  expect(await result).toMatchObject({ code: 'COPPICE_TASK_STOPPED', cause: { message: 'attempt 1' } });
});

test('the supervisor stops while it waits for its next attempt', async () => {
  const backoff = { minMs: 1_000, maxMs: 1_000 };
  const { tree, clock } = await bootTasks({ task: { restart: 'transient', backoff } });
  const result = rejection(tree.runTask(failing(1)));
  await clock.advance(0);
  await tree.stop();
  expect(await result).toMatchObject({ code: 'COPPICE_TASK_STOPPED', cause: { message: 'attempt 1' } });
});

test('restartNow: the promise is that of the next attempt', async () => {
  const { tree } = await bootTasks();
  const result = tree.runTask((context) => (context.attempt === 1 ? untilStopped(context) : context.attempt));
  await tree.restartNow('task#1');
  expect(await result).toBe(2);
});

test('what an abandoned attempt returns late is not the result', async () => {
  const { tree, clock } = await bootTasks({ task: { restart: 'transient', maxRunMs: 1_000, shutdownMs: 0 } });
  let returnLate = (_value: string): void => {};
  const result = tree.runTask(({ attempt, sleep }) =>
    attempt === 1
      ? new Promise<string>((resolve) => (returnLate = resolve))
      : sleep(500).then(() => 'in time'),
  );
  await clock.advance(1_000);
  expect(tree.whichChildren()).toMatchObject([{ incarnation: 2 }]);
  returnLate('late');
  await clock.advance(500);
  expect(await result).toBe('in time');
});

test.each(['returns late', 'returned when it had failed'])(
  'what an attempt %s is not the result of the next, which has none',
  async (when) => {
    const { tree, clock } = await bootTasks({
      task: { restart: 'transient', maxRunMs: 1_000, shutdownMs: 0 },
    });
    let returnLate = (_value: string): void => {};
    const result = rejection(
      tree.runTask(async (context) => {
        if (context.attempt === 1 && when === 'returns late')
          return new Promise<string>((resolve) => (returnLate = resolve));
        if (context.attempt === 1) {
          context.fail(new Error('failed'));
          return 'nevertheless';
        }
        await context.sleep(500);
        context.end();
        return untilStopped(context);
      }),
    );
    await clock.advance(1_000);
    returnLate('late');
    await clock.advance(1_000);
    expect((await result).code).toBe('COPPICE_TASK_STOPPED');
  },
);

test('the task supervisor crashes and is restarted: what it ran has ended, the reference holds', async () => {
  const tasks = taskSupervisor({ id: 'tasks', restart: 'permanent' });
  const { handle, tree, settle } = await bootWith(tasks, []);
  const result = rejection(handle.runTask(untilStopped));
  await handle.stop({ reason: new Error('crash') });
  expect(await result).toMatchObject({ code: 'COPPICE_TASK_STOPPED', cause: { message: 'crash' } });
  await settle();
  expect(await handle.runTask(() => 7)).toBe(7);
  await tree.stop();
});
