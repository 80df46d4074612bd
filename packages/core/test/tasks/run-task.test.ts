/** Functions that are run as tasks: their results, their failures, and what stops them. */
import { type Context, Shutdown, TaskError, isCoppiceError } from '@coppice/core';
import { deferred, forever, rejection } from '../support/scripted.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { bootTasks, story, untilStopped } from './support.js';

describe('the result', () => {
  test('is what the function returns, at once or later', async () => {
    const { tree, settle } = await bootTasks();
    expect(await tree.runTask(() => 7)).toBe(7);
    expect(await tree.runTask(async () => 'text')).toBe('text');
    await settle();
    expect(tree.whichChildren()).toEqual([]);
  });

  test('is undefined where it returns nothing', async () => {
    const { tree } = await bootTasks();
    expect(await tree.runTask(() => {})).toBeUndefined();
  });

  test('may be a Shutdown: the task has ended itself with it', async () => {
    const { tree, events } = await bootTasks();
    const nothingToDo = new Shutdown('nothing to do');
    expect(await tree.runTask(() => nothingToDo)).toBe(nothingToDo);
    expect(events.at(-3)).toMatchObject({
      type: 'child:completed',
      reason: { kind: 'shutdown', detail: 'nothing to do' },
    });
  });

  test('comes when the task has cleaned up', async () => {
    const { tree, clock } = await bootTasks();
    const journal: string[] = [];
    void tree
      .runTask(({ defer }) => {
        defer(() => new Promise<void>((resolve) => clock.setTimer(resolve, 100)));
        defer(() => void journal.push('cleaned up'));
        return 7;
      })
      .then((value) => journal.push(`result ${value}`));
    await clock.advance(99);
    expect(journal).toEqual(['cleaned up']);
    await clock.advance(1);
    expect(journal).toEqual(['cleaned up', 'result 7']);
  });

  test('is of the function as it was called, with a context of its own', async () => {
    const { tree, clock } = await bootTasks();
    const seen = tree.runTask(async (context) => {
      await context.sleep(1_000);
      return [context.id, context.path, context.attempt, context.lastExit];
    });
    await clock.advance(1_000);
    expect(await seen).toEqual(['task#1', 'tasks/task#1', 1, undefined]);
    expect(await tree.runTask(({ id }) => id, { id: 'mine' })).toBe('mine');
  });
});

describe('a failure', () => {
  test('is what the function throws, at once or later', async () => {
    const { tree, events } = await bootTasks();
    const error = new RangeError('no');
    expect(
      await rejection(
        tree.runTask(() => {
          throw error;
        }),
      ),
    ).toBe(error);
    expect(await rejection(tree.runTask(() => Promise.reject(error)))).toBe(error);
    expect(await rejection(tree.runTask((context) => (context.fail(error), untilStopped(context))))).toBe(
      error,
    );
    expect(story(events, 'child:crashed')).toHaveLength(3);
  });

  test('concerns nobody else, and does not count', async () => {
    const { tree } = await bootTasks();
    const other = tree.runTask(untilStopped);
    for (let i = 0; i < 100; i++) await rejection(tree.runTask(() => Promise.reject(new Error('no'))));
    expect(tree.countChildren()).toMatchObject({ active: 1 });
    void rejection(other);
    await tree.stop();
  });

  test('of one that ends itself without a result says so', async () => {
    const { tree } = await bootTasks();
    const ended = await rejection(tree.runTask((context) => (context.end(), untilStopped(context))));
    expect(ended).toBeInstanceOf(TaskError);
    expect(ended).toMatchObject({ code: 'COPPICE_TASK_STOPPED', path: 'tasks/task#1' });
    expect(ended.message).toContain('it has ended itself');
    const threw = await rejection(
      tree.runTask(() => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- a Shutdown may be thrown
        throw new Shutdown();
      }),
    );
    expect(threw.code).toBe('COPPICE_TASK_STOPPED');
  });

  test('that nobody looks at is an unhandled rejection, as of any call', async () => {
    const { tree, settle } = await bootTasks();
    const error = new Error('nobody looks');
    const unhandled = await unhandledRejections(async () => {
      void tree.runTask(() => Promise.reject(error));
      await settle();
    });
    expect(unhandled).toEqual([error]);
  });
});

