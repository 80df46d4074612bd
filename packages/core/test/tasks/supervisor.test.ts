/** How a task supervisor is declared, and how it stands in a tree. */
import {
  type Context,
  SimulatedClock,
  type TaskRunner,
  dynamicSupervisor,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { boot, rejection, scripted, statuses, until } from '../support/scripted.js';
import { bootTasks, bootWith, untilStopped } from './support.js';

describe('declared', () => {
  test('with the defaults of a supervisor, and of temporary tasks', () => {
    const tasks = taskSupervisor({ id: 'tasks' });
    expect({ ...tasks }).toMatchObject({
      kind: 'dynamic-supervisor',
      id: 'tasks',
      restart: 'permanent',
      shutdownMs: Infinity,
      child: { kind: 'task', id: 'task', restart: 'temporary', shutdownMs: 5_000, giveUp: 'escalate' },
    });
    expect(Object.isFrozen(tasks)).toBe(true);
  });

  test('with what it says of itself and of its tasks', () => {
    const tasks = taskSupervisor({
      id: 'tasks',
      restart: 'transient',
      shutdownMs: 10_000,
      maxChildren: 5,
      task: { id: 'job', shutdownMs: 100, onStuck: 'wait', maxRunMs: 1_000, staleAfterMs: 500 },
    });
    expect({ ...tasks }).toMatchObject({
      restart: 'transient',
      shutdownMs: 10_000,
      maxChildren: 5,
      child: { id: 'job', shutdownMs: 100, onStuck: 'wait', maxRunMs: 1_000, staleAfterMs: 500 },
    });
  });

  test('a transient task has a limit of its own, and is removed when that is used up', () => {
    const child = taskSupervisor({ id: 'tasks', task: { restart: 'transient' } }).child;
    expect({ ...child }).toMatchObject({
      maxRestarts: 3,
      withinMs: Number.MAX_SAFE_INTEGER,
      giveUp: 'remove',
    });
    const own = taskSupervisor({
      id: 'tasks',
      task: {
        restart: 'transient',
        maxRestarts: 5,
        withinMs: 60_000,
        giveUp: 'park',
        backoff: { minMs: 1, maxMs: 2 },
      },
    }).child;
    expect({ ...own }).toMatchObject({ maxRestarts: 5, withinMs: 60_000, giveUp: 'park' });
  });

  test('without a limit it never gives up', async () => {
    const { tree } = await bootTasks({ task: { restart: 'transient', maxRestarts: Infinity } });
    const result = tree.runTask(async ({ attempt }) => {
      if (attempt <= 50) throw new Error('no');
      return attempt;
    });
    expect(await result).toBe(51);
  });

  test.each<[string, object, RegExp]>([
    ['no id', {}, /needs an id/],
    ['no options', 7 as never, /expected the options of a task supervisor, got 7/],
    ['an unknown option', { id: 'tasks', maxChildrn: 1 }, /did you mean 'maxChildren'/],
    [
      'a limit for all',
      { id: 'tasks', maxRestarts: 1 },
      /task supervisor has no option 'maxRestarts', did you mean 'task.maxRestarts'/,
    ],
    ['another template', { id: 'tasks', child: {} }, /did you mean 'task'/],
    ['a strategy', { id: 'tasks', strategy: 'one-for-one' }, /has no option 'strategy'/],
    ['no task', { id: 'tasks', task: 7 }, /expected task: the options of each task, got 7/],
    [
      'an unknown option of tasks',
      { id: 'tasks', task: { timeoutMs: 1 } },
      /task of a task supervisor has no option 'timeoutMs'/,
    ],
    ['a run', { id: 'tasks', task: { run: () => 7 } }, /has no option 'run'/],
    [
      'permanent tasks',
      { id: 'tasks', task: { restart: 'permanent' } },
      /'temporary' or 'transient'; got 'permanent'/,
    ],
    [
      'a backoff for temporary tasks',
      { id: 'tasks', task: { backoff: { minMs: 1, maxMs: 2 } } },
      /no meaning for a temporary child/,
    ],
    [
      'no children',
      { id: 'tasks', maxChildren: 0 },
      /maxChildren has to be a whole number, 1 or more; got 0/,
    ],
    ['half a child', { id: 'tasks', maxChildren: 1.5 }, /got 1.5/],
  ])('%s: refused', (_what, options, message) => {
    expect(() => taskSupervisor(options as never)).toThrow(message);
  });

  test('it can be copied', async () => {
    const copy = { ...taskSupervisor({ id: 'tasks' }), id: 'copy' };
    const { tree } = await boot({ children: [copy] });
    // As ever, a copy is another reference.
    expect(() => tree.supervisor(copy)).toThrow("has no child 'copy'; pass the very declaration");
    const untyped = tree.supervisor('copy') as unknown as TaskRunner;
    expect(await untyped.runTask(({ path }) => path)).toBe('root/copy/task#1');
  });
});

describe('its handle', () => {
  test('starts no other children', async () => {
    const { tree } = await bootTasks();
    const untyped = tree as unknown as { startChild(options: object): Promise<unknown> };
    expect(await rejection(untyped.startChild({ args: [7] }))).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: expect.stringContaining('use runTask, asyncNoLink or asyncStream') as string,
    });
  });

  test('of another supervisor runs no tasks', async () => {
    const { tree } = await boot({});
    const untyped = tree as unknown as { runTask(fn: () => void): Promise<void> };
    expect((await rejection(untyped.runTask(() => {}))).message).toContain("got 'root', a supervisor");
  });

  test('has all that handles have', async () => {
    const { tree } = await bootTasks();
    const result = rejection(tree.runTask(untilStopped));
    expect(statuses(tree)).toEqual(['task#1: running']);
    expect(tree.snapshot().children).toMatchObject([{ id: 'task#1', kind: 'task' }]);
    await tree.terminateChild('task#1');
    await result;
  });

  test('stays valid in a tree that is reconciled, also with other options', async () => {
    const declared = (maxChildren: number) => taskSupervisor({ id: 'tasks', maxChildren });
    const first = declared(1);
    const { tree } = await boot({ children: [first] });
    const handle = tree.supervisor(first);
    const running = rejection(handle.runTask(untilStopped));
    await tree.reconcile(supervisor({ id: 'root', children: [declared(2)] }));
    expect(statuses(handle)).toEqual(['task#1: running']);
    expect(await handle.runTask(() => 7)).toBe(7);
    await tree.stop();
    await running;
  });
});

