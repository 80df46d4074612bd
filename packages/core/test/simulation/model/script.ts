/** A script of the model's simulation: a tree, how its children behave, and what happens to it. */
import type { Random } from '../../../src/engine/random.js';
import type { ChildKind, OnStuck } from '../../../src/model/policy.js';
import type { AutoShutdown, RestartType } from '../../../src/model/restart-table.js';
import type { Strategy } from '../../../src/model/strategy.js';

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
export const STARTS = ['at once', 'slowly', 'fails', 'is ignored'] as const;
export const STOPS = ['at once', 'slowly'] as const;

/** A child as it is declared; what has no meaning for its kind is not looked at. */
export interface ChildPlan {
  readonly kind: ChildKind;
  readonly restart: RestartType;
  readonly significant: boolean;
  readonly shutdownMs: number;
  readonly kill: boolean;
  readonly onStuck: OnStuck;
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly autoShutdown: AutoShutdown;
  /** The first is the template of a dynamic supervisor. */
  readonly children: readonly ChildPlan[];
}

/** How one incarnation takes its start and its stop; slow ones wait for an action. */
export interface Mood {
  readonly start: (typeof STARTS)[number];
  readonly stop: (typeof STOPS)[number];
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
  /** All has to be over so long after the last stop. */
  readonly deadlineMs: number;
}

/** How often each verb stands in the list is how often it is chosen. */
const WEIGHTS = {
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

export type Verb = keyof typeof WEIGHTS;
export const VERBS = Object.keys(WEIGHTS) as Verb[];
const WEIGHTED = VERBS.flatMap((verb) => new Array<Verb>(WEIGHTS[verb]).fill(verb));

export const MAX_AT = 15;
export const MAX_DEPTH = 3;
export const MAX_CHILDREN = 4;

/** A script by chance. The same as script-arbitrary.ts gives, but a hundred times as fast. */
export function randomScript(random: Random): Script {
  const below = (n: number): number => Math.floor(random() * n);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
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
      onStuck: random() < 0.6 ? 'abandon' : oneOf(ON_STUCK),
      strategy: oneOf(STRATEGIES),
      maxRestarts: oneOf(MAX_RESTARTS),
      withinMs: oneOf(WINDOWS),
      autoShutdown: random() < 0.6 ? 'never' : oneOf(AUTO_SHUTDOWNS),
      children: Array.from({ length: count }, () => child(depth - 1, false)),
    };
  };
  const mood = (): Mood => ({
    start: random() < 0.6 ? 'at once' : oneOf(STARTS),
    stop: oneOf(STOPS),
  });
  return {
    root: child(MAX_DEPTH, true),
    extras: [child(0, false), child(1, false)],
    moods: Array.from({ length: 1 + below(12) }, mood),
    actions: Array.from({ length: below(120) }, () => ({ verb: oneOf(WEIGHTED), at: below(MAX_AT + 1) })),
    rest: random() < 0.5,
    deadlineMs: random() < 0.5 ? Infinity : oneOf(DEADLINES),
  };
}
