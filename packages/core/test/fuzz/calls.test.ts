/** Every public call of a living tree with arguments that are wrong in a few places. */
import fc from 'fast-check';
import {
  type TaskSupervisorHandle,
  explainPolicy,
  formatPlan,
  formatTree,
  healthOf,
  stopBudgetMs,
  toDot,
  toMermaid,
  watchHealth,
} from '@coppice/core';
import { expectCoded, isOwn, outcomeOf, peacefully, settled } from './judge.js';
import { type Mutation, mutated, mutations } from './mutate.js';
import { LIMIT_MS, runs } from './settings.js';
import { type World, expectSound, newWorld } from './world.js';

interface Call {
  /** What is called, with arguments that are right. */
  readonly args: (world: World) => readonly unknown[];
  readonly call: (world: World, ...args: never[]) => unknown;
  /** Does it call code that it is given, or read a signal, so that what comes out may be the user's own? */
  readonly callsBack?: boolean;
}

const signal = new AbortController().signal;
const of = (path: string) => (world: World) => world.tree.supervisor(path as never) as never;
const tasksOf = of('tasks') as (world: World) => TaskSupervisorHandle;
const by = { by: 'me' };

const onTree =
  (method: string, path?: string) =>
  (world: World, ...args: never[]): unknown => {
    const handle = path === undefined ? world.tree : of(path)(world);
    return (handle as unknown as Record<string, (...given: never[]) => unknown>)[method]?.(...args);
  };

async function drained(stream: AsyncIterableIterator<unknown>): Promise<void> {
  for (let i = 0; i < 4; i++) if ((await stream.next()).done === true) return;
  await stream.return?.();
}

