/** What the types of tasks promise; checked by the compiler, never run. */
import { expectTypeOf } from 'expect-type';
import {
  type Context,
  type DynamicChildren,
  type DynamicSupervisorHandle,
  type LinkedTaskRunner,
  type RunningTask,
  type SupervisorHandle,
  type TaskSupervisorHandle,
  dynamicSupervisor,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';

const tasks = taskSupervisor({ id: 'tasks' });
const rates = service({ id: 'rates', start: () => new Map<string, number>() });
const connections = dynamicSupervisor({ id: 'connections', child: task({ id: 'one', run: () => {} }) });
const app = supervisor({ id: 'app', children: [tasks, rates, connections] });

async function fromOutside(): Promise<void> {
  const tree = await app.start();
  // Each declaration gives its own kind of handle.
  expectTypeOf(tree.supervisor(tasks)).toEqualTypeOf<TaskSupervisorHandle>();
  expectTypeOf(tree.supervisor(connections)).toEqualTypeOf<DynamicSupervisorHandle<[]>>();
  expectTypeOf(tree.supervisor('tasks')).toEqualTypeOf<SupervisorHandle>();
  expectTypeOf(tree.supervisor(supervisor({ id: 'x', children: [] }))).toEqualTypeOf<SupervisorHandle>();
  expectTypeOf(await tasks.start()).toExtend<TaskSupervisorHandle>();

  const handle = tree.supervisor(tasks);
  // The result is that of the function, at once or later.
  expectTypeOf(await handle.runTask(() => 7)).toEqualTypeOf<number>();
  expectTypeOf(await handle.runTask(async () => 'text')).toEqualTypeOf<string>();
  expectTypeOf(await handle.runTask(() => {})).toEqualTypeOf<void>();
  expectTypeOf(handle.asyncNoLink(async () => 7)).toEqualTypeOf<RunningTask<number>>();
  await handle.runTask((context) => {
    expectTypeOf(context).toEqualTypeOf<Context>();
  });
  // @ts-expect-error -- there is no child to link with
  handle.async(() => 7);
  // @ts-expect-error -- its children are functions
  await handle.startChild();
  // @ts-expect-error -- a number of milliseconds
  await handle.runTask(() => 7, { timeoutMs: '5s' });

  // A stream has the results of the function; settled, it has failures as well.
  const items = new Set(['a', 'b']);
  const stream = handle.asyncStream(items, async (item) => item.length, { concurrency: 2 });
  expectTypeOf(stream).toEqualTypeOf<AsyncIterableIterator<number>>();
  const settled = handle.asyncStream(items, (item, { id }) => item + id, { concurrency: 2, settled: true });
  expectTypeOf(settled).toEqualTypeOf<AsyncIterableIterator<PromiseSettledResult<string>>>();
  async function* later(): AsyncGenerator<Date> {
    yield await Promise.resolve(new Date());
  }
  handle.asyncStream(later(), (item) => expectTypeOf(item).toEqualTypeOf<Date>(), { concurrency: 1 });
  // @ts-expect-error -- how many at once has to be said
  handle.asyncStream(items, (item) => item, {});
  // @ts-expect-error -- nothing to iterate over
  handle.asyncStream(7, (item) => item, { concurrency: 1 });
}

task({
  id: 'caller',
  run: async ({ use }) => {
    expectTypeOf(use(tasks)).toEqualTypeOf<LinkedTaskRunner>();
    expectTypeOf(use(rates)).toEqualTypeOf<Map<string, number>>();
    expectTypeOf(await use(tasks).async(() => 7).result).toEqualTypeOf<number>();
    // @ts-expect-error -- a supervisor of others has nothing to use
    use(app);
    expectTypeOf(use(connections)).toEqualTypeOf<DynamicChildren<[]>>();
  },
});

// @ts-expect-error -- what succeeds is done
taskSupervisor({ id: 'tasks', task: { restart: 'permanent' } });
// @ts-expect-error -- the functions come later
taskSupervisor({ id: 'tasks', task: { run: () => {} } });

export { fromOutside };
