/** The parts of a declaration that the model decides by. Specs have them all, filled in with defaults. */
import type { Backoff } from './backoff.js';
import type { Boot, GiveUp, Replace, StartOrder, StopOrder } from './give-up.js';
import type { AutoShutdown, RestartType } from './restart-table.js';
import type { Strategy } from './strategy.js';

/** What a child is. */
export type ChildKind = 'service' | 'task' | 'supervisor' | 'dynamic-supervisor';

/** What becomes of a child that does not end in time and cannot be killed. */
export type OnStuck = 'abandon' | 'wait' | 'exit';
export const ON_STUCK: readonly OnStuck[] = ['abandon', 'wait', 'exit'];

export interface ChildPolicy {
  readonly kind: ChildKind;
  readonly id: string;
  readonly restart: RestartType;
  readonly significant: boolean;
  /** Milliseconds; 0 kills at once, Infinity waits without limit. */
  readonly shutdownMs: number;
  readonly onStuck: OnStuck;
  /** Present if there is a way to end the child by force; then it gets {@link KILL_GRACE_MS} to be gone. */
  readonly kill?: unknown;
  /** A limit of its own, of a service or a task; of a supervisor it is that of its children. */
  readonly maxRestarts?: number | undefined;
  readonly withinMs?: number | undefined;
  /** The delays before it is started again. Without: its supervisor's `childBackoff`, or none. */
  readonly backoff?: Backoff | undefined;
  readonly giveUp: GiveUp;
  /** A parked child is started again after so long; without, by hand only. */
  readonly reviveAfterMs?: number | undefined;
  readonly boot: Boot;
  readonly replace?: Replace | undefined;
  readonly startTimeoutMs?: number | undefined;
  /** It says itself when it is up. */
  readonly awaitReady?: boolean | undefined;
  readonly staleAfterMs?: number | undefined;
  readonly maxRunMs?: number | undefined;
  /** The ids of the siblings that it falls with. */
  readonly bindsTo?: readonly string[] | undefined;
  /** What a supervisor declares below it: all of them, or the template. */
  readonly children?: readonly ChildPolicy[] | undefined;
  readonly child?: ChildPolicy | undefined;
  readonly maxChildren?: number | undefined;
  readonly stopOrder?: StopOrder | undefined;
}

export interface SupervisorPolicy {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly autoShutdown: AutoShutdown;
  /** The delays before a child that has no `backoff` of its own is started again. */
  readonly childBackoff?: Backoff | undefined;
  /** None: `sequential`. */
  readonly startOrder?: StartOrder | undefined;
  /** So many children at most, of a dynamic supervisor. */
  readonly maxChildren?: number | undefined;
  /** Of a dynamic supervisor. None: `parallel`. */
  readonly stopOrder?: StopOrder | undefined;
}

/** How long a child with a `kill` hook may take to be gone after that hook was called, in milliseconds. */
export const KILL_GRACE_MS = 1_000;

export const isSupervisorKind = (kind: ChildKind): boolean =>
  kind === 'supervisor' || kind === 'dynamic-supervisor';

/** A restart limit: so many restarts within so long. */
export interface Limit {
  readonly maxRestarts: number;
  readonly withinMs: number;
}

/** The limit that a child has for itself, in place of that of its supervisor. */
export function ownLimit({ kind, maxRestarts, withinMs }: ChildPolicy): Limit | undefined {
  const hasOwn = !isSupervisorKind(kind) && maxRestarts !== undefined && withinMs !== undefined;
  return hasOwn ? { maxRestarts, withinMs } : undefined;
}
