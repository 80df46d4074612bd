/** Watches what a test leaves behind. */
import type { AnySupervisorHandle } from '@coppice/core';
import { checkPort } from '@coppice/core/kit';
import { duration, options } from '../checked.js';
import { TestingError } from '../errors.js';
import { type Leak, tellOf } from './leak.js';
import { ListenerWatch } from './listeners.js';
import { type LivingTree, leaksOf, living } from './living-trees.js';
import { ResourceWatch } from './resources.js';

/** How patient a leak check is. */
export interface LeakOptions {
  /** So many milliseconds of real time what is about to close may take. Default: 100; it waits only if there is something. */
  readonly graceMs?: number | undefined;
}

// Taken now: a test runner may put fakes in their place.
const { setTimeout: later, performance: real } = globalThis;
const sleep = (durationMs: number): Promise<void> => new Promise((resolve) => later(resolve, durationMs));

/**
 * Watches, from when it was made, what is left behind: what `watchLeaks` gives.
 *
 * @example
 * ```ts
 * leaks.watch(tree); // a tree that testTree has not started
 * await leaks.check({ graceMs: 500 });
 * ```
 */
export class LeakWatch {
  readonly #resources = new ResourceWatch();
  readonly #listeners = new ListenerWatch();
  #given = new Set<LivingTree>(living);
  readonly #trees = new Set<LivingTree>();

  /** Watches from now on. */
  constructor() {
    this.#listeners.start();
    this.#resources.start();
  }

  /** A tree that is to be down at the next check, with all that was ever in it. Test trees are known by themselves. */
  watch(tree: AnySupervisorHandle): void {
    checkPort('the tree', tree ?? null, ['snapshot'], 'watch');
    this.#trees.add({ handle: tree, made: new Error('made') });
  }

  /** What was made since the last check, and is there now. */
  found(): Leak[] {
    const trees = [...living, ...this.#trees].filter((tree) => !this.#given.has(tree));
    return [...trees.flatMap(leaksOf), ...this.#listeners.found(), ...this.#resources.found()];
  }

  /**
   * Fails if something is left behind, and names it. What it has named it does not name again.
   *
   * @throws TestingError `COPPICE_TEST_LEAK`; `details.found` has all of it
   *
   * @example
   * ```ts
   * afterEach(() => leaks.check());
   * ```
   */
  readonly check = async (given: LeakOptions = {}): Promise<void> => {
    const graceMs = duration('check()', 'graceMs', options('check()', given, ['graceMs']).graceMs ?? 100);
    const endAt = real.now() + graceMs;
    let found = this.found();
    while (found.length > 0 && real.now() < endAt) {
      await sleep(5);
      found = this.found();
    }
    this.#forget();
    if (found.length > 0) {
      throw new TestingError('COPPICE_TEST_LEAK', { leaks: tellOf(found), found });
    }
  };

  /** Ends the watch. */
  readonly stop = (): void => {
    this.#resources.stop();
    this.#listeners.stop();
  };

  #forget(): void {
    this.#given = new Set(living);
    this.#trees.clear();
    this.#resources.forget();
    this.#listeners.forget();
  }
}

/**
 * Watches from now on what is left behind: timers, servers, sockets, files, threads, processes that were made and not
 * closed, listeners on the process, test trees that are not at their end, and children that were abandoned and still run.
 * It costs time while it watches (it looks at each resource that Node makes); one for a file of tests is enough.
 *
 * @example
 * ```ts
 * const leaks = watchLeaks();
 * afterEach(() => leaks.check());
 * afterAll(() => leaks.stop());
 * ```
 */
export function watchLeaks(): LeakWatch {
  return new LeakWatch();
}
