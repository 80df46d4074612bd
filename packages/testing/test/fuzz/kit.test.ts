/** Everything that the kit exports, with arguments that are wrong in a few places: coded errors, or it works. */
import fc from 'fast-check';
import { type Context, service, supervisor, task } from '@coppice/core';
import * as kit from '@coppice/testing';
import {
  expectCoded,
  firstOf,
  isOwn,
  outcomeOf,
  peacefully,
  settled,
} from '../../../core/test/fuzz/judge.js';
import { HOSTILE_NAMES, hostile } from '../../../core/test/fuzz/hostile.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';

const db = service({ id: 'db', start: () => 1 });
const feed = task({ id: 'feed', run: ({ sleep }: Context) => sleep(1e9), staleAfterMs: 1_000 });
const sub = supervisor({ id: 'sub', children: [feed] });
const shop = supervisor({ id: 'shop', maxRestarts: 100, children: [db, sub] });

type Test = kit.TestTree<ReturnType<typeof shop.handle>>;

const exported: Readonly<Record<string, unknown>> = { ...kit };

interface Call {
  readonly args: (test: Test) => readonly unknown[];
  readonly call: (test: Test, ...args: never[]) => unknown;
}

const by =
  (name: keyof typeof kit) =>
  (_: Test, ...args: never[]): unknown =>
    (exported[name] as (...given: never[]) => unknown)(...args);
const of =
  (name: string) =>
  ({ events }: Test, ...args: never[]): unknown =>
    (events as unknown as Record<string, (...given: never[]) => unknown>)[name]?.(...args);

/** What makes behaviours, and arguments that are right. */
const BEHAVIOURS: Readonly<Record<string, readonly unknown[]>> = {
  crashes: ['message', { afterMs: 5 }],
  completes: [{ afterMs: 5 }],
  failsToStart: ['message'],
  startsSlowly: [5],
  stopsSlowly: [5],
  failsToStop: ['message'],
  beats: [5, { times: 3 }],
  throwsInCallback: ['message', { afterMs: 5 }],
  failsInStrayPromise: ['message', { afterMs: 5 }],
};

const CALLS: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    Object.entries(BEHAVIOURS).map(([name, args]): [string, Call] => [
      name,
      {
        args: () => args,
        // It is of no use before it is played.
        call: (test, ...given) => {
          const behaviour = by(name as 'crashes')(test, ...given) as kit.Behaviour;
          return test.tree.startChild(
            kit.scripted({ id: name, restart: 'temporary', shutdownMs: 50 }, behaviour),
          );
        },
      },
    ]),
  ),
  // Not played: a worker of Jest is a process with a channel, which it would end.
  exits: { args: () => [3, { afterMs: 5, evenHere: false }], call: by('exits') },
  onRun: { args: () => [2, kit.crashes()], call: by('onRun') },
  fromRun: { args: () => [2, kit.works], call: by('fromRun') },
  scripted: {
    args: () => [{ id: 's', restart: 'temporary' }, kit.onRun(1, kit.crashes())],
    call: by('scripted'),
  },
  misbehaving: { args: () => [db, kit.onRun(1, kit.crashes())], call: by('misbehaving') },
  stub: { args: () => [db, 2], call: by('stub') },
  replace: { args: () => [shop, 'sub/feed', kit.scripted('feed')], call: by('replace') },
  crash: { args: ({ tree }) => [tree, db, new Error('e')], call: by('crash') },
  hang: {
    args: ({ tree }) => [tree, db],
    call: (test, ...args) => (by('hang')(test, ...args) as () => void)(),
  },
  stall: { args: ({ tree }) => [tree, feed], call: by('stall') },
  simulateStray: { args: ({ tree }) => [tree, feed, new Error('e')], call: by('simulateStray') },
  recordEvents: {
    args: ({ tree }) => [tree],
    call: (test, ...args) => (by('recordEvents')(test, ...args) as kit.EventRecorder).stop(),
  },
  expectOrder: {
    args: () => ['db started', { type: 'supervisor:started', path: 'shop' }],
    call: of('expectOrder'),
  },
  expectNever: { args: () => ['db crashed', { id: 'db', type: 'child:crashed' }], call: of('expectNever') },
  count: { args: () => [{ type: 'child:started', ref: db }], call: of('count') },
  toHaveHappened: {
    args: ({ events }) => [events, 'db started'],
    call: (_, ...args) => kit.matchers.toHaveHappened(...(args as unknown as [never, never])),
  },
  chaos: {
    args: () => [
      {
        id: 'chaos',
        enabled: true,
        perMinute: 6_000,
        scope: [db, 'sub'],
        faults: { crash: 2, hang: 1, stall: 1 },
        hangMs: 10,
        maxFaults: 5,
        seed: 7,
        restart: 'temporary',
      },
    ],
    call: async (test, ...args) => {
      const spec = by('chaos')(test, ...args) as ReturnType<typeof kit.chaos>;
      await test.tree.startChild(spec);
      await test.advance(100);
    },
  },
  testTree: {
    args: () => [[db, kit.scripted('other')], { time: 'simulated', seed: 3, start: true }],
    call: async (test, ...args) => {
      const other = (await by('testTree')(test, ...args)) as Test;
      await other[Symbol.asyncDispose]();
    },
  },
};