describe('timeoutMs', () => {
  test('rejects on time, and stops the task', async () => {
    const { tree, clock, events } = await bootTasks();
    let seen: unknown;
    const result = rejection(
      tree.runTask(
        async (context) => {
          seen = await rejection(untilStopped(context));
        },
        { timeoutMs: 500 },
      ),
    );
    await clock.advance(499);
    expect(seen).toBeUndefined();
    await clock.advance(1);
    expect(await result).toMatchObject({
      code: 'COPPICE_TASK_TIMEOUT',
      message: "'tasks/task#1' had no result within its timeoutMs of 500 ms, and is stopped",
    });
    expect(isCoppiceError(seen, 'COPPICE_STOP_REQUESTED')).toBe(true);
    expect(story(events, 'child:stopped', 'child:removed', 'child:crashed')).toEqual([
      'child:stopped tasks/task#1',
      'child:removed tasks/task#1',
    ]);
  });

  test('rejects on time although the task does not stop, which is then given up', async () => {
    const { tree, clock, events } = await bootTasks({ task: { shutdownMs: 2_000 } });
    const result = rejection(tree.runTask(forever, { timeoutMs: 500 }));
    await clock.advance(500);
    expect((await result).code).toBe('COPPICE_TASK_TIMEOUT');
    expect(tree.whichChildren()).toMatchObject([{ id: 'task#1', status: 'stopping' }]);
    // Nobody has to wait for that.
    expect(await tree.runTask(() => 7)).toBe(7);
    await clock.advance(2_000);
    expect(story(events, 'child:abandoned')).toEqual(['child:abandoned tasks/task#1']);
    expect(tree.whichChildren()).toEqual([]);
  });

  test('of a task that is in time leaves no timer', async () => {
    const { tree, clock } = await bootTasks();
    await tree.runTask(() => 7, { timeoutMs: 500 });
    await rejection(tree.runTask(() => Promise.reject(new Error('no')), { timeoutMs: 500 }));
    expect(clock.pendingTimers).toBe(0);
  });

  test('of a task that is cleaning up its own crash ends it all the same', async () => {
    const { tree, clock } = await bootTasks({ task: { restart: 'transient', shutdownMs: 1_000 } });
    let attempts = 0;
    const result = rejection(
      tree.runTask(
        ({ defer }) => {
          attempts++;
          defer(forever);
          throw new Error('crash');
        },
        { timeoutMs: 500 },
      ),
    );
    await clock.advance(500);
    expect((await result).code).toBe('COPPICE_TASK_TIMEOUT');
    await clock.advance(10_000);
    expect([attempts, tree.whichChildren().length]).toEqual([1, 0]);
  });
});

describe('signal', () => {
  test('rejects with its reason, and stops the task', async () => {
    const { tree, settle } = await bootTasks();
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    let contexts: Context | undefined;
    const result = rejection(
      tree.runTask((context) => ((contexts = context), untilStopped(context)), { signal: controller.signal }),
    );
    controller.abort(reason);
    expect(await result).toBe(reason);
    await settle();
    expect([contexts?.signal.aborted, tree.whichChildren().length]).toEqual([true, 0]);
  });

  test('that is aborted already starts nothing', async () => {
    const { tree, events } = await bootTasks();
    const run = jest.fn();
    const signal = AbortSignal.abort(new Error('too late'));
    expect((await rejection(tree.runTask(run, { signal }))).message).toBe('too late');
    expect(() => tree.asyncNoLink(run, { signal })).toThrow('too late');
    expect(run).not.toHaveBeenCalled();
    expect(story(events, 'child:starting')).toEqual([]);
  });

  test('is not listened to any more when the task is over, and by one listener before', async () => {
    const { tree, settle } = await bootTasks();
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, 'addEventListener');
    const remove = jest.spyOn(signal, 'removeEventListener');
    const gates = Array.from({ length: 50 }, () => deferred());
    const all = Promise.all(gates.map(({ promise }) => tree.runTask(() => promise, { signal })));
    expect(add).toHaveBeenCalledTimes(1);
    for (const { resolve } of gates) resolve();
    await all;
    await settle();
    expect(remove).toHaveBeenCalledTimes(1);
    expect(await tree.runTask(() => 7, { signal })).toBe(7);
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([2, 2]);
  });

  test('that is aborted while the task is starting', async () => {
    const { tree, settle } = await bootTasks();
    const controller = new AbortController();
    const result = rejection(
      tree.runTask(
        (context) => {
          controller.abort(new Error('at once'));
          return untilStopped(context);
        },
        { signal: controller.signal },
      ),
    );
    expect((await result).message).toBe('at once');
    await settle();
    expect(tree.whichChildren()).toEqual([]);
  });
});

