/** Partitions of services, dynamic supervisors, tasks and others: who is reached by a key, from where. */
import {
  type Context,
  SimulatedClock,
  dynamicSupervisor,
  partitionSupervisor,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { boot, rejection, statuses } from '../support/scripted.js';

/** Keys of the partitions 0, 1, 2 and 3 of four, as the hash test has them for ever. */
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'];

const counterOf = (context: Context): { id: string; attempt: number; seen: string[] } => ({
  id: context.id,
  attempt: context.attempt,
  seen: [],
});

const counters = () =>
  partitionSupervisor({
    id: 'counters',
    partitions: 4,
    child: service({ id: 'counter', start: counterOf }),
  });

test('as many as are declared run, called by their numbers', async () => {
  const { tree } = await boot({ children: [counters()] });
  expect(statuses(tree.supervisor('counters'))).toEqual([
    'counter#0: running',
    'counter#1: running',
    'counter#2: running',
    'counter#3: running',
  ]);
});

test('a function makes each of them from its number', async () => {
  const spec = partitionSupervisor({
    id: 'shards',
    partitions: 3,
    child: (partition) => service({ id: 'shard', start: () => `file-${partition}` }),
  });
  const tree = await spec.start();
  expect(tree.all().map((shard) => shard.use())).toEqual(['file-0', 'file-1', 'file-2']);
  expect(tree.for('x').use()).toBe(`file-${tree.partitionOf('x')}`);
});

describe('of services', () => {
  test('the value of the partition of a key, each time the same one', async () => {
    const spec = counters();
    const { tree } = await boot({ children: [spec] });
    const handle = tree.supervisor(spec);
    expect(handle.partitions).toBe(4);
    for (const key of KEYS) {
      const partition = handle.partitionOf(key);
      expect(handle.for(key).path).toBe(`root/counters/counter#${partition}`);
      expect(handle.for(key).use().id).toBe(`counter#${partition}`);
      expect(tree.use(spec).for(key)).toBe(handle.for(key).use());
    }
    expect(new Set(KEYS.map((key) => handle.partitionOf(key))).size).toBe(4);
    expect(handle.for(7).use()).toBe(handle.for('7').use());
  });

  test('handles stay valid when the service, or all of them, are started again', async () => {
    const spec = counters();
    const { tree } = await boot({ children: [spec] });
    const handle = tree.supervisor(spec);
    const [place, values] = [handle.for('a'), tree.use(spec)];
    await handle.restartNow(place.path.split('/').at(-1)!);
    expect([place.use().attempt, values.for('a').attempt]).toEqual([2, 2]);
    await tree.restartNow(spec);
    expect([place.use().attempt, values.for('a').attempt, handle.partitions]).toEqual([1, 1, 4]);
    await tree.terminateChild(spec);
    for (const call of [() => place.use(), () => values.for('a')]) expect(call).toThrow('is not running');
    await tree.restartChild(spec);
    expect([place.use().attempt, values.for('a').attempt]).toEqual([1, 1]);
  });

  test('while one is down the others are reached, and one can wait for it', async () => {
    const spec = counters();
    const { tree } = await boot({ children: [spec] });
    const handle = tree.supervisor(spec);
    const id = handle.for('a').path.split('/').at(-1)!;
    await handle.terminateChild(id);
    expect(() => handle.for('a').use()).toThrow(`'root/counters/${id}' is not running`);
    expect(handle.all().filter((place) => isUp(place))).toHaveLength(3);
    const waited = Promise.all([handle.for('a').whenReady(), tree.use(spec).whenReady('a')]);
    await handle.restartChild(id);
    expect((await waited).map(({ attempt }) => attempt)).toEqual([2, 2]);
  });

  test('a child asks by use', async () => {
    const spec = counters();
    const asker = task({
      id: 'asker',
      restart: 'temporary',
      run: async ({ use }) => {
        const all = use(spec);
        for (const key of KEYS) all.for(key).seen.push(key);
        (await all.whenReady('a')).seen.push(`a of ${all.partitions}, ${all.partitionOf('a')}`);
      },
    });
    const { tree, settle } = await boot({ children: [spec, supervisor({ id: 'deep', children: [asker] })] });
    await settle();
    const seen = tree
      .supervisor(spec)
      .all()
      .flatMap((place) => place.use().seen);
    expect(seen.toSorted()).toEqual(
      [...KEYS, `a of 4, ${tree.supervisor(spec).partitionOf('a')}`].toSorted(),
    );
  });
});

const isUp = (place: { use(): unknown }): boolean => {
  try {
    place.use();
    return true;
  } catch {
    return false;
  }
};

describe('of dynamic supervisors', () => {
  const sessions = partitionSupervisor({
    id: 'sessions',
    partitions: 4,
    child: dynamicSupervisor({
      id: 'group',
      child: task({ id: 'session', restart: 'temporary', run: ({ sleep }, _user: string) => sleep(9_999) }),
    }),
  });

  test('children are started where their key belongs', async () => {
    const { tree } = await boot({ children: [sessions] });
    const handle = tree.supervisor(sessions);
    for (const key of KEYS) {
      const { path } = await handle.for(key).startChild({ id: key, args: [key] });
      expect(path).toBe(`root/sessions/group#${handle.partitionOf(key)}/${key}`);
    }
    expect(handle.all().reduce((sum, group) => sum + group.countChildren().active, 0)).toBe(KEYS.length);
    await handle.for('c').terminateChild('c');
    expect(
      handle
        .for('c')
        .whichChildren()
        .map(({ id }) => id),
    ).not.toContain('c');
  });

  test('one that gives up does not touch the others', async () => {
    const { tree, settle } = await boot({ children: [sessions] });
    const handle = tree.supervisor(sessions);
    for (const key of KEYS) await handle.for(key).startChild({ id: key, args: [key] });
    const there = handle.for('a').countChildren().active;
    await handle.for('a').stop({ reason: new Error('broken') });
    await settle();
    expect(handle.for('a').countChildren().active).toBe(0);
    expect(handle.all().reduce((sum, group) => sum + group.countChildren().active, 0)).toBe(
      KEYS.length - there,
    );
  });
});

test('of task supervisors: handles, and in a child what runs linked tasks', async () => {
  const tasks = partitionSupervisor({ id: 'tasks', partitions: 2, child: taskSupervisor({ id: 'pool' }) });
  const results: unknown[] = [];
  const asker = task({
    id: 'asker',
    restart: 'temporary',
    run: async ({ use }) => {
      results.push(
        await use(tasks)
          .for('a')
          .async((context) => context.path).result,
      );
    },
  });
  const { tree, settle } = await boot({ children: [tasks, asker] });
  const handle = tree.supervisor(tasks);
  expect(await handle.for('a').runTask(({ path }) => path)).toMatch(/^root\/tasks\/pool#\d\/task#\d$/);
  await settle();
  expect(results).toEqual([expect.stringMatching(`^${handle.for('a').path}/task#`)]);
});

test('of registries: each has its own entries', async () => {
  const names = partitionSupervisor({
    id: 'names',
    partitions: 4,
    child: registry<string>({ id: 'names', keys: 'unique' }),
  });
  const member = service({
    id: 'member',
    start: ({ use }) => {
      for (const key of KEYS) use(names).for(key).register(key, key.toUpperCase());
    },
  });
  const { tree } = await boot({ children: [names, member] });
  const handle = tree.supervisor(names);
  for (const key of KEYS) {
    expect(tree.use(names).for(key).use(key)).toBe(key.toUpperCase());
    expect(handle.for(key).use().lookup(key)?.path).toBe('root/member');
  }
  const counts = handle.all().map((place) => place.use().count());
  expect(counts.reduce((sum, each) => sum + each)).toBe(KEYS.length);
  expect(Math.max(...counts)).toBeLessThan(KEYS.length);
});

test('of supervisors, and of tasks', async () => {
  const run = ({ sleep }: Context): Promise<void> => sleep(9_999);
  const tree = await partitionSupervisor({
    id: 'parts',
    partitions: 2,
    child: supervisor({ id: 'part', children: [task({ id: 'a', run })] }),
  }).start({ clock: new SimulatedClock() });
  expect(
    tree
      .for('x')
      .whichChildren()
      .map(({ path }) => path),
  ).toEqual([`${tree.for('x').path}/a`]);
  const tasks = await partitionSupervisor({
    id: 'tasks',
    partitions: 2,
    child: task({ id: 'a', run }),
  }).start({
    clock: new SimulatedClock(),
  });
  expect(tasks.for('x').path).toBe(`tasks/a#${tasks.partitionOf('x')}`);
  expect(() => (tasks.for('x') as unknown as { use(): unknown }).use()).toThrow(
    'partitions that have a value',
  );
});

describe('what is refused', () => {
  const child = service({ id: 'a', start: () => 1 });
  test.each([
    [{ id: 'x', child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', partitions: 0, child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', partitions: 1.5, child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', partitions: 100_001, child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', partitions: 2 }, 'COPPICE_NOT_A_SPEC'],
    [{ id: 'x', partitions: 2, child: () => 7 }, 'COPPICE_NOT_A_SPEC'],
    [{ id: 'x', partitions: 2, children: [child] }, 'COPPICE_UNKNOWN_OPTION'],
    [{ id: 'x', partition: 2, child }, 'COPPICE_UNKNOWN_OPTION'],
    [{ id: 'x', partitions: 2, child, size: 3 }, 'COPPICE_UNKNOWN_OPTION'],
    [{ partitions: 2, child }, 'COPPICE_MISSING_ID'],
    [7, 'COPPICE_NOT_A_SPEC'],
  ])('%j', (options, code) => {
    expect(() => partitionSupervisor(options as never)).toThrow(expect.objectContaining({ code }));
  });

  test('but not as many as there may be at most', () => {
    const { length } = Object.keys(partitionSupervisor({ id: 'x', partitions: 100_000, child }).children);
    expect(length).toBe(100_000);
  });

  test.each([[undefined], [NaN], [Infinity], [{}], [true]])('the key %p', async (key) => {
    const tree = await counters().start();
    for (const call of [() => tree.for(key as never), () => tree.partitionOf(key as never)])
      expect(call).toThrow('a key that is a string or a finite number');
  });

  test('another supervisor', async () => {
    const { tree } = await boot({ children: [child] });
    const other = tree as unknown as {
      for(key: string): unknown;
      all(): unknown;
      resize(n: number): Promise<unknown>;
    };
    expect(() => other.for('a')).toThrow('expects a partition supervisor');
    expect(() => other.all()).toThrow("got 'root', a supervisor");
    expect(await rejection(other.resize(2))).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
  });

  test('a value where there is none', async () => {
    const spec = partitionSupervisor({
      id: 'x',
      partitions: 2,
      child: task({ id: 't', run: ({ sleep }) => sleep(1e9) }),
    });
    const { tree } = await boot({ children: [spec] });
    expect(() => tree.use(spec).for('a')).toThrow('for expects partitions that have a value');
  });
});
