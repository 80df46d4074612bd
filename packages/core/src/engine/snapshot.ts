/** What a tree looks like now, as JSON data. It is read from the states as they are, and answers at any time. */
import type { Child, ChildStatus } from '../model/child.js';
import type { Budget, UnstoppedChild } from '../model/event.js';
import type { GiveUp } from '../model/give-up.js';
import { ownLimit } from '../model/policy.js';
import type { Pause } from '../model/recovery.js';
import { budgetOf } from '../model/report.js';
import type { AutoShutdown, RestartType } from '../model/restart-table.js';
import type { Strategy } from '../model/strategy.js';
import type { SupervisorPhase } from '../model/supervisor.js';
import { type ReasonWire, reasonToWire } from '../model/wire.js';
import type { ChildInfo } from '../spec/dynamic-types.js';
import type { ChildSpec } from '../spec/types.js';
import { Incarnation } from './incarnation.js';
import { shownBelow } from './mirror.js';
import { SupervisorProcess } from './supervisor-process.js';

/** OTP's `count_children`. */
export interface ChildCounts {
  /** Declared children; 1, the template, for a dynamic supervisor. */
  readonly specs: number;
  /** Children with an incarnation that lives. */
  readonly active: number;
  /** Children that are supervisors, alive or not. */
  readonly supervisors: number;
  /** Children that are not, alive or not. */
  readonly workers: number;
}

/** A child with all that is known of it. */
export interface ChildSnapshot extends ChildInfo {
  /** When it is started again. */
  readonly restart: RestartType;
  /** Whether its end by itself can end its supervisor. */
  readonly significant: boolean;
  /** Whether the whole is only ready while it is up. */
  readonly required: boolean;
  /** Milliseconds; null: without limit. */
  readonly shutdownMs: number | null;
  /** When the living incarnation came up, by the clock, in milliseconds; null if none is up. */
  readonly startedAt: number | null;
  /** How the incarnation before ended; null if there was none. */
  readonly lastExit: ReasonWire | null;
  /** When it will be started again by itself, by the clock; null: it is up, or it will not be. */
  readonly nextStartAt: number | null;
  /** How often it has failed in a row, without a run of its backoff's `resetAfterMs`. */
  readonly failures: number;
  /** Its own restart budget; null: it counts in that of its supervisor. */
  readonly budget: Budget | null;
  /** What happens when it gives up. */
  readonly giveUp: GiveUp;
  /** Who has suspended its automatic restarts, why and when; null: nobody has. */
  readonly paused: PauseSnapshot | null;
  /** The ids of the siblings that it falls with. */
  readonly bindsTo: readonly string[];
  /** Incarnations that did not stop in time and still run. */
  readonly abandoned: readonly UnstoppedChild[];
  /** The children of a supervisor, and how it deals with them; null for a service or a task. */
  readonly supervisor: SupervisorSnapshot | null;
}

/** The pause of a child's automatic restarts. */
export interface PauseSnapshot {
  /** Since when, by the clock, in milliseconds. */
  readonly at: number;
  /** Why, as far as that was said. */
  readonly reason: string | null;
  /** Who, as far as that was said. */
  readonly by: string | null;
}

/** What to show of a tree. */
export interface SnapshotOptions {
  /**
   * The children of dynamic supervisors: `list` them with all that is below them, or `count` them: then `children` is
   * empty, and only `counts` and `statuses` tell of them. So a snapshot of a tree with a million of them is as small as
   * one with none. Default: `list`.
   */
  readonly dynamic?: 'list' | 'count' | undefined;
}

/** A supervisor with all that is below it. */
export interface SupervisorSnapshot {
  /** Its name among its siblings. */
  readonly id: string;
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** What it is. */
  readonly kind: 'supervisor' | 'dynamic-supervisor';
  /** What it is at. */
  readonly phase: SupervisorPhase;
  /** Who is started again when a child has to be. */
  readonly strategy: Strategy;
  /** Whether it ends itself when significant children have ended. */
  readonly autoShutdown: AutoShutdown;
  /** How many of its restarts are used. */
  readonly budget: Budget;
  /** How many children there are. */
  readonly counts: ChildCounts;
  /** How many children are at which status; those of which there are none are left out. */
  readonly statuses: Readonly<Partial<Record<ChildStatus, number>>>;
  /** When the snapshot was taken, by the clock, in milliseconds. */
  readonly at: number;
  /** Incarnations that did not stop in time and still run, of children that are not listed here. */
  readonly abandoned: readonly UnstoppedChild[];
  /** In start order. */
  readonly children: readonly ChildSnapshot[];
}

