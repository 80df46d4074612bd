/** Scripts for fast-check, which shrinks those that fail; `randomScript` makes them. */
import * as fc from 'fast-check';
import {
  AUTO_SHUTDOWNS,
  DEADLINES,
  ON_STUCK,
  type ChildPlan,
  KINDS,
  MAX_AT,
  MAX_CHILDREN,
  MAX_DEPTH,
  MAX_RESTARTS,
  RESTARTS,
  SHUTDOWNS,
  STARTS,
  STOPS,
  STRATEGIES,
  type Script,
  VERBS,
  WINDOWS,
} from './script.js';

const childPlan = (depth: number): fc.Arbitrary<ChildPlan> =>
  fc.record({
    kind: fc.constantFrom(...KINDS),
    restart: fc.constantFrom(...RESTARTS),
    significant: fc.boolean(),
    shutdownMs: fc.constantFrom(...SHUTDOWNS),
    kill: fc.boolean(),
    onStuck: fc.constantFrom(...ON_STUCK),
    strategy: fc.constantFrom(...STRATEGIES),
    maxRestarts: fc.constantFrom(...MAX_RESTARTS),
    withinMs: fc.constantFrom(...WINDOWS),
    autoShutdown: fc.constantFrom(...AUTO_SHUTDOWNS),
    children:
      depth === 0
        ? (fc.array(fc.nat(), { maxLength: 0 }) as fc.Arbitrary<never[]>)
        : fc.array(childPlan(depth - 1), { maxLength: MAX_CHILDREN }),
  });

export const scripts: fc.Arbitrary<Script> = fc.record({
  root: childPlan(MAX_DEPTH),
  extras: fc.array(childPlan(1), { minLength: 1, maxLength: 2 }),
  moods: fc.array(fc.record({ start: fc.constantFrom(...STARTS), stop: fc.constantFrom(...STOPS) }), {
    minLength: 1,
    maxLength: 12,
  }),
  actions: fc.array(fc.record({ verb: fc.constantFrom(...VERBS), at: fc.nat(MAX_AT) }), { maxLength: 120 }),
  rest: fc.boolean(),
  deadlineMs: fc.constantFrom(...DEADLINES),
});
