/**
 * Clocks, chance, loggers and event sinks of the user's that do not do as they should. What is promised then is in
 * docs/decisions/0010-broken-ports.md: the tree goes on, can be read and stopped, and tells once of each way.
 */
import fc from 'fast-check';
import {
  type Clock,
  type Context,
  SimulatedClock,
  type SupervisionEvent,
  type SupervisorTree,
  type TreeOptions,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { GuardedClock } from '../../src/engine/guarded-clock.js';
import { type ClockFaults, brokenClock, clockFaults } from './broken-clock.js';
import { anyHostile } from './hostile.js';
import { type Outcome, type Time, expectCoded, outcomeOf, peacefully, settled } from './judge.js';
import { mutated, mutations } from './mutate.js';
import { LIMIT_MS, runs } from './settings.js';
import { expectSound, newWorld } from './world.js';

/** All but `setTimeout`: the timers of the platform stand still as well, or the test would wait for real time. */
const REAL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
];

beforeEach(() => void jest.useFakeTimers({ doNotFake: REAL as never }));
afterEach(() => void jest.useRealTimers());

/** Both go on: the simulated clock, and what stands in for it. */
const bothClocks = (sim: SimulatedClock): Time => ({
  advance: async (ms) => {
    await sim.advance(ms);
    await jest.advanceTimersByTimeAsync(ms);
    await sim.advance(0);
  },
});

const nothing = (): void => {};
const never = (): Promise<void> => new Promise(() => {});

/** One of everything that waits for time. */
const restless = () => [
  service({ id: 'good', start: () => 1 }),
  task({
    id: 'sleeper',
    run: ({ sleep }) => sleep(50),
    restart: 'permanent',
    maxRestarts: 1_000,
    withinMs: 10,
  }),
  task({
    id: 'crasher',
    run: async ({ sleep }) => {
      await sleep(5);
      throw new Error('again');
    },
    backoff: { minMs: 1, maxMs: 20, jitter: 1 },
    giveUp: 'keep-trying',
    maxRestarts: 3,
    withinMs: 1_000,
  }),
  task({ id: 'stale', run: never, staleAfterMs: 20, backoff: { minMs: 1, maxMs: 20 }, shutdownMs: 5 }),
  service({
    id: 'slow',
    start: never,
    startTimeoutMs: 10,
    backoff: { minMs: 1, maxMs: 20 },
    boot: 'retry',
    shutdownMs: 5,
  }),
  service({ id: 'hung', start: () => 1, stop: never, shutdownMs: 10 }),
  service({
    id: 'waits',
    start: async ({ whenReady }: Context) =>
      whenReady(UNSEEN, { timeoutMs: 10 }).then(
        () => {},
        () => {},
      ),
  }),
  dynamicSupervisor({ id: 'dyn', child: task({ id: 'd', run: ({ sleep }: Context) => sleep(5) }) }),
  UNSEEN,
];
const UNSEEN = service({
  id: 'unseen',
  start: never,
  shutdownMs: 0,
  boot: 'retry',
  backoff: { minMs: 5, maxMs: 5 },
  startTimeoutMs: 40,
});

interface Told {
  readonly events: SupervisionEvent[];
  readonly tree: SupervisorTree;
}

function treeOn(options: TreeOptions, children = restless()): Told {
  const tree = supervisor({ id: 'root', maxRestarts: 1_000, withinMs: 1_000, children }).handle(options);
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => events.push(event));
  tree.whenStopped().catch(() => {});
  return { tree, events };
}

const warnings = (events: readonly SupervisionEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'supervisor:warning' && event.code === 'COPPICE_PORT_MISBEHAVES' ? [event.message] : [],
  );

/** Events are in order, their times are times and never go back, and no trouble is told twice. */
function expectOrderly(events: readonly SupervisionEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const times = events.map(({ at }) => at);
  expect(times.filter((at) => !Number.isFinite(at))).toEqual([]);
  expect(times.every((at, index) => index === 0 || at >= (times[index - 1] as number))).toBe(true);
  const whats = warnings(events).map((message) => /misbehaves: (\S+)/.exec(message)?.[1]);
  expect(whats).toEqual([...new Set(whats)]);
}

/** It starts or not, goes on, can be read, and is stopped: twice. */
async function liveAndStop({ tree, events }: Told, time: Time): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const starting = tree.start();
    starting.catch(() => {});
    await time.advance(30);
    const snapshot = tree.snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(typeof tree.explain()).toBe('string');
    await settled(time, tree.startChild(service({ id: `late${round}`, start: () => 1 }))).then(judge);
    await time.advance(100);
    judge(await settled(time, tree.stop({ shutdownMs: 50 })));
    judge(await settled(time, starting));
    expect(tree.whichChildren().map(({ status }) => status)).toEqual(
      tree.whichChildren().map(() => 'stopped'),
    );
  }
  expectOrderly(events);
  expect(jest.getTimerCount()).toBe(0);
}