export function infoOf(process: SupervisorProcess, child: Child): ChildInfo {
  const { id } = child;
  return {
    id,
    path: process.below + id,
    kind: child.spec.kind,
    status: child.status,
    incarnation: child.incarnation,
  };
}

export function countsOf({ state }: SupervisorProcess): ChildCounts {
  const { children } = state;
  return {
    specs: state.dynamic ? 1 : children.size,
    active: children.active,
    supervisors: children.supervisors,
    workers: children.size - children.supervisors,
  };
}

/** Walks the children as they are: that takes no memory, and nothing has to be kept up to date for it. */
function statusesOf({ state }: SupervisorProcess): Partial<Record<ChildStatus, number>> {
  const statuses: Partial<Record<ChildStatus, number>> = {};
  for (const { status } of state.children) statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}

export function snapshotOf(process: SupervisorProcess, options: SnapshotOptions = {}): SupervisorSnapshot {
  const { state, spec, tree } = process;
  const isCounted = state.dynamic && options.dynamic === 'count';
  const at = tree.clock.now();
  const abandoned = new Map<string, UnstoppedChild[]>();
  const orphaned: UnstoppedChild[] = [];
  for (const incarnation of tree.abandoned) {
    if (incarnation.process.path !== state.path) continue;
    const known = abandoned.get(incarnation.child.id);
    if (!state.children.get(incarnation.child.id)) orphaned.push(incarnation.describe());
    else if (known) known.push(incarnation.describe());
    else abandoned.set(incarnation.child.id, [incarnation.describe()]);
  }
  return {
    id: spec.id,
    path: state.path,
    kind: spec.kind,
    phase: state.phase,
    strategy: spec.strategy,
    autoShutdown: spec.autoShutdown,
    budget: budgetOf(state, undefined, at),
    counts: countsOf(process),
    statuses: statusesOf(process),
    at,
    abandoned: isCounted ? orphaned.concat(...abandoned.values()) : orphaned,
    children: isCounted
      ? []
      : Array.from(state.children, (child) => childSnapshot(process, child, at, abandoned, options)),
  };
}

const NOBODY: readonly never[] = [];

function childSnapshot(
  process: SupervisorProcess,
  child: Child,
  at: number,
  abandoned: ReadonlyMap<string, readonly UnstoppedChild[]>,
  options: SnapshotOptions,
): ChildSnapshot {
  const { restart, significant, required, shutdownMs, giveUp, bindsTo = NOBODY } = child.spec as ChildSpec;
  const { id, recovery } = child;
  const isUp = child.status === 'running' || child.status === 'stopping' || child.status === 'killing';
  // Written out: with the fields of `infoOf` spread into it, it costs twenty times as much.
  return {
    id,
    path: process.below + id,
    kind: child.spec.kind,
    status: child.status,
    incarnation: child.incarnation,
    restart,
    significant,
    required,
    shutdownMs: shutdownMs === Infinity ? null : shutdownMs,
    startedAt: isUp ? child.startedAt : null,
    lastExit: child.lastExit ? reasonToWire(child.lastExit) : null,
    nextStartAt: recovery?.nextStartAt ?? null,
    failures: recovery?.failures ?? 0,
    budget: ownLimit(child.spec) ? budgetOf(process.state, child, at) : null,
    giveUp,
    paused: recovery?.paused ? pauseOf(recovery.paused) : null,
    bindsTo,
    abandoned: abandoned.get(id) ?? NOBODY,
    supervisor: supervisorBelow(child, options),
  };
}

const pauseOf = ({ at, reason, by }: Pause): PauseSnapshot => ({
  at,
  reason: reason ?? null,
  by: by ?? null,
});

/** What is below a child: a supervisor of this tree, or one that runs elsewhere. */
function supervisorBelow({ runtime }: Child, options: SnapshotOptions): SupervisorSnapshot | null {
  if (runtime instanceof SupervisorProcess) return snapshotOf(runtime, options);
  return runtime instanceof Incarnation ? shownBelow(runtime) : null;
}
