/** The parts of a declaration that the model decides by. Specs have them all, filled in with defaults. */
import type { AutoShutdown, RestartType } from './restart-table.js';
import type { Strategy } from './strategy.js';

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
  /** What a supervisor declares below it: all of them, or the template. */
  readonly children?: readonly ChildPolicy[];
  readonly child?: ChildPolicy;
}

export interface SupervisorPolicy {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly autoShutdown: AutoShutdown;
}

/** How long a child with a `kill` hook may take to be gone after that hook was called, in milliseconds. */
export const KILL_GRACE_MS = 1_000;

export const isSupervisorKind = (kind: ChildKind): boolean =>
  kind === 'supervisor' || kind === 'dynamic-supervisor';
