/** A script of the model's simulation: a tree, how its children behave, and what happens to it. */
import type { Random } from '../../../src/engine/random.js';
import type { Backoff } from '../../../src/model/backoff.js';
import type { Boot, ErrorClass, GiveUp, StartOrder } from '../../../src/model/give-up.js';
import type { ChildKind, Limit, OnStuck } from '../../../src/model/policy.js';
import type { AutoShutdown, RestartType } from '../../../src/model/restart-table.js';
import type { Strategy } from '../../../src/model/strategy.js';
import { SLOWNESS } from './slowness.js';

export const KINDS = ['task', 'service', 'supervisor', 'dynamic-supervisor'] as const;
export const RESTARTS = ['permanent', 'transient', 'temporary'] as const;
export const SHUTDOWNS = [0, 5, 50, Infinity] as const;
export const ON_STUCK = ['abandon', 'wait', 'exit'] as const;
/** For the last stop; Infinity: without a deadline. */
export const DEADLINES = [Infinity, 0, 7, 60, 300] as const;
export const STRATEGIES = ['one-for-one', 'one-for-all', 'rest-for-one'] as const;
export const MAX_RESTARTS = [0, 1, 2, 3, 9, Infinity] as const;
export const WINDOWS = [1, 10, 60, 1_000] as const;
export const AUTO_SHUTDOWNS = ['never', 'any-significant', 'all-significant'] as const;
export const BACKOFFS: readonly Backoff[] = [
  { minMs: 1, maxMs: 40, factor: 2, jitter: 0, resetAfterMs: 40 },
  { minMs: 4, maxMs: 40, factor: 3, jitter: 0.5, resetAfterMs: 11 },
  { minMs: 10, maxMs: 10, factor: 1, jitter: 1, resetAfterMs: 200 },
  { minMs: 3, maxMs: 60, factor: 1.5, jitter: 0.2, resetAfterMs: 1 },
];
export const OWN_LIMITS: readonly Limit[] = [0, 1, 2, 4, Infinity].flatMap((maxRestarts) =>
  [10, 60, 1_000].map((withinMs) => ({ maxRestarts, withinMs })),
);
export const GIVE_UPS = ['escalate', 'park', 'keep-trying', 'exit', 'remove'] as const;
export const MAX_CHILDREN_AT_ONCE = [1, 2, 3] as const;
export const REVIVALS = [3, 30] as const;
export const BOOTS = ['fail', 'retry', 'degraded'] as const;
export const START_TIMEOUTS = [2, 20] as const;
export const STALE_AFTERS = [4, 30] as const;
export const RUN_LIMITS = [9, 120] as const;
export const START_ORDERS = ['sequential', 'parallel'] as const;
export const CLASSES = ['transient', 'permanent', 'fatal'] as const;
export const CHANCES = [0, 0.3, 0.7, 0.999] as const;
export const SLICES = [64, 1, 2] as const;
/** The bits of a mask say which of the siblings before it a child is bound to. */
export const MAX_MASK = 15;
export const STARTS = ['at once', 'slowly', 'fails', 'is ignored'] as const;
export const STOPS = ['at once', 'slowly'] as const;

/** What is declared beyond OTP; see `mend` in policies.ts for what validation would refuse. */
export interface BeyondPlan {
  readonly backoff: Backoff | undefined;
  readonly limit: Limit | undefined;
  readonly giveUp: GiveUp;
  readonly reviveAfterMs: number | undefined;
  readonly boot: Boot;
  readonly startTimeoutMs: number | undefined;
  readonly staleAfterMs: number | undefined;
  readonly maxRunMs: number | undefined;
  readonly classifies: boolean;
  readonly bondsMask: number;
  /** Of a supervisor. */
  readonly childBackoff: Backoff | undefined;
  readonly maxChildren: number | undefined;
  readonly startOrder: StartOrder;
}

/** A child as it is declared; what has no meaning for its kind is not looked at. */
export interface ChildPlan {
  readonly kind: ChildKind;
  readonly restart: RestartType;
  readonly significant: boolean;
  readonly shutdownMs: number;
  readonly kill: boolean;
  /** A task that says itself when it is up; another is so as soon as it is called. */
  readonly awaitReady: boolean;
  readonly onStuck: OnStuck;
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly autoShutdown: AutoShutdown;
  /** None: it is supervised as OTP does it. */
  readonly beyond: BeyondPlan | undefined;
  /** The first is the template of a dynamic supervisor. */
  readonly children: readonly ChildPlan[];
}

/** How one incarnation takes its start and its stop; slow ones wait for an action. */
export interface Mood {
  readonly start: (typeof STARTS)[number];
  readonly stop: (typeof STOPS)[number];
  /** What the `classify` of its declaration says of the error it ends with. */
  readonly errorClass: ErrorClass;
}

/** What happens; `at` chooses among those to whom it can happen. */
export interface Action {
  readonly verb: Verb;
  readonly at: number;
}

export interface Script {
  readonly root: ChildPlan;
  /** Children that are added at run time. */
  readonly extras: readonly ChildPlan[];
  /** The moods of the incarnations in the order of their starts, over and over. */
  readonly moods: readonly Mood[];
  readonly actions: readonly Action[];
  /** Let everything come to rest before the last stop? If not, it comes in the middle of things. */
  readonly rest: boolean;
  /** What the supervisors get where they ask for chance, over and over. */
  readonly chances: readonly number[];
  /** All has to be over so long after the last stop. */
  readonly deadlineMs: number;
  /** By how much all that takes time is slowed down. */
  readonly slowness: number;
  /** So many children are started, or stopped, in one step where that is done at once. */
  readonly slice: number;
}

