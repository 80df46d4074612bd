/** When readiness changes, and why; and for how long those are down that are given time. */
import type { Clock } from '../engine/clock.js';
import { complain } from '../engine/complain.js';
import { bystander } from '../engine/emitter.js';
import type { AnySupervisorHandle } from '../engine/handle-types.js';
import { clockOf } from '../engine/living.js';
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import type { SupervisionEvent } from '../model/event.js';
import { coppiceError } from '../model/errors.js';
import { checkOptions, readOnce, show } from '../spec/checks.js';
import { isDone } from './done.js';
import {
  type ChildrenHealth,
  type Health,
  type HealthOptions,
  type HealthReason,
  healthOf,
} from './health-of.js';

/** One change of readiness. */
export interface HealthChange {
  /** When, by the clock, in milliseconds. */
  readonly at: number;
  /** What it is since then. */
  readonly isReady: boolean;
  /** For how long it had been the other way, in milliseconds. */
  readonly afterMs: number;
  /** What was not as it should be at that moment, ten at most; the first are what made it unready. */
  readonly reasons: readonly HealthReason[];
}

/** How to watch. */
export interface WatchHealthOptions {
  /** What single children mean for the whole. Default: what they are declared with. */
  readonly children?: ChildrenHealth | undefined;
  /** So many changes are kept, the last ones. Default: 20. */
  readonly maxChanges?: number | undefined;
  /** What the tree does not know: whether it drains, or is tainted. Default: neither. */
  readonly facts?: (() => Pick<HealthOptions, 'isDraining' | 'isTainted'>) | undefined;
  /** Told of each change, when it is noticed. What it throws goes to the console, and harms nobody. Default: nobody. */
  readonly onChange?: ((change: HealthChange) => void) | undefined;
}

/** The health of a tree, and its history. */
export interface HealthWatch {
  /** How it is now. Answers at once, in every state. */
  readonly health: () => Health;
  /** When it became ready or unready, the oldest first. */
  readonly changes: readonly HealthChange[];
  /** Looks whether anything has changed that no event tells of, such as `facts`. */
  readonly refresh: () => void;
  /** Watches no longer. Once more: nothing happens. */
  readonly stop: () => void;
}

/** So many reasons are kept of a change. */
const MAX_REASONS = 10;

/**
 * Watches the health of a tree from now on: what `healthOf` says at any moment, with `graceMs` of single children, and
 * when that has changed. Children of dynamic supervisors are counted, and cost nothing when they come and go.
 *
 * @throws CommandError `COPPICE_INVALID_ARGUMENT` if an option is unknown
 *
 * @example
 * ```ts
 * const health = watchHealth(tree, { children: { cache: { required: false }, db: { graceMs: 2_000 } } });
 * await tree.start();
 * for (const { at, isReady, reasons } of health.changes) console.log(new Date(at), isReady, reasons);
 * ```
 */
export function watchHealth(tree: AnySupervisorHandle, options: WatchHealthOptions = {}): HealthWatch {
  const own = checkOptions('watchHealth', options, ['children', 'maxChanges', 'facts', 'onChange']);
  const refuse = (expected: string, got: unknown): never => {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'watchHealth', expected, got: show(got) });
  };
  const { maxChanges = 20, facts, onChange } = own;
  if (!Number.isSafeInteger(maxChanges) || maxChanges < 1)
    refuse('maxChanges: a whole number, 1 or more', maxChanges);
  if (facts !== undefined && typeof facts !== 'function') refuse('facts: a function', facts);
  if (onChange !== undefined && typeof onChange !== 'function') refuse('onChange: a function', onChange);
  return new Watch(tree, { ...own, ...(own.children && { children: readChildren(own.children) }) });
}

/** What is said of single children, read once. */
function readChildren(given: ChildrenHealth): ChildrenHealth {
  const refuse = (got: string, cause?: unknown): Error => {
    const expected = 'children: an object like { cache: { required: false, graceMs: 5_000 } }';
    return coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'watchHealth', expected, got }, cause);
  };
  const entries = Object.entries(readOnce(given, refuse)).map(([path, each]) => {
    const { required, ignore, graceMs } = readOnce(each, refuse);
    for (const value of [required, ignore])
      if (value !== undefined && typeof value !== 'boolean') throw refuse(show(value));
    if (graceMs !== undefined && !(typeof graceMs === 'number' && graceMs >= 0)) throw refuse(show(graceMs));
    return [path, { required, ignore, graceMs }];
  });
  return Object.fromEntries(entries) as ChildrenHealth;
}

