/** What the types of partitions, registries, pools and pages promise; checked by the compiler, never run. */
import { expectTypeOf } from 'expect-type';
import {
  type ChildInfo,
  type ChildPage,
  type ChildPlace,
  type DynamicChildren,
  type DynamicSupervisorHandle,
  type Lease,
  type LinkedTaskRunner,
  type LinkedUniqueRegistry,
  type Pool,
  type RegistryEntry,
  type ServicePlace,
  type SupervisorHandle,
  type TaskSupervisorHandle,
  type UniqueRegistry,
  dynamicSupervisor,
  partitionSupervisor,
  pool,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';

class Room {
  say(text: string): number {
    return text.length;
  }
}

const rooms = registry<Room, number>({ id: 'rooms', keys: 'unique' });
const flags = registry({ id: 'flags', keys: 'unique' });
const topics = registry<(text: string) => void>({ id: 'topics', keys: 'duplicate' });
const db = pool({ id: 'db', size: 1, child: service({ id: 'one', start: async () => new Room() }) });
const counters = partitionSupervisor({
  id: 'counters',
  partitions: 2,
  child: service({ id: 'counter', start: () => ({ count: 1 }) }),
});
const workers = partitionSupervisor({ id: 'workers', partitions: 2, child: taskSupervisor({ id: 'tasks' }) });
const sessions = partitionSupervisor({
  id: 'sessions',
  partitions: 2,
  child: dynamicSupervisor({
    id: 'group',
    child: task({ id: 'session', run: (_c, _user: string, _n: number) => {} }),
  }),
});
const groups = partitionSupervisor({
  id: 'groups',
  partitions: 2,
  child: supervisor({ id: 'g', children: [] }),
});
const loops = partitionSupervisor({ id: 'loops', partitions: 2, child: task({ id: 'l', run: () => {} }) });
const shards = partitionSupervisor({
  id: 'shards',
  partitions: 2,
  child: (partition) => {
    expectTypeOf(partition).toEqualTypeOf<number>();
    return registry<Room>({ id: 'names', keys: 'unique' });
  },
});
const app = supervisor({
  id: 'app',
  children: [rooms, flags, topics, db, counters, workers, sessions, groups, loops, shards],
});

// A child can register; a handle cannot.
task({
  id: 'child',
  run: async ({ use, whenReady }) => {
    expectTypeOf(use(rooms)).toEqualTypeOf<LinkedUniqueRegistry<Room, number>>();
    expectTypeOf(await whenReady(rooms)).toEqualTypeOf<LinkedUniqueRegistry<Room, number>>();
    use(rooms).register(7, new Room());
    // @ts-expect-error -- another value
    use(rooms).register(7, 'room');
    // @ts-expect-error -- no value
    use(rooms).register(7);
    // @ts-expect-error -- another key
    use(rooms).register('7', new Room());
    use(flags).register('up');
    expectTypeOf(use(db)).toEqualTypeOf<Pool<Room>>();
    expectTypeOf(await whenReady(db)).toEqualTypeOf<Pool<Room>>();
    expectTypeOf(use(counters).for('a')).toEqualTypeOf<{ count: number }>();
    expectTypeOf(use(workers).for(7)).toEqualTypeOf<LinkedTaskRunner>();
    expectTypeOf(use(shards).for('a')).toEqualTypeOf<LinkedUniqueRegistry<Room, string>>();
    // @ts-expect-error -- no key
    use(counters).for(undefined);
  },
});

async function outside(): Promise<void> {
  const tree = await app.start();
  expectTypeOf(tree.use(rooms)).toEqualTypeOf<UniqueRegistry<Room, number>>();
  expectTypeOf(tree.use(rooms).use(7)).toEqualTypeOf<Room>();
  expectTypeOf(tree.use(rooms).lookup(7)).toEqualTypeOf<RegistryEntry<Room, number> | undefined>();
  expectTypeOf(await tree.use(rooms).whenRegistered(7)).toEqualTypeOf<Room>();
  // @ts-expect-error -- a handle is no child
  tree.use(rooms).register(7, new Room());
  // @ts-expect-error -- not with unique keys
  tree.use(rooms).dispatch(7, () => {});
  tree.use(topics).dispatch('a', (hear) => hear('text'));
  // @ts-expect-error -- there may be many
  tree.use(topics).use('a');

  expectTypeOf(tree.use(db)).toEqualTypeOf<Pool<Room>>();
  expectTypeOf(await tree.use(db).checkout()).toEqualTypeOf<Lease<Room>>();
  expectTypeOf(await tree.use(db).withResource(async (room) => room.say('x'))).toEqualTypeOf<number>();
  expectTypeOf(tree.supervisor(db)).toEqualTypeOf<SupervisorHandle>();

  expectTypeOf(tree.supervisor(counters).for('a')).toEqualTypeOf<ServicePlace<{ count: number }>>();
  expectTypeOf(tree.supervisor(workers).for('a')).toEqualTypeOf<TaskSupervisorHandle>();
  expectTypeOf(tree.supervisor(groups).for('a')).toEqualTypeOf<SupervisorHandle>();
  expectTypeOf(tree.supervisor(loops).for('a')).toEqualTypeOf<ChildPlace>();
  expectTypeOf(tree.supervisor(shards).for('a')).toEqualTypeOf<ServicePlace<UniqueRegistry<Room, string>>>();
  expectTypeOf(tree.use(counters).for(7)).toEqualTypeOf<{ count: number }>();
  const group: DynamicSupervisorHandle<[string, number]> = tree.supervisor(sessions).for('a');
  task({
    id: 'caller',
    run: ({ use }) => {
      expectTypeOf(use(sessions).for('a')).toEqualTypeOf<DynamicChildren<[string, number]>>();
      // @ts-expect-error -- its template wants a name and a number
      void use(sessions).for('a').startChild({});
    },
  });
  await group.startChild({ args: ['ada', 1] });
  // @ts-expect-error -- other arguments
  await group.startChild({ args: [1] });
  await tree.supervisor(sessions).resize(3);

  // Children with a declaration of their own need no arguments.
  await group.startChild({ spec: service({ id: 'own', start: () => 1 }) });
  // @ts-expect-error -- not both
  await group.startChild({ spec: service({ id: 'own', start: () => 1 }), args: ['ada', 1] });
  expectTypeOf(tree.child('a')).toEqualTypeOf<ChildInfo | undefined>();
  expectTypeOf(tree.childPage({ limit: 3 })).toEqualTypeOf<ChildPage>();
  for (const info of tree.eachChild()) expectTypeOf(info).toEqualTypeOf<ChildInfo>();
}
void outside;

// @ts-expect-error -- neither unique nor duplicate
registry({ id: 'x', keys: 'many' });
// @ts-expect-error -- how large?
pool({ id: 'x', child: service({ id: 'one', start: () => 1 }) });
// @ts-expect-error -- a task has no value
pool({ id: 'x', size: 1, child: task({ id: 'one', run: () => {} }) });