const judge = ({ isError, error }: Outcome): void => (isError ? expectCoded(error) : undefined);

test(
  'a clock that jumps, lies, throws, calls at once, twice or after it was told not to',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(clockFaults, async (faults) => {
          const sim = new SimulatedClock();
          await liveAndStop(treeOn({ clock: brokenClock(sim, faults) }), bothClocks(sim));
        }),
        runs(60),
      ),
    ),
  LIMIT_MS,
);

const RIGHT: ClockFaults = {
  now: ['right'],
  set: ['right'],
  clear: ['right'],
  value: { name: 'NaN', make: () => NaN },
  jumpMs: 1_000,
};

test.each<[string, Partial<ClockFaults>, readonly string[]]>([
  ['that is right', {}, []],
  ['that goes back', { now: ['right', 'right', 'back'] }, ['now() has gone back']],
  ['that says NaN', { now: ['right', 'hostile'] }, ['now() has said NaN']],
  ['that says nothing but NaN', { now: ['hostile'] }, ['now() has said NaN']],
  ['that throws', { now: ['throws'] }, ['now() has thrown: now']],
  ['whose timers call at once', { set: ['at once'] }, ['setTimer has called back before it returned']],
  ['that sets no timers', { set: ['throws'] }, ['setTimer has thrown: setTimer']],
  ['whose timers call twice', { set: ['twice'] }, []],
  ['that takes no timers back', { clear: ['throws'] }, ['clearTimer has thrown: clearTimer']],
])('a clock %s: what is told of it, once', (_, faults, expected) =>
  peacefully(async () => {
    const sim = new SimulatedClock(1_000_000);
    const told = treeOn({ clock: brokenClock(sim, { ...RIGHT, ...faults }) });
    await liveAndStop(told, bothClocks(sim));
    const said = warnings(told.events).map((text) => /misbehaves: (.*?);/.exec(text)?.[1]);
    expect(said).toEqual(expected);
    // Whatever the clock says: who has failed was started again, and who hung was not waited for.
    const types = new Set(told.events.map(({ type }) => type));
    for (const type of ['child:restarting', 'child:timed-out', 'child:abandoned'] as const)
      expect(types).toContain(type);
  }),
);

test('a clock that was set back once: its time goes on from where it was', async () => {
  const sim = new SimulatedClock(10_000_000);
  let setBack = 0;
  const clock: Clock = {
    now: () => sim.now() - setBack,
    setTimer: (callback, ms) => sim.setTimer(callback, ms),
    clearTimer: (timer) => sim.clearTimer(timer),
  };
  const flaky = task({
    id: 'flaky',
    run: async ({ sleep }: Context) => {
      await sleep(400);
      throw new Error('again');
    },
    maxRestarts: 3,
    withinMs: 1_000,
  });
  const { tree, events } = treeOn({ clock }, [flaky]);
  await tree.start();
  const [{ at: startedAt }] = events as [SupervisionEvent];
  setBack = 3_600_000;
  await sim.advance(4_000);
  // Were it to stand still for an hour, four restarts would be too many. (What went by since it was last asked is lost.)
  expect(tree.whichChildren()).toMatchObject([{ status: 'running', incarnation: 11 }]);
  expect(events.at(-1)?.at).toBe(startedAt + 3_600);
  await tree.stop();
  expectOrderly(events);
});

test('a timer calls once, and not when it was taken back', () => {
  const callbacks: (() => void)[] = [];
  const clock = new GuardedClock(
    { now: () => 0, setTimer: (callback) => callbacks.push(callback), clearTimer: nothing },
    nothing,
  );
  let calls = 0;
  const timers = [1, 2].map(() => clock.setTimer(() => calls++, 5));
  clock.clearTimer(timers[1]);
  for (const callback of [...callbacks, ...callbacks]) callback();
  expect(calls).toBe(1);
  for (const odd of [undefined, null, 7, {}]) clock.clearTimer(odd);
});

test.each([NaN, -1, 1, 2, Infinity, '0.5', null, 0.5])('chance that says %p', async (said) => {
  const sim = new SimulatedClock();
  const told = treeOn({ clock: sim, random: () => said as number });
  await liveAndStop(told, bothClocks(sim));
  const delays = told.events.flatMap((event) => (event.type === 'child:backing-off' ? [event.delayMs] : []));
  expect(delays.filter((delay) => !(delay >= 0 && delay <= 20))).toEqual([]);
  expect(warnings(told.events)).toHaveLength(said === 0.5 ? 0 : 1);
});

test('a logger whose promises are rejected', () =>
  peacefully(async () => {
    const late = () => Promise.reject(new Error('the transport has died')) as unknown as void;
    const logger = { debug: late, info: late, warn: late, error: late };
    const talker = service({ id: 'talker', start: ({ log }) => log.info('a line') });
    const { tree, events } = treeOn({ clock: new SimulatedClock(), logger }, [talker]);
    await tree.start();
    await new Promise(setImmediate);
    expect(warnings(events)).toEqual([
      "the logger of 'root' misbehaves: a method has thrown: the transport has died; what was to be logged is lost",
    ]);
    await tree.stop();
  }));

