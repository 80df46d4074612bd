/** How a tree is: ready, degraded or dead, as a function of its snapshot alone. */
import type { ChildSnapshot, ChildStatus, SupervisorSnapshot } from '@coppice/core';

/** One thing that is not as it should be. */
export interface HealthReason {
  /** Ids from the root down, joined by `/`. */
  readonly path: string;
  /** A status of a child, a phase of the root, or `draining`, `tainted` or `left-behind`. */
  readonly status: string;
  /** In words. Without messages of errors, which may hold what is not for everybody. */
  readonly why: string;
}

/** How an application is. */
export interface Health {
  /** `ready`: all is up. `degraded`: something is not, see `reasons`. `dead`: it has ended. */
  readonly status: 'ready' | 'degraded' | 'dead';
  /** May it be sent requests? No while it starts, drains and stops, and while a required child is down. */
  readonly isReady: boolean;
  /** Should it be left alone? Also while children are started again; no only when it has ended. */
  readonly isLive: boolean;
  /** What is not as it should be; the first are what makes it unready. */
  readonly reasons: readonly HealthReason[];
}

/** What a snapshot does not say. */
export interface HealthOptions {
  /** It was asked to stop, and still serves. Default: false. */
  readonly isDraining?: boolean;
  /** It has survived a fault that nobody handled. Default: false. */
  readonly isTainted?: boolean;
}

/**
 * The health of what a snapshot shows.
 *
 * - A **required** child (services and supervisors, unless they say otherwise) has to be up, and those above
 *   it too, for the whole to be ready.
 * - Any other child, and all children of dynamic supervisors, can only make it `degraded`.
 * - A child whose start said `ignore`, and one that is not permanent and ended well, is done and no reason.
 * - A child that is started again, or waits for that (`backing-off`, `waiting`, `paused`, `parked`), makes it unready
 *   at most: only the end of the root makes it un-live. One that runs is up, also while its restarts are paused.
 *
 * @example
 * ```ts
 * const { isReady, reasons } = healthOf(tree.snapshot());
 * if (!isReady) console.log(reasons.map(({ path, why }) => `${path} ${why}`).join('\n'));
 * ```
 */
export function healthOf(snapshot: SupervisorSnapshot, options: HealthOptions = {}): Health {
  const { phase, path } = snapshot;
  const blocking: HealthReason[] = [];
  const others: HealthReason[] = [];
  if (options.isDraining === true && phase === 'running')
    blocking.push({ path, status: 'draining', why: 'was asked to stop, and takes no new work' });
  if (phase !== 'running') blocking.push({ path, status: phase, why: PHASES[phase] });
  if (options.isTainted === true)
    others.push({ path, status: 'tainted', why: 'has survived a fault that nobody handled' });
  // Children of what was not started or has ended are down as they should be.
  if (phase !== 'idle' && phase !== 'stopped') look(snapshot, true, blocking, others);
  const isLive = phase !== 'stopped';
  const reasons = [...blocking, ...others];
  return {
    status: !isLive ? 'dead' : reasons.length > 0 ? 'degraded' : 'ready',
    isReady: blocking.length === 0,
    isLive,
    reasons,
  };
}

const PHASES = {
  idle: 'was not started yet',
  starting: 'is starting',
  stopping: 'is stopping',
  stopped: 'has ended',
} as const;

/** Looks at the children of a supervisor, and below those that are up. */
function look(
  { kind, children, at }: SupervisorSnapshot,
  isAboveRequired: boolean,
  blocking: HealthReason[],
  others: HealthReason[],
): void {
  for (const child of children) {
    const isRequired = isAboveRequired && child.required && kind !== 'dynamic-supervisor';
    const { path, status } = child;
    if (child.abandoned.length > 0)
      others.push({ path, status: 'left-behind', why: 'has incarnations that did not stop and still run' });
    if (status === 'running') {
      if (child.supervisor) look(child.supervisor, isRequired, blocking, others);
    } else if (status !== 'stopped' || !isDone(child)) {
      const word = isRequired ? 'is required, and' : 'is optional, and';
      (isRequired ? blocking : others).push({ path, status, why: `${word} ${wordsFor(child, at)}` });
    }
  }
}

type Words = (child: ChildSnapshot, at: number) => string;

const STATUSES: Readonly<Record<Exclude<ChildStatus, 'running'>, Words>> = {
  starting: () => 'is starting',
  stopping: () => 'is stopping',
  killing: () => 'is being stopped by force',
  exited: () => 'has just ended',
  restarting: () => 'did not start again; the next attempt is due',
  'backing-off': ({ nextStartAt, failures }, at) =>
    `has failed${failures > 1 ? ` ${failures} times in a row` : ''}, and is started again${soon(nextStartAt, at)}`,
  waiting: ({ bindsTo }) =>
    bindsTo.length > 0
      ? `waits until all that it is bound to is up (${bindsTo.join(', ')})`
      : 'waits to be started with its siblings',
  paused: () => 'has ended while its restarts are paused: it is not started again until that is over',
  parked: ({ nextStartAt }, at) =>
    nextStartAt === null
      ? 'has given up: it is not started again by itself'
      : `has given up: it is revived${soon(nextStartAt, at)}`,
  stopped: ({ incarnation }) => (incarnation === 0 ? 'was not started yet' : 'is down'),
};

const wordsFor: Words = (child, at) => STATUSES[child.status as Exclude<ChildStatus, 'running'>](child, at);

/** In whole seconds: whoever asks again a moment later finds the same words. */
const soon = (nextStartAt: number | null, at: number): string =>
  nextStartAt === null ? '' : ` in ${Math.max(0, Math.ceil((nextStartAt - at) / 1_000))} s`;

/** Is it down, and that is as it should be? */
function isDone({ restart, lastExit, incarnation }: ChildSnapshot): boolean {
  if (incarnation === 0) return false;
  if (lastExit === null) return true; // its start said ignore
  if (restart === 'permanent') return false;
  return lastExit.kind === 'normal' || (lastExit.kind === 'shutdown' && lastExit.cause === undefined);
}
