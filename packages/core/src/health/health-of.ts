/** How a tree is: ready, degraded or dead, as a function of its snapshot alone. */
import type { ChildSnapshot, SupervisorSnapshot } from '../engine/snapshot.js';
import { A_SNAPSHOT, checkOptions, reading } from '../spec/checks.js';
import type { ChildStatus } from '../model/child.js';
import { isDone } from './done.js';
import { wordsFor, wordsForMany } from './words.js';

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

/** What one child means for the health of the whole, other than it is declared. */
export interface ChildHealth {
  /** Whether the whole is only ready while it is up. Default: its own `required`. */
  readonly required?: boolean | undefined;
  /** It is no reason for anything, and neither is what is below it. Default: false. */
  readonly ignore?: boolean | undefined;
  /**
   * It makes the whole unready only when it has been down for so many milliseconds; until then the whole is
   * `degraded`. For what is back sooner than whoever routes requests would notice. Default: 0.
   */
  readonly graceMs?: number | undefined;
}

/** Overrides by the path below the root: `{ cache: { required: false }, 'feeds/eu': { graceMs: 5_000 } }`. */
export type ChildrenHealth = Readonly<Record<string, ChildHealth>>;

/** What a snapshot does not say. */
export interface HealthOptions {
  /** It was asked to stop, and still serves. Default: false. */
  readonly isDraining?: boolean | undefined;
  /** It has survived a fault that nobody handled. Default: false. */
  readonly isTainted?: boolean | undefined;
  /** What single children mean for the whole. Default: what they are declared with. */
  readonly children?: ChildrenHealth | undefined;
  /**
   * Since when a child, by its path, is not up: for `graceMs`, which a snapshot alone cannot judge. Milliseconds, by
   * the clock of the snapshot. Default: not known, and there is no grace.
   */
  readonly downSince?: (path: string) => number | undefined;
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
 * - `children` can say otherwise of single ones: nothing that it says makes it un-live.
 *
 * @example
 * ```ts
 * const { isReady, reasons } = healthOf(tree.snapshot());
 * if (!isReady) console.log(reasons.map(({ path, why }) => `${path} ${why}`).join('\n'));
 * ```
 */
export function healthOf(snapshot: SupervisorSnapshot, options: HealthOptions = {}): Health {
  const given = checkOptions('healthOf', options, ['isDraining', 'isTainted', 'children', 'downSince']);
  return reading('healthOf', A_SNAPSHOT, snapshot, () => healthIn(snapshot, given));
}

function healthIn(snapshot: SupervisorSnapshot, options: HealthOptions): Health {
  const { phase, path } = snapshot;
  const found = new Findings(snapshot, options);
  if (options.isDraining === true && phase === 'running')
    found.blocking.push({ path, status: 'draining', why: 'was asked to stop, and takes no new work' });
  if (phase !== 'running') found.blocking.push({ path, status: phase, why: PHASES[phase] });
  if (options.isTainted === true)
    found.others.push({ path, status: 'tainted', why: 'has survived a fault that nobody handled' });
  // Children of what was not started or has ended are down as they should be.
  if (phase !== 'idle' && phase !== 'stopped') found.look(snapshot, true);
  const isLive = phase !== 'stopped';
  const reasons = [...found.blocking, ...found.others];
  return {
    status: !isLive ? 'dead' : reasons.length > 0 ? 'degraded' : 'ready',
    isReady: found.blocking.length === 0,
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

class Findings {
  readonly blocking: HealthReason[] = [];
  readonly others: HealthReason[] = [];
  readonly #options: HealthOptions;
  /** How much of a path leads to the root. */
  readonly #above: number;

  constructor({ path }: SupervisorSnapshot, options: HealthOptions) {
    this.#options = options;
    this.#above = path.length + 1;
  }

  /** Looks at the children of a supervisor, and below those that are up. */
  look(tree: SupervisorSnapshot, isAboveRequired: boolean): void {
    const { path, kind, children, statuses } = tree;
    for (const child of children) this.#child(child, tree, isAboveRequired);
    if (kind !== 'dynamic-supervisor' || children.length > 0) return;
    // They were not listed, but counted.
    for (const [status, count] of Object.entries(statuses) as [ChildStatus, number][])
      if (status !== 'running' && status !== 'stopped')
        this.others.push({ path: `${path}/*`, status, why: wordsForMany(status, count) });
  }

  #child(child: ChildSnapshot, { kind, at }: SupervisorSnapshot, isAboveRequired: boolean): void {
    const { path, status, abandoned, supervisor } = child;
    const {
      ignore,
      required = child.required,
      graceMs = 0,
    } = this.#options.children?.[this.#below(path)] ?? {};
    if (ignore === true) return;
    const isRequired = isAboveRequired && required && kind !== 'dynamic-supervisor';
    if (abandoned.length > 0)
      this.others.push({
        path,
        status: 'left-behind',
        why: 'has incarnations that did not stop and still run',
      });
    if (status === 'running') {
      if (supervisor) this.look(supervisor, isRequired);
    } else if (!isDone(child)) {
      const isInGrace = isRequired && this.#downMs(path, at) < graceMs;
      const word = !isRequired
        ? 'is optional, and'
        : isInGrace
          ? 'is required, is given time, and'
          : 'is required, and';
      const reason = { path, status, why: `${word} ${wordsFor(child, at)}` };
      (isRequired && !isInGrace ? this.blocking : this.others).push(reason);
    }
  }

  #below(path: string): string {
    return path.slice(this.#above);
  }

  #downMs(path: string, at: number): number {
    const since = this.#options.downSince?.(path);
    return since === undefined ? Infinity : at - since;
  }
}