const NAMES = Object.keys(CALLS);

test.each([
  null,
  7,
  'crashes',
  kit.crashes,
  { start: 1 },
  { isIn: 1, behaviours: [] },
  { isIn: () => true },
  kit.onRun(1, null as never),
  kit.onRun(2, kit.crashes as never),
])('what is no part of a script is refused where it is handed over: %p', (part) => {
  const made = outcomeOf(() => kit.scripted('s', part as never));
  expect(made.error).toMatchObject({ code: 'COPPICE_TEST_OPTION' });
});

test.each(HOSTILE_NAMES)('a scene or a happening that is %s', (name) => {
  for (const call of [
    () => kit.scripted('s', hostile(name) as never),
    () => kit.scripted('s', { isIn: () => true, behaviours: [hostile(name)] } as never),
    () => kit.onRun(1, hostile(name) as never) && kit.scripted('s', kit.onRun(1, hostile(name) as never)),
    () => kit.matchers.toHaveHappened({ events: hostile(name) } as never, 'db started'),
    () => kit.matchers.toHaveHappened(kit.recordEvents(shop.handle()), hostile(name) as never),
    () => kit.recordEvents(shop.handle()).count({ type: 'child:crashed', error: hostile(name) } as never),
  ]) {
    const made = outcomeOf(call);
    if (made.isError) expectCoded(made.error);
  }
});

const newTest = (): Promise<Test> => kit.testTree(shop);

/** A story that is not what was expected is what these calls are for; those that throw for no child are ours as well. */
async function make(name: string, test: Test, args: readonly unknown[]): Promise<unknown> {
  const { call } = CALLS[name] as Call;
  const made = outcomeOf(() => call(test, ...(args as never[])));
  if (made.isError) return made.error;
  // What takes longer was asked to.
  const late = await settled(test, Promise.resolve(made.value), 100).catch(() => undefined);
  return late?.error;
}

test.each(NAMES)('%s with arguments that are right', (name) =>
  peacefully(async () => {
    const world = await newTest();
    const { args } = CALLS[name] as Call;
    const error = await make(name, world, args(world));
    if (name !== 'failsToStart') expect(error).toBeUndefined();
    await world[Symbol.asyncDispose]();
  }),
);

test.each(NAMES)(
  '%s with mistakes: a coded error, and the tree under test goes on',
  (name) =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(), async (changes) => {
          const world = await newTest();
          const { args } = CALLS[name] as Call;
          const given = firstOf(mutated(args(world), changes), 4);
          if (!given.isError) {
            const error = await make(name, world, given.value as unknown[]);
            if (error !== undefined) expectCoded(error, isOwn);
          }
          expect(world.tree.whichChildren().map(({ id }) => id)).toEqual(
            expect.arrayContaining(['db', 'sub']),
          );
          await world[Symbol.asyncDispose]();
          expect(world.tree.snapshot().phase).toBe('stopped');
        }),
        runs(30),
      ),
    ),
  LIMIT_MS,
);
