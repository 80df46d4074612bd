/** Changing the number of partitions while they run. */
import { dynamicSupervisor, partitionSupervisor, service, supervisor } from '@coppice/core';
import { boot, deferred, rejection } from '../support/scripted.js';

const KEYS = Array.from({ length: 60 }, (_, i) => `key ${i}`);

const session = service({ id: 'session', start: ({ path }) => path });
const sessionsOf = (partitions: number) =>
  partitionSupervisor({
    id: 'sessions',
    partitions,
    child: dynamicSupervisor({ id: 'group', child: session }),
  });

async function bootSessions(partitions: number) {
  const spec = sessionsOf(partitions);
  const world = await boot({ children: [spec] });
  const handle = world.tree.supervisor(spec);
  for (const key of KEYS) await handle.for(key).startChild({ id: key });
  return { ...world, spec, handle };
}

const whereOf = (handle: { all(): { whichChildren(): { id: string; path: string }[] }[] }) =>
  new Map(handle.all().flatMap((group) => group.whichChildren().map(({ id, path }) => [id, path] as const)));

test('more: new ones are added; what runs is not touched, and only keys that move are looked for elsewhere', async () => {
  const { handle, events } = await bootSessions(4);
  const before = whereOf(handle);
  events.length = 0;
  const plan = await handle.resize(6);
  expect(plan.steps.map(({ action, path }) => `${action} ${path}`)).toEqual([
    'add root/sessions/group#4',
    'add root/sessions/group#5',
  ]);
  expect(handle.partitions).toBe(6);
  expect(whereOf(handle)).toEqual(before);
  const moved = KEYS.filter((key) => !before.get(key)!.startsWith(`${handle.for(key).path}/`));
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.length).toBeLessThan(KEYS.length / 2);
  expect(moved.every((key) => handle.partitionOf(key) >= 4)).toBe(true);
  expect(events.filter(({ type }) => type === 'child:stopping')).toEqual([]);
});

test('fewer: the last ones are stopped with all that runs in them, in reverse order; the others are not touched', async () => {
  const { handle, events } = await bootSessions(6);
  const before = whereOf(handle);
  const inLast = KEYS.filter((key) => handle.partitionOf(key) >= 4);
  events.length = 0;
  await handle.resize(4);
  expect(handle.partitions).toBe(4);
  const after = whereOf(handle);
  expect(KEYS.filter((key) => !after.has(key))).toEqual(inLast);
  for (const [key, path] of after) {
    expect(path).toBe(before.get(key));
    expect(path.startsWith(`${handle.for(key).path}/`)).toBe(true);
  }
  const stopped = events.filter(({ type }) => type === 'child:stopped').map(({ path }) => path);
  expect(stopped.filter((path) => path.split('/').length === 3)).toEqual([
    'root/sessions/group#5',
    'root/sessions/group#4',
  ]);
  expect(stopped).toHaveLength(inLast.length + 2);
  // They can be started again where they belong now.
  for (const key of inLast) await handle.for(key).startChild({ id: key });
  expect(whereOf(handle).size).toBe(KEYS.length);
});

test('a handle on a partition that is gone says so', async () => {
  const { handle } = await bootSessions(6);
  const gone = handle.all()[5]!;
  await handle.resize(2);
  expect(() => gone.countChildren()).toThrow("'root/sessions/group#5' is not running");
  await handle.resize(6);
  expect(gone.countChildren().active).toBe(0);
});

test('the number is kept when the supervisor, or the one above it, is started again', async () => {
  const { tree, handle, spec } = await bootSessions(2);
  await handle.resize(5);
  await tree.restartNow(spec);
  expect([handle.partitions, handle.all().length, handle.whichChildren().length]).toEqual([5, 5, 5]);
  await tree.stop();
  await tree.start();
  expect([handle.partitions, handle.whichChildren().length]).toEqual([5, 5]);
});

test('the same number changes nothing', async () => {
  const { handle } = await bootSessions(3);
  expect((await handle.resize(3)).steps).toEqual([]);
});