describe('stopped by others', () => {
  test('by terminateChild', async () => {
    const { tree } = await bootTasks();
    const result = rejection(tree.runTask(untilStopped));
    await tree.terminateChild('task#1');
    expect(await result).toMatchObject({
      code: 'COPPICE_TASK_STOPPED',
      message: "'tasks/task#1' was stopped before it had a result: it was terminated",
    });
  });

  test('what it returns when it was asked to stop is not its result', async () => {
    const { tree } = await bootTasks();
    const result = rejection(
      tree.runTask(async (context) => {
        await rejection(untilStopped(context));
        return 'half';
      }),
    );
    await tree.terminateChild('task#1');
    expect((await result).code).toBe('COPPICE_TASK_STOPPED');
  });

  test('what it throws when it was asked to stop is the cause', async () => {
    const { tree } = await bootTasks();
    const error = new Error('in the middle of it');
    const result = rejection(
      tree.runTask(async (context) => {
        await rejection(untilStopped(context));
        throw error;
      }),
    );
    await tree.terminateChild('task#1');
    expect(await result).toMatchObject({ code: 'COPPICE_TASK_STOPPED', cause: error });
  });

  test('by the end of their supervisor, also those that do not stop', async () => {
    const { tree, clock } = await bootTasks({ task: { shutdownMs: 100 } });
    const results = [tree.runTask(untilStopped), tree.runTask(forever)].map((each) => rejection(each));
    const stopped = tree.stop();
    await clock.advance(100);
    expect((await stopped).unstopped).toHaveLength(1);
    for (const error of await Promise.all(results)) {
      expect(error.code).toBe('COPPICE_TASK_STOPPED');
      expect(error.message).toContain("its supervisor 'tasks' has ended");
    }
  });

  test('by force', async () => {
    const { tree } = await bootTasks({ task: { shutdownMs: Infinity } });
    const result = rejection(tree.runTask(forever));
    await tree.stop({ shutdownMs: 0 });
    expect((await result).code).toBe('COPPICE_TASK_STOPPED');
  });

  test('by a crash of the tree, which is the cause', async () => {
    const { tree } = await bootTasks();
    const error = new Error('all is lost');
    const result = rejection(tree.runTask(untilStopped));
    await tree.stop({ reason: error });
    expect((await result).cause).toBe(error);
  });

  test.each<['temporary' | 'transient', string]>([
    ['temporary', 'crash'],
    ['transient', 'was stopped before it had a result'],
  ])('a %s task that has crashed while its supervisor was busy', async (restart, message) => {
    const { tree, clock, settle } = await bootTasks({ task: { restart, shutdownMs: 1_000 } });
    const deaf = rejection(tree.runTask(forever));
    const gate = deferred();
    const result = rejection(tree.runTask(() => gate.promise));
    const terminated = tree.terminateChild('task#1');
    gate.reject(new Error('crash'));
    await settle();
    const stopped = tree.stop();
    await clock.advance(1_000);
    expect((await result).message).toContain(message);
    await Promise.all([deaf, terminated, stopped]);
  });

  test('one that has its result is not stopped any more', async () => {
    const { tree, clock } = await bootTasks();
    const result = tree.runTask(({ defer }) => {
      defer(() => new Promise<void>((resolve) => clock.setTimer(resolve, 100)));
      return 7;
    });
    await clock.advance(50);
    const stopped = tree.stop();
    await clock.advance(50);
    expect(await result).toBe(7);
    await stopped;
  });
});