const CALLS: Readonly<Record<string, Call>> = {
  stop: { args: () => [{ reason: 'shutdown', shutdownMs: 50, by: 'me' }], call: onTree('stop') },
  startChild: {
    args: () => [{ kind: 'service', id: 'new', start: () => 1, stop: () => {}, shutdownMs: 100 }],
    call: onTree('startChild'),
  },
  terminateChild: { args: ({ db }) => [db, by], call: onTree('terminateChild') },
  restartChild: { args: () => ['db', by], call: onTree('restartChild') },
  deleteChild: { args: () => ['db', by], call: onTree('deleteChild') },
  restartNow: { args: () => ['worker', by], call: onTree('restartNow') },
  pause: { args: () => ['worker', { reason: 'why', by: 'me' }], call: onTree('pause') },
  resume: { args: () => ['worker', { reason: 'why', by: 'me' }], call: onTree('resume') },
  reconcile: {
    args: ({ children }) => [
      [...children, { kind: 'task', id: 'late', run: () => new Promise(() => {}) }],
      { dryRun: false, by: 'me' },
    ],
    call: onTree('reconcile'),
  },
  'reconcile of a declaration': {
    args: ({ root }) => [{ ...root, maxRestarts: 7 }, { dryRun: false }],
    call: onTree('reconcile'),
  },
  use: { args: ({ leaf }) => [leaf], call: onTree('use') },
  whenReady: { args: ({ leaf }) => [leaf, { timeoutMs: 10 }], call: onTree('whenReady') },
  child: { args: () => ['db'], call: onTree('child') },
  childSpec: { args: () => ['db'], call: onTree('childSpec') },
  describe: { args: () => ['db'], call: onTree('describe') },
  explain: { args: () => ['sub/leaf', { whenAllEnds: 'the end' }], call: onTree('explain') },
  children: { args: () => [{ after: 'db', limit: 2 }], call: onTree('children') },
  snapshot: { args: () => [{ dynamic: 'count' }], call: onTree('snapshot') },
  supervisor: { args: ({ sub }) => [sub], call: onTree('supervisor') },
  on: { args: () => ['event', () => {}], call: onTree('on') },
  once: { args: () => ['child:started', () => {}], call: onTree('once') },
  off: { args: () => ['event', () => {}], call: onTree('off') },
  events: {
    args: () => [{ name: 'event', buffer: 3, signal }],
    call: ({ tree }, ...args) => {
      const stream = tree.events(...args);
      stream.next().catch(() => {});
      return undefined;
    },
  },
  'startChild of a dynamic supervisor': {
    args: () => [{ id: 'c', args: [1, 2] }],
    call: onTree('startChild', 'dyn'),
  },
  'startChild with a declaration of its own': {
    args: () => [{ id: 'c', spec: { kind: 'service', id: 'own', start: () => 1 } }],
    call: onTree('startChild', 'dyn'),
  },
  'restartChild of a dynamic supervisor': { args: () => ['conn#1'], call: onTree('restartChild', 'dyn') },
  runTask: {
    args: () => [({ id }: { id: string }) => id, { id: 't', timeoutMs: 100, signal }],
    call: (world, ...args) => tasksOf(world).runTask(...(args as unknown as [never])),
    callsBack: true,
  },
  asyncNoLink: {
    args: () => [() => new Promise(() => {}), { id: 't', timeoutMs: 100, signal }],
    call: (world, ...args) => {
      const running = tasksOf(world).asyncNoLink(...(args as unknown as [never]));
      return running.result;
    },
    callsBack: true,
  },
  asyncStream: {
    args: () => [
      [1, 2, 3],
      (item: number) => item,
      { concurrency: 2, ordered: true, timeoutMs: 100, onTimeout: 'skip', signal, settled: false },
    ],
    call: (world, ...args) =>
      drained(tasksOf(world).asyncStream(...(args as unknown as [never, never, never]))),
    callsBack: true,
  },
  'use of a registry': {
    args: () => ['key', { timeoutMs: 10 }],
    call: ({ tree, names }, key, options) => {
      const view = tree.use(names);
      view.lookup(key);
      Array.from(view.keys());
      return view.whenRegistered(key, options);
    },
  },
  checkout: {
    args: () => [{ timeoutMs: 10, signal }],
    call: ({ tree, conns }, ...args) => tree.use(conns).checkout(...args),
    callsBack: true,
  },
  withResource: {
    args: () => [(value: string) => value, { timeoutMs: 10, signal }],
    call: ({ tree, conns }, work, ...options) => {
      const { watched, isAtWork } = watchedWork(work);
      const result = tree.use(conns).withResource(watched as never, ...options);
      // It is as long under way as the function is: one that never comes to its end is no fault of the pool.
      return Promise.race([result, tree.whenStopped().then(() => (isAtWork() ? undefined : result))]);
    },
    callsBack: true,
  },
  'for of partitions': { args: () => ['key'], call: onTree('for', 'parts') },
  partitionOf: { args: () => [7], call: onTree('partitionOf', 'parts') },
  resize: { args: () => [3], call: onTree('resize', 'parts') },
  'partitions by use': {
    args: () => ['key', { timeoutMs: 5 }],
    call: ({ tree, parts }, ...args) => tree.use(parts).whenReady(...(args as unknown as [never])),
  },
  healthOf: {
    args: ({ tree }) => [tree.snapshot(), { isDraining: false, children: { db: { required: false } } }],
    call: (_, ...args) => healthOf(...(args as unknown as [never])),
  },
  watchHealth: {
    args: ({ tree }) => [
      tree,
      { children: { db: { required: false, graceMs: 5 } }, maxChanges: 3, facts: () => ({}) },
    ],
    call: (_, ...args) => {
      const watch = watchHealth(...(args as unknown as [never]));
      watch.health();
      watch.refresh();
      watch.stop();
    },
    callsBack: true,
  },
  formatTree: {
    args: ({ tree }) => [tree.snapshot(), { ascii: false, width: 80, maxChildren: 5 }],
    call: (_, ...args) => formatTree(...(args as unknown as [never])),
  },
  toDot: {
    args: ({ tree }) => [tree.snapshot(), {}],
    call: (_, ...args) => toDot(...(args as unknown as [never])),
  },
  toMermaid: {
    args: ({ tree }) => [tree.snapshot(), {}],
    call: (_, ...args) => toMermaid(...(args as unknown as [never])),
  },
  formatPlan: {
    args: () => [
      {
        path: 'root',
        steps: [
          {
            action: 'add',
            path: 'root/x',
            changed: ['run'],
            replace: null,
            outcome: 'failed',
            error: { name: 'Error', message: 'm' },
          },
        ],
      },
    ],
    call: (_, ...args) => formatPlan(...(args as unknown as [never])),
  },
  explainPolicy: {
    args: ({ root }) => [root],
    call: (_, ...args) => explainPolicy(...(args as unknown as [never])),
  },
  stopBudgetMs: {
    args: ({ root }) => [root],
    call: (_, ...args) => stopBudgetMs(...(args as unknown as [never])),
  },
};