/** How often each verb stands in the list is how often it is chosen. */
const OTP_WEIGHTS = {
  /** One message that is on its way arrives. */
  deliver: 6,
  /** All messages that are on their way arrive, those that they bring about as well. */
  flush: 5,
  /** A slow start answers. */
  answer: 5,
  /** A child that is up ends by itself. */
  exit: 7,
  /** A child that is up, or starting, begins to end by itself, and cleans up. */
  ending: 2,
  /** A child that is on its way out is gone. */
  gone: 5,
  /** The next timer is due. */
  tick: 6,
  /** Some time goes by, but not until the next timer. */
  wait: 2,
  'start-child': 2,
  'start-known': 1,
  'terminate-child': 3,
  'restart-child': 2,
  'delete-child': 1,
  /** A user stops a supervisor; mostly not the root. */
  stop: 1,
  kill: 1,
  /** Something arrives from an incarnation that is long gone. */
  late: 3,
} as const;

/** And these, in a tree with policies beyond OTP's. */
const BEYOND_WEIGHTS = {
  ...OTP_WEIGHTS,
  'restart-now': 2,
  pause: 2,
  resume: 2,
  /** One that lives says that it does. */
  beat: 3,
  /** One that lives says that it waits for something, and may take any time. */
  idle: 1,
} as const;

export type Verb = keyof typeof BEYOND_WEIGHTS;
export const VERBS = Object.keys(BEYOND_WEIGHTS) as Verb[];
const weighted = (weights: Partial<Record<Verb, number>>): Verb[] =>
  VERBS.flatMap((verb) => new Array<Verb>(weights[verb] ?? 0).fill(verb));
const OTP_VERBS = weighted(OTP_WEIGHTS);
const BEYOND_VERBS = weighted(BEYOND_WEIGHTS);

export const MAX_AT = 15;
export const MAX_DEPTH = 3;
export const MAX_CHILDREN = 4;
/** So many trees have no policies but OTP's. */
const PLAIN = 0.4;

/** A script by chance. The same as script-arbitrary.ts gives, but a hundred times as fast. */
export function randomScript(random: Random): Script {
  const below = (n: number): number => Math.floor(random() * n);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const isPlain = random() < PLAIN;
  const now = <T>(share: number, list: readonly T[]): T | undefined =>
    random() < share ? oneOf(list) : undefined;
  const beyond = (): BeyondPlan => ({
    backoff: now(0.5, BACKOFFS),
    limit: now(0.4, OWN_LIMITS),
    giveUp: oneOf(GIVE_UPS),
    reviveAfterMs: now(0.5, REVIVALS),
    boot: oneOf(BOOTS),
    startTimeoutMs: now(0.2, START_TIMEOUTS),
    staleAfterMs: now(0.2, STALE_AFTERS),
    maxRunMs: now(0.15, RUN_LIMITS),
    classifies: random() < 0.3,
    bondsMask: random() < 0.5 ? 0 : below(MAX_MASK + 1),
    childBackoff: now(0.3, BACKOFFS),
    maxChildren: now(0.3, MAX_CHILDREN_AT_ONCE),
    startOrder: random() < 0.6 ? 'sequential' : 'parallel',
  });
  const child = (depth: number, isRoot: boolean): ChildPlan => {
    const kind = isRoot
      ? random() < 0.8
        ? 'supervisor'
        : 'dynamic-supervisor'
      : depth > 0 && random() < 0.3
        ? oneOf(KINDS)
        : oneOf(['task', 'service'] as const);
    const count = kind === 'supervisor' ? below(MAX_CHILDREN + 1) : kind === 'dynamic-supervisor' ? 1 : 0;
    return {
      kind,
      restart: oneOf(RESTARTS),
      significant: random() < 0.3,
      shutdownMs: oneOf(SHUTDOWNS),
      kill: random() < 0.3,
      awaitReady: random() < 0.5,
      onStuck: random() < 0.6 ? 'abandon' : oneOf(ON_STUCK),
      strategy: oneOf(STRATEGIES),
      maxRestarts: oneOf(MAX_RESTARTS),
      withinMs: oneOf(WINDOWS),
      autoShutdown: random() < 0.6 ? 'never' : oneOf(AUTO_SHUTDOWNS),
      beyond: isPlain || random() < 0.2 ? undefined : beyond(),
      children: Array.from({ length: count }, () => child(depth - 1, false)),
    };
  };
  const mood = (): Mood => ({
    start: random() < 0.6 ? 'at once' : oneOf(STARTS),
    stop: oneOf(STOPS),
    errorClass: random() < 0.7 ? 'transient' : oneOf(CLASSES),
  });
  const verbs = isPlain ? OTP_VERBS : BEYOND_VERBS;
  return {
    root: child(MAX_DEPTH, true),
    extras: [child(0, false), child(1, false)],
    moods: Array.from({ length: 1 + below(12) }, mood),
    actions: Array.from({ length: below(120) }, () => ({ verb: oneOf(verbs), at: below(MAX_AT + 1) })),
    rest: random() < 0.5,
    chances: Array.from({ length: 1 + below(4) }, () => oneOf(CHANCES)),
    deadlineMs: random() < 0.5 ? Infinity : oneOf(DEADLINES),
    slowness: random() < 0.7 ? 1 : oneOf(SLOWNESS),
    slice: oneOf(SLICES),
  };
}