class Watch implements HealthWatch {
  readonly changes: HealthChange[] = [];
  readonly #tree: AnySupervisorHandle;
  readonly #options: WatchHealthOptions;
  readonly #clock: Clock;
  /** Since when those are down that are given time, by their paths. */
  readonly #downSince = new Map<string, number>();
  #wasReady: boolean;
  #changedAt: number;
  /** Children that come and go make nothing unready. */
  #crowds: string[] = [];
  #isDue = false;
  #timer: unknown = undefined;

  constructor(tree: AnySupervisorHandle, options: WatchHealthOptions) {
    this.#tree = tree;
    this.#options = options;
    this.#clock = clockOf(tree);
    this.#changedAt = this.#clock.now();
    this.#wasReady = this.health().isReady;
    tree.on('event', this.#hear);
  }

  readonly health = (): Health => {
    const snapshot = this.#tree.snapshot({ dynamic: 'count' });
    this.#note(snapshot);
    const { children, facts } = this.#options;
    return healthOf(snapshot, {
      ...facts?.(),
      ...(children && { children }),
      downSince: (path) => this.#downSince.get(path),
    });
  };

  readonly refresh = (): void => {
    this.#isDue = false;
    const { isReady, reasons } = this.health();
    if (isReady === this.#wasReady) return;
    const at = this.#clock.now();
    const change = {
      at,
      isReady,
      afterMs: Math.round(at - this.#changedAt),
      reasons: reasons.slice(0, MAX_REASONS),
    };
    this.changes.push(change);
    if (this.changes.length > (this.#options.maxChanges ?? 20)) this.changes.shift();
    this.#wasReady = isReady;
    this.#changedAt = at;
    this.#tell(change);
  };

  #tell(change: HealthChange): void {
    try {
      this.#options.onChange?.(change);
    } catch (error) {
      complain('coppice: the onChange of watchHealth failed:', error);
    }
  }

  readonly stop = (): void => {
    this.#tree.off('event', this.#hear);
    this.#setTimer(undefined);
  };

  /** Nobody waits for it: what `facts` throws must not come out where it would end the process. */
  readonly #lookLater = (): void => {
    try {
      this.refresh();
    } catch (error) {
      complain('coppice: the facts of watchHealth cannot be read:', error);
    }
  };

  /** A restart that takes no time is many events, and no change for anybody who asks. */
  readonly #hear = bystander(({ path }: SupervisionEvent): void => {
    if (this.#isDue || this.#crowds.some((crowd) => path.startsWith(crowd))) return;
    this.#isDue = true;
    queueMicrotask(this.#lookLater);
  });

  /** Notes who is down that is given time, and asks to be woken when that is over. */
  #note(snapshot: SupervisorSnapshot): void {
    this.#crowds = [];
    let wakeAt = Infinity;
    const visit = ({ kind, path: above, at, children }: SupervisorSnapshot): void => {
      if (kind === 'dynamic-supervisor') this.#crowds.push(`${above}/`);
      for (const child of children) {
        const { path, status, supervisor } = child;
        const { graceMs = 0 } = this.#options.children?.[path.slice(snapshot.path.length + 1)] ?? {};
        if (graceMs > 0 && status !== 'running' && !isDone(child)) {
          const since = this.#downSince.get(path) ?? at;
          this.#downSince.set(path, since);
          if (since + graceMs > at) wakeAt = Math.min(wakeAt, since + graceMs);
        } else this.#downSince.delete(path);
        if (supervisor) visit(supervisor);
      }
    };
    visit(snapshot);
    this.#setTimer(wakeAt);
  }

  #setTimer(at = Infinity): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = at === Infinity ? undefined : this.#clock.setTimer(this.#lookLater, at - this.#clock.now());
  }
}