/** The same function, of which it is seen whether what it returned is still pending. */
function watchedWork(work: unknown): { watched: unknown; isAtWork: () => boolean } {
  let open = 0;
  if (typeof work !== 'function') return { watched: work, isAtWork: () => false };
  const watched = (...args: unknown[]): unknown => {
    const result: unknown = (work as (...given: unknown[]) => unknown)(...args);
    open++;
    const done = (): void => void open--;
    Promise.resolve()
      .then(() => result)
      .finally(done)
      .catch(() => {});
    return result;
  };
  return { watched, isAtWork: () => open > 0 };
}

const NAMES = Object.keys(CALLS);

test.each(NAMES)('%s with arguments that are right', (name) =>
  peacefully(async () => {
    const world = newWorld();
    await world.tree.start();
    await make(world, name, [], (error) => {
      if (
        !/NOT_RUNNING|RUNNING|NOT_READY|NOT_REGISTERED|NOT_FOUND|DYNAMIC|STOPPED|TIMEOUT/.test(
          (error as { code: string }).code,
        )
      )
        throw error;
    });
    await expectSound(world);
  }),
);

test.each(NAMES)(
  '%s with mistakes: a coded error, and the tree goes on',
  (name) =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(), async (changes) => {
          const world = newWorld();
          await world.tree.start();
          await make(world, name, changes);
          await expectSound(world);
        }),
        runs(25),
      ),
    ),
  LIMIT_MS,
);

test(
  'many of them, one after the other, in one tree',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom(...NAMES), mutations(2)), { minLength: 2, maxLength: 12 }),
          async (calls) => {
            const world = newWorld();
            await world.tree.start();
            for (const [name, changes] of calls) await make(world, name, changes);
            await expectSound(world);
          },
        ),
        runs(150),
      ),
    ),
  LIMIT_MS,
);

/** Makes one call; what it answers later is judged when it comes. */
async function make(
  world: World,
  name: string,
  changes: readonly Mutation[],
  judge?: (error: unknown) => void,
): Promise<void> {
  const { args, call, callsBack = false } = CALLS[name] as Call;
  const expectGood = judge ?? ((error: unknown) => expectCoded(error, callsBack ? isOwn : undefined));
  const given = mutated(args(world), changes);
  const list = outcomeOf(() =>
    Array.from({ length: Math.min((given as unknown[]).length, 5) }, (_, i) => (given as unknown[])[i]),
  );
  if (list.isError || !Array.isArray(list.value)) return;
  const made = outcomeOf(() => call(world, ...(list.value as never[])));
  if (made.isError) return expectGood(made.error);
  if (made.value instanceof Promise) {
    const late = await settled(world.clock, made.value, 100).catch(() => undefined);
    if (late) return late.isError ? expectGood(late.error) : undefined;
    // It waits for something: then until the end of the tree.
    const end = await settled(world.clock, Promise.all([made.value, world.tree.stop({ shutdownMs: 10 })]));
    if (end.isError) expectGood(end.error);
    await settled(world.clock, world.tree.start());
  }
}