test('keys are routed to what stays as soon as others are to be removed, and to new ones when all are up', async () => {
  const gates = new Map([4, 5].map((number) => [number, { start: deferred(), stop: deferred() }]));
  const spec = partitionSupervisor({
    id: 'parts',
    partitions: 4,
    child: (partition) =>
      service({
        id: 'part',
        start: async () => {
          await gates.get(partition)?.start.promise;
          return partition;
        },
        stop: () => gates.get(partition)?.stop.promise,
      }),
  });
  const { tree, settle } = await boot({ children: [spec] });
  const handle = tree.supervisor(spec);
  const used = (): Set<number> => new Set(KEYS.map((key) => handle.for(key).use()));
  const grown = handle.resize(6);
  gates.get(4)!.start.resolve();
  await settle();
  // One of two is up: no key is routed to it yet.
  expect([handle.partitions, used()]).toEqual([4, new Set([0, 1, 2, 3])]);
  gates.get(5)!.start.resolve();
  await grown;
  expect([handle.partitions, used()]).toEqual([6, new Set([0, 1, 2, 3, 4, 5])]);
  // One that changes nothing before it does not change that either.
  void handle.resize(6);
  const shrunk = handle.resize(4);
  await settle();
  expect([handle.partitions, used()]).toEqual([4, new Set([0, 1, 2, 3])]);
  expect(handle.whichChildren()).toHaveLength(6);
  for (const { stop } of gates.values()) stop.resolve();
  await shrunk;
  expect([handle.partitions, handle.whichChildren().length]).toEqual([4, 4]);
});

test('if one of the new ones does not start, none of them stays', async () => {
  let isBroken = true;
  const spec = partitionSupervisor({
    id: 'parts',
    partitions: 2,
    child: (partition) =>
      service({
        id: 'part',
        start: () => {
          if (partition === 3 && isBroken) throw new Error('no room');
          return partition;
        },
      }),
  });
  const { tree } = await boot({ children: [spec] });
  const handle = tree.supervisor(spec);
  expect(await rejection(handle.resize(5))).toMatchObject({
    code: 'COPPICE_RECONCILE_FAILED',
    message: expect.stringContaining('no room'),
  });
  expect([handle.partitions, handle.whichChildren().map(({ id }) => id)]).toEqual([2, ['part#0', 'part#1']]);
  expect(new Set(KEYS.map((key) => handle.for(key).use()))).toEqual(new Set([0, 1]));
  isBroken = false;
  await handle.resize(5);
  expect(new Set(KEYS.map((key) => handle.for(key).use()))).toEqual(new Set([0, 1, 2, 3, 4]));
});

test('changes are carried out one after the other', async () => {
  const { handle } = await bootSessions(2);
  await Promise.all([handle.resize(7), handle.resize(1), handle.resize(4)]);
  expect([handle.partitions, handle.whichChildren().length]).toEqual([4, 4]);
});

test('a number that is none is refused', async () => {
  const { handle } = await bootSessions(2);
  for (const count of [0, -1, 1.5, NaN, '3'])
    expect(await rejection(handle.resize(count as never))).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
    });
  expect(handle.partitions).toBe(2);
});

test('as the root of a tree, and below others', async () => {
  const tree = await sessionsOf(2).start();
  await tree.resize(3);
  expect(tree.partitions).toBe(3);
  await tree.stop();
  await tree.start();
  expect(tree.partitions).toBe(3);

  const spec = sessionsOf(2);
  const { tree: big } = await boot({ children: [supervisor({ id: 'deep', children: [spec] })] });
  await big.supervisor(spec).resize(3);
  await big.restartNow('deep');
  expect(big.supervisor(spec).partitions).toBe(3);
});

test('a declaration with another number is another number for reconcile, too', async () => {
  const group = dynamicSupervisor({ id: 'group', child: session });
  const declare = (partitions: number) => partitionSupervisor({ id: 'sessions', partitions, child: group });
  const [two, three] = [declare(2), declare(3)];
  const { tree } = await boot({ children: [two] });
  await tree.supervisor(two).for('x').startChild({ id: 'x' });
  await tree.reconcile([three]);
  const handle = tree.supervisor(three);
  expect([handle.partitions, tree.supervisor(two).partitions]).toEqual([3, 3]);
  expect(handle.all().reduce((sum, each) => sum + each.countChildren().active, 0)).toBe(1);
  await handle.resize(1);
  expect(handle.whichChildren().map(({ id }) => id)).toEqual(['group#0']);
});