test('a clock whose timers never come: nothing that waits for time happens, all else does', () =>
  peacefully(async () => {
    const sim = new SimulatedClock();
    const clock = brokenClock(sim, { ...RIGHT, set: ['never'] });
    const children = [
      service({ id: 'a', start: () => 1 }),
      task({ id: 'b', run: ({ sleep }) => sleep(5) }),
      task({ id: 'c', run: () => Promise.reject(new Error('c')), restart: 'temporary' }),
    ];
    const { tree, events } = treeOn({ clock }, children);
    await settled(sim, tree.start());
    expect(tree.whichChildren().map(({ status }) => status)).toEqual(['running', 'running']);
    const { isError } = await settled(sim, tree.stop({ shutdownMs: 50 }));
    expect(isError).toBe(false);
    expect(tree.snapshot().phase).toBe('stopped');
    expect(warnings(events)).toEqual([]);
  }));

test(
  'chance that is none: delays stay between their limits',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(anyHostile, { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          async (values, throws) => {
            let turn = 0;
            const random = (): number => {
              const value = (values[turn++ % values.length] as (typeof values)[number]).make();
              if (throws) throw value;
              return value as number;
            };
            const sim = new SimulatedClock();
            const told = treeOn({ clock: sim, random });
            await liveAndStop(told, bothClocks(sim));
            const delays = told.events.flatMap((event) =>
              event.type === 'child:backing-off' ? [event.delayMs] : [],
            );
            expect(delays.length).toBeGreaterThan(0);
            for (const delay of delays) {
              expect(delay).toBeGreaterThanOrEqual(0);
              expect(delay).toBeLessThanOrEqual(20);
            }
            if (throws) expect(warnings(told.events)).toHaveLength(1);
          },
        ),
        runs(30),
      ),
    ),
  LIMIT_MS,
);

const lines = { debug: nothing, info: nothing, warn: nothing, error: nothing };

test(
  'a logger that throws, has none of its methods, or has no child: nobody crashes over a line in a log',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(3), mutations(3), fc.boolean(), async (own, ofChild, canHaveChildren) => {
          const child = (): unknown => mutated({ ...lines, child: () => lines }, ofChild);
          const logger = mutated({ ...lines, ...(canHaveChildren && { child }) }, own);
          let logged = 0;
          const talker = service({
            id: 'talker',
            start: ({ log }) => {
              for (const level of ['debug', 'info', 'warn', 'error'] as const) {
                log[level]('a line');
                log[level]({ a: 1 }, 'with fields');
                log.child({ b: 2 })[level]({ err: new Error('c') }, 'of a child');
                logged++;
              }
            },
          });
          const made = outcomeOf(() =>
            treeOn({ clock: new SimulatedClock(), logger: logger as never }, [talker]),
          );
          if (made.isError) return expectCoded(made.error);
          const { tree, events } = made.value as Told;
          await tree.start();
          expect(logged).toBe(4);
          await tree.stop();
          expect(events.filter(({ type }) => type === 'child:crashed')).toEqual([]);
          expectOrderly(events);
        }),
        runs(300),
      ),
    ),
  LIMIT_MS,
);

test(
  'an event sink that throws, is deaf, lies, or gives commands',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(
          mutations(2),
          fc.array(fc.constantFrom('take', 'throw', 'reject', 'stop', 'start', 'add'), {
            minLength: 1,
            maxLength: 6,
          }),
          async (changes, acts) => {
            let turn = 0;
            const isQuiet = (): boolean => turn > 200;
            const publish = (): unknown => {
              const { tree } = world;
              switch (isQuiet() ? 'take' : acts[turn++ % acts.length]) {
                case 'throw':
                  throw Object.create(null);
                case 'reject':
                  return Promise.reject(new Error('later'));
                case 'stop':
                  return void tree.stop({ shutdownMs: 5 }).catch(nothing);
                case 'start':
                  return void tree.start().catch(nothing);
                case 'add':
                  return void tree.startChild(service({ id: `n${turn}`, start: () => 1 })).catch(expectCoded);
                default:
                  return undefined;
              }
            };
            const eventSink = mutated({ isHeard: true, publish }, changes) as never;
            const made = outcomeOf(() => newWorld({ eventSink }));
            if (made.isError) return expectCoded(made.error);
            const world = made.value as ReturnType<typeof newWorld>;
            await settled(world.clock, world.tree.start()).then(judge);
            // Whatever it did has to come to rest before the tree is judged.
            turn = Infinity;
            await settled(world.clock, world.tree.stop({ shutdownMs: 100 }));
            await settled(world.clock, world.tree.start());
            await expectSound(world);
          },
        ),
        runs(100),
      ),
    ),
  LIMIT_MS,
);
