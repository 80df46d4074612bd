/** Records what happens in a tree, and says whether it is what a test has expected. */
import type { SupervisionEvent, Subscribable } from '@coppice/core';
import { checkPort } from '@coppice/core/kit';
import { TestingError } from './errors.js';
import { type Above, type CheckName, type Happening, type Wanted, isAbout, wantedOf } from './happening.js';
import {
  type Deviation,
  deviationFromAll,
  deviationFromNever,
  deviationFromOrder,
  linesOf,
} from './story.js';

/**
 * The events of a tree, from when it was made. Its expectations throw a `TestingError` (`COPPICE_TEST_STORY`) that
 * shows the story, what was expected, and where the two part; they may be taken apart.
 *
 * @example
 * ```ts
 * const { events } = await testTree(shop);
 * events.expectOrder('db started', 'api started');
 * console.log(events.text);
 * ```
 */
export class EventRecorder {
  readonly #tree: Subscribable;
  readonly #events: SupervisionEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #listener = (event: SupervisionEvent): void => {
    this.#events.push(event);
    for (const look of this.#waiting) look();
  };

  /** Records from now on: see `recordEvents`. */
  constructor(tree: Subscribable) {
    checkPort('the tree', tree ?? null, ['on', 'off'], 'recordEvents');
    this.#tree = tree;
    tree.on('event', this.#listener);
  }

  /** What has happened, the first event first; since the last `forget`. */
  get all(): readonly SupervisionEvent[] {
    return this.#events;
  }

  /** What has happened, an event a line: number, time since the first, who and what. */
  get text(): string {
    return linesOf(this.#events).join('\n');
  }

  /** The events about one child, or supervisor: by its declaration, or by the end of its path (`'db'`, `'db#2'`). */
  about(who: string | { readonly id: string }): SupervisionEvent[] {
    const end = typeof who === 'string' ? who : who.id;
    return this.#events.filter((event) => isAbout(event, end));
  }

  /** How often it has happened. */
  count(happening: Happening): number {
    return this.#events.filter(wantedOf(happening).matches).length;
  }

  /** Has it happened? */
  has(happening: Happening): boolean {
    return this.#events.some(wantedOf(happening).matches);
  }

  /** The event, as soon as it has happened: at once if it has already. It may never come: `until` of a test tree says so. */
  async next(happening: Happening): Promise<SupervisionEvent> {
    const { matches } = wantedOf(happening);
    const known = this.#events.find(matches);
    if (known) return known;
    return new Promise((resolve) => {
      const look = (): void => {
        const event = this.#events.at(-1)!;
        if (!matches(event)) return;
        this.#waiting.delete(look);
        resolve(event);
      };
      this.#waiting.add(look);
    });
  }

  /** Forgets what has happened so far: the story of a test begins when everything is up. */
  forget(): void {
    this.#events.length = 0;
  }

  /** Records no more. What has been recorded stays. */
  stop(): void {
    this.#tree.off('event', this.#listener);
  }

  /**
   * All of them have happened, in this order; others may have happened between them.
   *
   * @throws TestingError `COPPICE_TEST_STORY`; `COPPICE_TEST_WORDS` if one of them can never happen
   *
   * @example
   * ```ts
   * events.expectOrder('db crashed', 'db restarting', 'outbox stopped', 'db#2 started', 'outbox#2 started');
   * ```
   */
  readonly expectOrder = (...happenings: readonly Happening[]): void => {
    this.#expect(deviationFromOrder(this.#events, happenings.map(wantedOf)), this.expectOrder);
  };

  /**
   * All of them have happened in this order, and nothing else.
   *
   * @throws TestingError `COPPICE_TEST_STORY`, `COPPICE_TEST_WORDS`
   *
   * @example
   * ```ts
   * events.forget();
   * crash(tree, db);
   * await settle();
   * events.expectExactly('db crashed', 'db restarting', 'db starting', 'db started');
   * ```
   */
  readonly expectExactly = (...happenings: readonly Happening[]): void => {
    this.#expect(deviationFromAll(this.#events, happenings.map(wantedOf)), this.expectExactly);
  };

  /**
   * None of them has happened. Of a test tree it refuses a name that nobody in it has or can get: of a misspelt child
   * nothing ever happens.
   *
   * @throws TestingError `COPPICE_TEST_STORY`, `COPPICE_TEST_WORDS`, `COPPICE_TEST_NO_CHILD`
   *
   * @example
   * ```ts
   * events.expectNever('* abandoned', 'shop gave-up');
   * ```
   */
  readonly expectNever = (...happenings: readonly Happening[]): void => {
    const wanted = happenings.map((happening) => wantedIn(this, happening, this.expectNever));
    this.#expect(deviationFromNever(this.#events, wanted), this.expectNever);
  };

  #expect(deviation: Deviation, above: (...happenings: readonly Happening[]) => void): void {
    if (deviation !== undefined) {
      throw new TestingError('COPPICE_TEST_STORY', { story: deviation }, above);
    }
  }
}

const nameChecks = new WeakMap<EventRecorder, CheckName>();

/** A test tree knows who can be in it: from now on what is said never to happen is not said of anybody else. */
export const checkNames = (recorder: EventRecorder, check: CheckName): unknown =>
  nameChecks.set(recorder, check);

/** @throws TestingError `COPPICE_TEST_WORDS`, `COPPICE_TEST_NO_CHILD` */
export function wantedIn(recorder: EventRecorder, happening: Happening, above?: Above): Wanted {
  const wanted = wantedOf(happening);
  nameChecks.get(recorder)?.(wanted, above);
  return wanted;
}

/**
 * Records what happens in a tree, or below one handle of it, from now on.
 *
 * @param tree - whatever can be subscribed to: a handle, or its `own` for one supervisor and its children
 *
 * @example
 * ```ts
 * const tree = shop.handle();
 * const events = recordEvents(tree);
 * await tree.start();
 * events.expectOrder('db started', 'api started', 'shop started');
 * ```
 */
export function recordEvents(tree: Subscribable): EventRecorder {
  return new EventRecorder(tree);
}
