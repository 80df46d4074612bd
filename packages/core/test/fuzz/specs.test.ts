/**
 * Declarations with something wrong in them: refused where they stand with a coded error, or else a tree that starts, or
 * fails to, and that can be stopped, with nothing left.
 */
import fc from 'fast-check';
import {
  type Context,
  SimulatedClock,
  type SupervisorTree,
  dynamicSupervisor,
  explainPolicy,
  partitionSupervisor,
  pool,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { expectCoded, isOwn, outcomeOf, peacefully, settled } from './judge.js';
import { type Mutation, mutated, mutations } from './mutate.js';
import { LIMIT_MS, runs } from './settings.js';

const start = ({ signal }: Context): string => String(signal.aborted);
const run = ({ sleep }: Context): Promise<void> => sleep(1e9);
const backoff = { minMs: 100, maxMs: 10_000, factor: 2, jitter: 0.5, resetAfterMs: 60_000 };

const ALL = {
  restart: 'permanent',
  significant: false,
  shutdownMs: 1_000,
  onStuck: 'abandon',
  required: true,
};
const WORKER = {
  ...ALL,
  backoff,
  maxRestarts: 5,
  withinMs: 60_000,
  classify: () => 'transient',
  giveUp: 'park',
  reviveAfterMs: 1_000,
  boot: 'retry',
  startTimeoutMs: 500,
  replace: 'stop-then-start',
  revision: 1,
  staleAfterMs: 1e6,
  maxRunMs: 1e6,
};
const SERVICE = { kind: 'service', id: 'a', start, stop: () => {}, kill: () => {}, ...WORKER };
const TASK = { kind: 'task', id: 'b', run, bindsTo: ['a'], awaitReady: false, ...WORKER };
const LIMITS = { maxRestarts: 3, withinMs: 5_000, autoShutdown: 'never', childBackoff: backoff };
const PLAIN = { kind: 'service', id: 'a', start };
const NESTED = { kind: 'supervisor', id: 'sub', strategy: 'one-for-all', ...LIMITS, children: [PLAIN] };
const DYNAMIC = { kind: 'dynamic-supervisor', id: 'dyn', ...LIMITS, maxChildren: 3, child: PLAIN };

type Declare = (options: never) => object;

/** Valid options of each way to declare something, and what declares it. */
const KINDS: readonly (readonly [string, Declare, object])[] = [
  ['service', service, SERVICE],
  ['task', task, { ...TASK, bindsTo: undefined }],
  [
    'supervisor',
    supervisor,
    {
      id: 'root',
      strategy: 'rest-for-one',
      ...LIMITS,
      startOrder: 'sequential',
      children: [SERVICE, TASK, NESTED, DYNAMIC],
    },
  ],
  ['dynamicSupervisor', dynamicSupervisor, DYNAMIC],
  [
    'taskSupervisor',
    taskSupervisor,
    {
      id: 'tasks',
      maxChildren: 5,
      task: {
        id: 't',
        restart: 'transient',
        backoff,
        maxRestarts: 2,
        withinMs: 1e6,
        giveUp: 'remove',
        maxRunMs: 1e6,
      },
    },
  ],
  [
    'partitionSupervisor',
    partitionSupervisor,
    {
      id: 'parts',
      partitions: 3,
      strategy: 'one-for-one',
      ...LIMITS,
      child: (n: number) => ({ ...PLAIN, id: `p${n}` }),
    },
  ],
  ['registry', registry, { id: 'names', keys: 'unique', ...ALL }],
  [
    'pool',
    pool,
    {
      id: 'pool',
      size: 2,
      maxOverflow: 1,
      lazy: false,
      ...LIMITS_OF_POOL(),
      child: service({ id: 'r', start }),
    },
  ],
];

function LIMITS_OF_POOL(): object {
  const { maxRestarts, withinMs, childBackoff } = LIMITS;
  return { maxRestarts, withinMs, childBackoff };
}

test.each(KINDS)('the options of %s that are mutated here are right', (_, declare, options) => {
  expect(declare(options as never)).toBeInstanceOf(Object);
});

test.each(KINDS)(
  'options of %s with mistakes: coded, or a tree that can be stopped',
  (_, declare, options) =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(), (changes) => declareAndRun(declare, options, changes)),
        runs(150),
      ),
    ),
  LIMIT_MS,
);

async function declareAndRun(declare: Declare, options: object, changes: readonly Mutation[]): Promise<void> {
  const declared = outcomeOf(() => declare(mutated(options, changes) as never));
  // `child` of partitions may be a function, which is called here.
  if (declared.isError)
    return expectCoded(declared.error, declare === (partitionSupervisor as Declare) ? isOwn : undefined);
  const spec = declared.value as { id: string; restart: string; kind: string };
  expect(typeof explainPolicy(spec as never)).toBe('string');
  const above = { children: [spec as never], maxRestarts: 2, childBackoff: { minMs: 10, maxMs: 1_000 } };
  const root = outcomeOf(() => supervisor({ id: 'above', autoShutdown: 'any-significant', ...above }));
  if (root.isError) return expectCoded(root.error);
  await startAndStop(root.value as ReturnType<typeof supervisor>);
}

/** It starts or not; then it is stopped, and nothing is left; and a second time. */
async function startAndStop(root: { handle(options: object): SupervisorTree }): Promise<void> {
  const clock = new SimulatedClock();
  const tree = root.handle({ clock });
  const ended = tree.whenStopped();
  ended.catch(() => {});
  for (let round = 0; round < 2; round++) {
    const starting = tree.start();
    starting.catch(() => {});
    await clock.advance(3_000);
    JSON.stringify(tree.snapshot());
    const stopped = await settled(clock, tree.stop({ shutdownMs: 500 }));
    expect(stopped.isError).toBe(false);
    const started = await settled(clock, starting);
    if (started.isError) expectCoded(started.error);
    expect(tree.whichChildren().map(({ status }) => status)).toEqual(
      tree.whichChildren().map(() => 'stopped'),
    );
  }
  expect(clock.pendingTimers).toBe(0);
}