describe('not started', () => {
  test('when the supervisor is not up', async () => {
    const { tree } = await bootTasks();
    await tree.stop();
    const run = jest.fn();
    expect((await rejection(tree.runTask(run))).code).toBe('COPPICE_NOT_RUNNING');
    expect(run).not.toHaveBeenCalled();
    await tree.start();
    expect(await tree.runTask(() => 7)).toBe(7);
  });

  test('when there are maxChildren tasks', async () => {
    const { tree } = await bootTasks({ maxChildren: 2 });
    const gate = deferred();
    const both = Promise.all([tree.runTask(() => gate.promise), tree.runTask(() => gate.promise)]);
    expect(await rejection(tree.runTask(() => 7))).toMatchObject({
      code: 'COPPICE_TOO_MANY_CHILDREN',
      message: "'tasks' has its maxChildren of 2 children; try again when one has ended",
    });
    gate.resolve();
    await both;
    expect(await tree.runTask(() => 7)).toBe(7);
  });

  test('when the id is taken', async () => {
    const { tree } = await bootTasks();
    void rejection(tree.runTask(untilStopped, { id: 'one' }));
    expect((await rejection(tree.runTask(() => 7, { id: 'one' }))).code).toBe('COPPICE_ALREADY_STARTED');
    await tree.stop();
  });

  test.each<[string, (tree: Awaited<ReturnType<typeof bootTasks>>['tree']) => Promise<unknown>, RegExp]>([
    ['no function', (tree) => tree.runTask(7 as never), /runTask expects a function.*got 7/],
    ['a timeout of 0', (tree) => tree.runTask(() => 7, { timeoutMs: 0 }), /timeoutMs.*above 0; got 0/],
    ['no signal', (tree) => tree.runTask(() => 7, { signal: 7 as never }), /an AbortSignal; got 7/],
    ['a wrong option', (tree) => tree.runTask(() => 7, { timeout: 7 } as never), /did you mean 'timeoutMs'/],
    ['a wrong id', (tree) => tree.runTask(() => 7, { id: 'a/b' }), /an id has to be/],
  ])('%s', async (_what, call, message) => {
    const { tree } = await bootTasks();
    expect((await rejection(call(tree))).message).toMatch(message);
  });
});

describe('from inside', () => {
  test('a task that runs tasks, in its own code', async () => {
    const { tree } = await bootTasks();
    const result = tree.runTask(async () => {
      const parts = [1, 2, 3].map((n) => tree.runTask(() => n * 2));
      return (await Promise.all(parts)).reduce((sum, n) => sum + n);
    });
    expect(await result).toBe(12);
  });

  test('a listener that runs a task', async () => {
    const { tree } = await bootTasks();
    const results: Promise<number>[] = [];
    tree.once('child:starting', () => results.push(tree.runTask(() => 2)));
    expect(await tree.runTask(() => 1)).toBe(1);
    expect(await Promise.all(results)).toEqual([2]);
  });

  test('a task that stops its supervisor', async () => {
    const { tree } = await bootTasks();
    const result = rejection(tree.runTask((context) => (void tree.stop(), untilStopped(context))));
    expect(['COPPICE_TASK_STOPPED', 'COPPICE_NOT_RUNNING']).toContain((await result).code);
    await tree.whenStopped();
  });
});

test('100,000 tasks leave nothing behind', async () => {
  const { tree, clock } = await bootTasks();
  let running = 0;
  let most = 0;
  const work = async (): Promise<number> => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return 1;
  };
  let sum = 0;
  const round = async (): Promise<void> => {
    for (let i = 0; i < 1_000; i++) {
      const one = await tree.runTask(work, { timeoutMs: 1_000 });
      sum += one;
    }
  };
  const rounds = Promise.all(Array.from({ length: 100 }, round));
  let isDone = false;
  void rounds.then(() => (isDone = true));
  while (!isDone) await clock.advance(0);
  expect([sum, most, running]).toEqual([100_000, 100, 0]);
  expect([tree.whichChildren().length, clock.pendingTimers]).toEqual([0, 0]);
}, 60_000);
