/** What the engine's simulation runs: a tree of scripted children, and what is done to it. */
import * as fc from 'fast-check';
import type { ErrorClass } from '../../../src/model/give-up.js';
import { beyondPlan } from '../model/script-arbitrary.js';
import type { BeyondPlan } from '../model/script.js';
import {
  CLASSES,
  DEADLINES,
  MAX_RESTARTS,
  ON_STUCK,
  RESTARTS,
  STRATEGIES,
  AUTO_SHUTDOWNS,
} from '../model/script.js';
import { SLOWNESS } from '../model/slowness.js';

const STARTS = ['at once', 'slowly', 'throws', 'rejects', 'ignores', 'hangs', 'until abort'] as const;
const LIVES = ['stays', 'fails', 'ends', 'says why', 'fails in start', 'ends in start'] as const;
const STOPS = ['at once', 'slowly', 'hangs', 'throws', 'rejects', 'fails late'] as const;
const READY = ['at once', 'late', 'never'] as const;
const BEATS = ['always', 'once', 'never'] as const;
const DEFERS = ['none', 'throws', 'rejects', 'slow'] as const;
const SHUTDOWNS = [5, 0, 50, 5_000] as const;
const VERBS = [
  'advance',
  'turn',
  'poke',
  'startChild',
  'terminateChild',
  'restartChild',
  'deleteChild',
  'restartNow',
  'pause',
  'resume',
  'stop',
  // More often than others: much may come of it, and only if it falls into the right moment.
  'reconcile',
  'reconcile',
] as const;

/** What one incarnation does. */
export interface Part {
  readonly start: (typeof STARTS)[number];
  readonly life: (typeof LIVES)[number];
  readonly stop: (typeof STOPS)[number];
  readonly defer: (typeof DEFERS)[number];
  /** When it says that it is up, if its declaration waits for that. */
  readonly ready: (typeof READY)[number];
  /** How long it goes on to say that it is alive. */
  readonly beats: (typeof BEATS)[number];
  /** What its `classify` says of an error of this one. */
  readonly errorClass: ErrorClass;
  /** How long each of these takes, if it takes time. */
  readonly ms: number;
}

export interface LeafPlan {
  readonly kind: 'service' | 'task';
  readonly restart: (typeof RESTARTS)[number];
  readonly significant: boolean;
  readonly shutdownMs: number;
  readonly kill: boolean;
  readonly onStuck: (typeof ON_STUCK)[number];
  /** None: it is supervised as OTP does it. */
  readonly beyond: BeyondPlan | undefined;
  readonly awaitReady: boolean;
  /** The parts of its incarnations; the last one is played again and again. */
  readonly parts: readonly Part[];
}

export interface BranchPlan {
  readonly kind: 'supervisor' | 'dynamic';
  readonly restart: (typeof RESTARTS)[number];
  readonly shutdownMs: number;
  readonly strategy: (typeof STRATEGIES)[number];
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly autoShutdown: (typeof AUTO_SHUTDOWNS)[number];
  readonly beyond: BeyondPlan | undefined;
  /** The first leaf is the template of a dynamic supervisor. */
  readonly leaves: readonly LeafPlan[];
  readonly branches: readonly BranchPlan[];
}

export interface EngineAction {
  readonly verb: (typeof VERBS)[number];
  readonly at: number;
}

export interface EngineScript {
  readonly root: BranchPlan;
  readonly extra: LeafPlan;
  readonly actions: readonly EngineAction[];
  /** What delays are shortened by. */
  readonly seed: number;
  /** Let everything come to rest before the last stop? If not, it comes in the middle of things. */
  readonly rest: boolean;
  /** All has to be over so long after the last stop. */
  readonly deadlineMs: number;
  /** By how much all that takes time is slowed down. */
  readonly slowness: number;
}

/** The usual case comes first and often: a tree in which everything fails has no story. */
const mostly = <T>(usual: T, others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );

const part: fc.Arbitrary<Part> = fc.record({
  start: mostly<Part['start']>('at once', STARTS),
  life: mostly<Part['life']>('stays', LIVES),
  stop: mostly<Part['stop']>('at once', STOPS),
  defer: mostly<Part['defer']>('none', DEFERS),
  ready: mostly<Part['ready']>('at once', READY),
  beats: mostly<Part['beats']>('always', BEATS),
  errorClass: mostly<ErrorClass>('transient', CLASSES),
  ms: fc.constantFrom(0, 1, 10, 60),
});

const plain = fc.constant(undefined);

const leaf = (beyond: fc.Arbitrary<BeyondPlan | undefined>): fc.Arbitrary<LeafPlan> =>
  fc.record({
    kind: fc.constantFrom('service', 'task'),
    restart: fc.constantFrom(...RESTARTS),
    significant: mostly(false, [true]),
    shutdownMs: fc.constantFrom(...SHUTDOWNS),
    kill: fc.boolean(),
    onStuck: mostly<LeafPlan['onStuck']>('abandon', ON_STUCK),
    beyond,
    awaitReady: beyond === plain ? fc.constant(false) : mostly(false, [true]),
    parts: fc.array(part, { minLength: 1, maxLength: 4 }),
  });

const branch = (depth: number, beyond: fc.Arbitrary<BeyondPlan | undefined>): fc.Arbitrary<BranchPlan> =>
  fc.record({
    kind: mostly<BranchPlan['kind']>('supervisor', ['dynamic']),
    restart: fc.constantFrom(...RESTARTS),
    shutdownMs: fc.constantFrom(Infinity, 30, 0),
    strategy: fc.constantFrom(...STRATEGIES),
    maxRestarts: fc.constantFrom(...MAX_RESTARTS),
    withinMs: fc.constantFrom(1, 50, 5_000),
    autoShutdown: mostly<BranchPlan['autoShutdown']>('never', AUTO_SHUTDOWNS),
    beyond,
    leaves: fc.array(leaf(beyond), { maxLength: 3 }),
    branches:
      depth === 0
        ? (fc.constant([]) as fc.Arbitrary<BranchPlan[]>)
        : fc.array(branch(depth - 1, beyond), { maxLength: 2 }),
  });

const scripts = (beyond: fc.Arbitrary<BeyondPlan | undefined>): fc.Arbitrary<EngineScript> =>
  fc.record({
    root: branch(2, beyond),
    extra: leaf(beyond),
    actions: fc.array(fc.record({ verb: fc.constantFrom(...VERBS), at: fc.nat(15) }), { maxLength: 15 }),
    seed: fc.nat(),
    rest: fc.boolean(),
    deadlineMs: fc.constantFrom(...DEADLINES),
    slowness: mostly<number>(1, SLOWNESS),
  });

/** Many trees have no policies but OTP's. */
export const engineScripts: fc.Arbitrary<EngineScript> = fc.oneof(
  { weight: 2, arbitrary: scripts(plain) },
  { weight: 3, arbitrary: scripts(fc.option(beyondPlan, { nil: undefined })) },
);

const BATCH = 20;

/** Always the same ones for a seed, however many are taken. */
export function* engineScriptsOf(seed: number): Generator<EngineScript, never> {
  for (let batch = 0; ; batch++) {
    yield* fc.sample(engineScripts, { seed: (seed + batch * 0x9e3779b1) | 0, numRuns: BATCH });
  }
}