test('a task is traced, logged and supervised as any other child', async () => {
  let context!: Context;
  const { tree, clock } = await bootTasks({
    task: { staleAfterMs: 1_000, restart: 'transient', maxRestarts: 1 },
  });
  const result = rejection(tree.runTask((given) => ((context = given), untilStopped(given))));
  await clock.advance(1_500);
  expect(context.attempt).toBe(2);
  await clock.advance(1_500);
  expect((await result).code).toBe('COPPICE_STALE');
});

describe('dynamic supervisors have from this', () => {
  const removed = { giveUp: 'remove', maxRestarts: 1, withinMs: 1_000 } as const;

  test('maxChildren: one more is refused, until there is room', async () => {
    const tree = await dynamicSupervisor({
      id: 'dyn',
      maxChildren: 2,
      child: task({ id: 'conn', restart: 'temporary', run: untilStopped }),
    }).start();
    await tree.startChild();
    await tree.startChild();
    expect((await rejection(tree.startChild())).code).toBe('COPPICE_TOO_MANY_CHILDREN');
    await tree.terminateChild('conn#1');
    await tree.startChild();
    expect(tree.countChildren().active).toBe(2);
    await tree.stop();
  });

  test('maxChildren is not for others', () => {
    expect(() => supervisor({ id: 'a', maxChildren: 1, children: [] } as never)).toThrow(
      "no option 'maxChildren'",
    );
  });

  test("giveUp 'remove': one that has given up is gone, and the others run on", async () => {
    const clock = new SimulatedClock();
    const conn = scripted('conn', removed);
    const tree = await dynamicSupervisor({ id: 'dyn', child: conn.spec }).start({ clock });
    const gone: string[] = [];
    tree.on('child:removed', ({ path }) => void gone.push(path));
    await tree.startChild();
    await tree.startChild();
    conn.crash();
    await until(() => conn.starts === 3);
    conn.crash();
    await clock.advance(0);
    expect(gone).toEqual(['dyn/conn#2']);
    expect(statuses(tree)).toEqual(['conn#1: running']);
    await tree.stop();
  });

  test("giveUp 'remove' is for the children of a dynamic supervisor", async () => {
    const child = scripted('a', removed).spec;
    expect(() => supervisor({ id: 'root', children: [child] })).toThrow(
      "giveUp 'remove' is for children that come and go",
    );
    const { tree } = await boot({});
    expect((await rejection(tree.startChild(child))).code).toBe('COPPICE_BAD_COMBINATION');
  });
});

test('whoever gives up in a dynamic supervisor with its tree is gone from it', async () => {
  const { tree } = await bootTasks({ task: { restart: 'transient', maxRestarts: 0, giveUp: 'exit' } });
  const ended = tree.whenStopped();
  expect((await rejection(tree.runTask(() => Promise.reject(new Error('last'))))).message).toBe('last');
  expect((await ended).reason.kind).toBe('crash');
});

test('two task supervisors in one tree do not know of each other', async () => {
  const one = taskSupervisor({ id: 'one' });
  const two = taskSupervisor({ id: 'two' });
  const { handle, tree, settle } = await bootWith(one, [two]);
  const result = rejection(tree.supervisor(two).runTask(untilStopped));
  await handle.stop({ reason: new Error('crash') });
  await settle();
  expect(statuses(tree.supervisor(two))).toEqual(['task#1: running']);
  await tree.stop();
  await result;
});

test('explained: its tasks have so many attempts in all, and nobody is warned of that', async () => {
  const backoff = { minMs: 50, maxMs: 1_000, jitter: 0 };
  const tasks = taskSupervisor({ id: 'tasks', task: { restart: 'transient', backoff } });
  const warn = jest.spyOn(console, 'warn').mockReturnValue();
  const clock = new SimulatedClock();
  const tree = await tasks.start({ clock });
  const result = rejection(tree.runTask(() => Promise.reject(new Error('no'))));
  await clock.advance(20);
  const words = tree.describe('task#1').replace(/\s+/g, ' ');
  expect(words).toContain('2 of 3 restarts left within its whole life');
  expect(words).toContain('No run is so long that the delays begin anew.');
  await clock.advance(350);
  await result;
  expect(warn).not.toHaveBeenCalled();
});
