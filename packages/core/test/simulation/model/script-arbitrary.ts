/** Scripts for fast-check, which shrinks those that fail; `randomScript` makes them. */
import * as fc from 'fast-check';
import {
  AUTO_SHUTDOWNS,
  BACKOFFS,
  BOOTS,
  type BeyondPlan,
  CHANCES,
  CLASSES,
  type ChildPlan,
  DEADLINES,
  GIVE_UPS,
  KINDS,
  MAX_AT,
  MAX_CHILDREN,
  MAX_CHILDREN_AT_ONCE,
  MAX_DEPTH,
  MAX_MASK,
  MAX_RESTARTS,
  ON_STUCK,
  OWN_LIMITS,
  RESTARTS,
  REVIVALS,
  RUN_LIMITS,
  SHUTDOWNS,
  SLICES,
  STALE_AFTERS,
  STARTS,
  START_ORDERS,
  START_TIMEOUTS,
  STOPS,
  STRATEGIES,
  type Script,
  VERBS,
  WINDOWS,
} from './script.js';
import { SLOWNESS } from './slowness.js';

/** Shrinks to nothing. */
const perhaps = <T>(list: readonly T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...list), { nil: undefined });

export const beyondPlan: fc.Arbitrary<BeyondPlan> = fc.record({
  backoff: perhaps(BACKOFFS),
  limit: perhaps(OWN_LIMITS),
  giveUp: fc.constantFrom(...GIVE_UPS),
  reviveAfterMs: perhaps(REVIVALS),
  boot: fc.constantFrom(...BOOTS),
  startTimeoutMs: perhaps(START_TIMEOUTS),
  staleAfterMs: perhaps(STALE_AFTERS),
  maxRunMs: perhaps(RUN_LIMITS),
  classifies: fc.boolean(),
  bondsMask: fc.nat(MAX_MASK),
  childBackoff: perhaps(BACKOFFS),
  maxChildren: perhaps(MAX_CHILDREN_AT_ONCE),
  startOrder: fc.constantFrom(...START_ORDERS),
});

const mood = fc.record({
  start: fc.constantFrom(...STARTS),
  stop: fc.constantFrom(...STOPS),
  errorClass: fc.constantFrom(...CLASSES),
});

const childPlan = (depth: number): fc.Arbitrary<ChildPlan> =>
  fc.record({
    kind: fc.constantFrom(...KINDS),
    restart: fc.constantFrom(...RESTARTS),
    significant: fc.boolean(),
    shutdownMs: fc.constantFrom(...SHUTDOWNS),
    kill: fc.boolean(),
    awaitReady: fc.boolean(),
    onStuck: fc.constantFrom(...ON_STUCK),
    strategy: fc.constantFrom(...STRATEGIES),
    maxRestarts: fc.constantFrom(...MAX_RESTARTS),
    withinMs: fc.constantFrom(...WINDOWS),
    autoShutdown: fc.constantFrom(...AUTO_SHUTDOWNS),
    beyond: fc.option(beyondPlan, { nil: undefined }),
    children:
      depth === 0
        ? (fc.array(fc.nat(), { maxLength: 0 }) as fc.Arbitrary<never[]>)
        : fc.array(childPlan(depth - 1), { maxLength: MAX_CHILDREN }),
  });

export const scripts: fc.Arbitrary<Script> = fc.record({
  root: childPlan(MAX_DEPTH),
  extras: fc.array(childPlan(1), { minLength: 1, maxLength: 2 }),
  moods: fc.array(mood, { minLength: 1, maxLength: 12 }),
  actions: fc.array(fc.record({ verb: fc.constantFrom(...VERBS), at: fc.nat(MAX_AT) }), { maxLength: 120 }),
  rest: fc.boolean(),
  chances: fc.array(fc.constantFrom(...CHANCES), { minLength: 1, maxLength: 4 }),
  deadlineMs: fc.constantFrom(...DEADLINES),
  slowness: fc.constantFrom(...SLOWNESS),
  slice: fc.constantFrom(...SLICES),
});
