/** A whole tree under test in one line: clock, chance, recorder and silent log put together. */
import {
  type AnySupervisorHandle,
  type ChildRef,
  type ChildSnapshot,
  type ChildSpec,
  type DynamicSupervisorSpec,
  type DynamicSupervisorTree,
  type FaultScope,
  type LoggerLike,
  type PartitionSupervisorSpec,
  type PartitionSupervisorTree,
  type Service,
  SimulatedClock,
  type Startable,
  type StopOptions,
  type StopReport,
  type SupervisorSpec,
  type SupervisorTree,
  type TaskSupervisorSpec,
  type TaskSupervisorTree,
  type Views,
  dynamicSupervisor,
  seededRandom,
  supervisor,
} from '@coppice/core';
import { clockOf, show, standIn, takeFreePorts } from '@coppice/core/kit';
import { options, reading } from './checked.js';
import { TestingError, wrongOption } from './errors.js';
import { type Above, type Happening, type Wanted, wantedOf } from './happening.js';
import { playFaultDomain, withoutHolds } from './held.js';
import { crash, hang, simulateStray, stall } from './injure.js';
import { type LivingTree, abandonedIn, living } from './leaks/living-trees.js';
import { isPromiseLike } from './promise-like.js';
import { Names } from './names.js';
import { EventRecorder, checkNames } from './recorder.js';
import { PlatformTime, SimulatedTime, type TestTime } from './time.js';

/** What can be the root of a tree: the declaration of any supervisor, or of an application. */
export type RootSpec = SupervisorSpec | DynamicSupervisorSpec<never>;

/** The handle of a tree, by the declaration of its root. */
export type TreeOf<S> = S extends TaskSupervisorSpec
  ? TaskSupervisorTree
  : S extends PartitionSupervisorSpec<infer C>
    ? PartitionSupervisorTree<C>
    : S extends DynamicSupervisorSpec<infer A>
      ? DynamicSupervisorTree<A>
      : SupervisorTree;

/** How a tree is tested. */
export interface TestTreeOptions {
  /**
   * Where its time comes from. `'simulated'`: it stands still until the test lets it go by; a clock of the test's own
   * can be shared by several trees. `'real'`: the platform's. A function: the platform's timers are the fake ones of
   * the test runner, and this lets them go by, like `jest.advanceTimersByTimeAsync`. Default: `'simulated'`.
   */
  readonly time?: ('simulated' | 'real' | SimulatedClock | ((durationMs: number) => unknown)) | undefined;
  /** The seed of its chance: the jitter of delays. Default: 1, so that each run is the same. */
  readonly seed?: number | undefined;
  /** Where the `log` of its children goes. Default: nowhere. */
  readonly logger?: LoggerLike | undefined;
  /** As that of a handle. Default: none. */
  readonly faultScope?: FaultScope | undefined;
  /**
   * Where its servers listen (`httpServer`, `healthServer`, the `health` of an application). `'free'`: on any free port,
   * another one at each start, which `use(api).url` tells, so that tests meet neither each other nor what runs on this
   * machine. `'declared'`: where they are declared to. Default: `'free'`.
   */
  readonly ports?: 'free' | 'declared' | undefined;
  /** Whether to start it at once. Default: true; without, subscribe to `tree` or look at it first, then `start()`. */
  readonly start?: boolean | undefined;
}

const OPTIONS = ['time', 'seed', 'logger', 'faultScope', 'ports', 'start'] as const;

/**
 * A tree under test: what `testTree` gives. Its functions may be taken apart.
 *
 * @example
 * ```ts
 * const { tree, events, crash, until, advance } = await testTree(shop);
 * ```
 */
export class TestTree<T = SupervisorTree> implements AsyncDisposable {
  /** The handle of the tree: all that a program can do with it a test can do as well. */
  readonly tree: T;
  /** What has happened, from the first event on. */
  readonly events: EventRecorder;
  /** Resolves when the tree has ended, for whatever reason. */
  readonly stopped: Promise<StopReport>;
  readonly #handle: AnySupervisorHandle & Startable;
  readonly #time: TestTime;
  readonly #living: LivingTree;
  readonly #names: Names;
  /** What is real and comes with a start or a stop is seen by what was there before. */
  readonly #look: () => void;
  #isDisposed = false;

  /** Made by `testTree`, which starts it as well. */
  constructor(tree: T, time: TestTime, spec: RootSpec) {
    this.tree = tree;
    this.#handle = tree as T & AnySupervisorHandle & Startable;
    this.#time = time;
    this.events = new EventRecorder(this.#handle);
    checkNames(this.events, (wanted, above) => this.#knows(wanted, above, NOW));
    this.#names = new Names(spec);
    this.#look = time.serve(() => underWayIn(this.#handle.snapshot().children));
    this.#handle.on('event', this.#look);
    this.#handle.on('event', this.#names.see);
    this.stopped = this.#handle.whenStopped();
    playFaultDomain(clockOf(this.#handle));
    this.#living = { handle: this.#handle, made: new Error('made') };
    living.add(this.#living);
  }

  /** Ids from the root down: of the root its id. */
  get path(): string {
    return this.#handle.path;
  }

  /** The time of the tree, in milliseconds. */
  get now(): number {
    return this.#time.clock.now();
  }

  /** How many timers are set on its simulated clock: after its end, those that somebody has forgotten. */
  get pendingTimers(): number {
    const { clock } = this.#time;
    return clock instanceof SimulatedClock ? clock.pendingTimers : 0;
  }

  /** Starts it, and lets as much time go by as that takes. @throws StartError `COPPICE_START_FAILED` */
  readonly start = async (): Promise<this> => {
    await this.until(this.#handle.start());
    return this;
  };

  /** Stops it, and lets as much time go by as that takes. Resolves with those who did not stop. */
  readonly stop = (options?: StopOptions): Promise<StopReport> => this.until(this.#handle.stop(options));

  /** Lets everything happen that needs no time: promises get their turn, timers that are due are called. */
  readonly settle = (): Promise<void> => this.#time.settle();

  /** Lets so many milliseconds go by, with all that happens meanwhile. */
  readonly advance = (durationMs: number): Promise<void> => this.#time.advance(durationMs);

  /**
   * Lets time go by, from timer to timer, until none is set: for trees that come to rest.
   *
   * @param limit - so many timers at most. Default: 100,000
   * @throws RangeError if it does not come to rest; TestingError `COPPICE_TEST_REAL_TIME` where time is not simulated
   */
  readonly runUntilIdle = (limit?: number): Promise<void> => this.#time.runUntilIdle(limit);

  /**
   * Lets time go by, from timer to timer, until something has happened (now, or at any time before), a promise is
   * settled, or a function says true.
   *
   * @param options - `timeoutMs`: so many milliseconds at most, by the time of the tree. Default: an hour of simulated
   * time, 5,000 of any other
   * @returns what the promise is resolved with
   * @throws TestingError `COPPICE_TEST_NEVER` if it does not come about by then; `COPPICE_TEST_NO_CHILD`, at once, for what
   * happens to a child that is not declared, is not there, and is none of a dynamic supervisor; whatever the promise is
   * rejected with
   *
   * @example
   * ```ts
   * await until('db#2 started');
   * await until(tree.restartNow(db));
   * await until(() => tree.countChildren().active === 3);
   * ```
   */
  readonly until = async <R = unknown>(
    awaited: Happening | PromiseLike<R> | (() => boolean),
    options: { readonly timeoutMs?: number | undefined } = {},
  ): Promise<R> => {
    const { says, isSo, result } = this.#conditionOf(awaited);
    const failure = await this.#time.until(isSo, timeoutOf(options));
    if (failure === undefined) return result();
    throw new TestingError(
      'COPPICE_TEST_NEVER',
      { awaited: says, within: failure, state: this.#state(), path: this.path },
      this.until,
    );
  };

  /** {@link crash} of a child of this tree. */
  readonly crash = (ref: ChildRef, error?: unknown): void => {
    this.#look();
    crash(this.#handle, ref, error);
  };

  /** {@link hang} of a child of this tree. */
  readonly hang = (ref: ChildRef): (() => void) => hang(this.#handle, ref);

  /** {@link stall} of a child of this tree. */
  readonly stall = (ref: ChildRef): (() => void) => stall(this.#handle, ref);

  /** {@link simulateStray} in a child of this tree. */
  readonly simulateStray = (ref: ChildRef, error?: unknown): 'crash' | 'late' =>
    simulateStray(this.#handle, ref, error);

  /** The value of a service that is up, as `use` of the handle. */
  readonly use = <V>(ref: Service<V> | Views<V, unknown>): V => this.#handle.use(ref as Service<V>);

  /** All children, and those below them, as `path: status`, in start order. */
  get statuses(): string[] {
    return statusesOf(this.#handle.snapshot().children, this.path);
  }

  /** Lets go of what was made to hang, and stops the tree if it is up. `await using` calls it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await withoutHolds(clockOf(this.#handle), async () => {
      await this.settle();
      const { phase } = this.#handle.snapshot();
      if (phase !== 'idle' && phase !== 'stopped') await this.until(this.#handle.stop());
      await this.settle();
    });
    if (abandonedIn(this.#handle.snapshot()).length === 0) living.delete(this.#living);
  }

  #conditionOf<R>(awaited: Happening | PromiseLike<R> | (() => boolean)): {
    says: string;
    isSo: () => boolean;
    result: () => R | Promise<R>;
  } {
    const nothing = undefined as R;
    if (isPromiseLike(awaited)) {
      let isSettled = false;
      const settled = (): void => {
        isSettled = true;
      };
      const promise = Promise.resolve(awaited);
      promise.then(settled, settled);
      return { says: 'the end of a promise', isSo: () => isSettled, result: () => promise };
    }
    // A function that takes an event looks at events, one that takes nothing at whatever it likes.
    if (typeof awaited === 'function' && awaited.length === 0) {
      return { says: String(awaited), isSo: awaited as () => boolean, result: () => nothing };
    }
    const wanted: Wanted = wantedOf(awaited);
    const { all } = this.events;
    let isKnown = wanted.who === undefined;
    const isSo = (): boolean => {
      if (all.some(wanted.matches)) return true;
      isKnown ||= this.#knows(wanted, this.until, LATER);
      return false;
    };
    return { says: `'${wanted.says}'`, isSo, result: () => nothing };
  }

  /**
   * May it come about? What is under way may bring children: then that cannot be said yet.
   *
   * @throws TestingError `COPPICE_TEST_NO_CHILD`
   */
  #knows({ who = '*', says }: Wanted, above: Above | undefined, advice: string): boolean {
    const snapshot = this.#handle.snapshot();
    if (underWayIn(snapshot.children).length > 0) return false;
    const unknown = this.#names.unknown(who, snapshot);
    if (unknown === undefined) return true;
    const { near, expected } = unknown;
    const hint = near === undefined ? '.' : `; did you mean '${near}'?`;
    throw new TestingError(
      'COPPICE_TEST_NO_CHILD',
      { awaited: `'${says}'`, who: unknown.who, hint, expected, path: this.path, advice },
      above,
    );
  }

  #state(): string {
    return `\n\nIts children:\n  ${this.statuses.join('\n  ')}\n\nWhat has happened:\n${this.events.text}`;
  }
}

const NOW = 'Of one that the test adds, say it once it is added';
const LATER = 'One that the test adds is waited for once it is added, or with a function: until(() => ...)';

/** A misspelt one would be ignored, and it would wait for an hour. */
function timeoutOf(options: { readonly timeoutMs?: number | undefined }): number | undefined {
  const key = Object.keys(options).find((name) => name !== 'timeoutMs');
  if (key === undefined) return options.timeoutMs;
  throw wrongOption(
    'until()',
    key,
    'left out: its only option is timeoutMs',
    show(Reflect.get(options, key)),
  );
}

/** The starts and stops of children that have begun and are not over. */
function underWayIn(children: readonly ChildSnapshot[]): ChildSnapshot[] {
  return children.flatMap((child) => {
    // A supervisor waits for those below it.
    if (child.supervisor) return underWayIn(child.supervisor.children);
    return UNDER_WAY.has(child.status) ? [child] : [];
  });
}

const UNDER_WAY: ReadonlySet<string> = new Set(['starting', 'stopping', 'killing']);

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly supervisor: { readonly children: readonly Shown[] } | null;
}

function statusesOf(children: readonly Shown[], above: string): string[] {
  return children.flatMap(({ id, status, supervisor: below }) => [
    `${above}/${id}: ${status}`,
    ...(below ? statusesOf(below.children, `${above}/${id}`) : []),
  ]);
}

/**
 * Starts a tree on simulated time, with chance from a seed, everything that happens recorded, and no log. It touches
 * nothing global, and at the end of `await using` it is stopped.
 *
 * @param children - of a supervisor called `test`
 * @throws StartError `COPPICE_START_FAILED` if it does not start; TestingError `COPPICE_TEST_OPTION`
 *
 * @example
 * ```ts
 * test('the outbox goes down and comes back with the database', async () => {
 *   await using shop = await testTree(shopSpec);
 *   shop.crash(db);
 *   await shop.settle();
 *   shop.events.expectOrder('db crashed', 'outbox stopped', 'db#2 started', 'outbox#2 started');
 * });
 * ```
 */
export function testTree(
  children: readonly ChildSpec[],
  options?: TestTreeOptions,
): Promise<TestTree<SupervisorTree>>;
/**
 * The same with a root of your own, which says what kind of handle the tree has.
 *
 * @param spec - the declaration of a supervisor or an application (what makes it one, its process, is left out)
 */
export function testTree<S extends RootSpec>(
  spec: S,
  options?: TestTreeOptions,
): Promise<TestTree<TreeOf<S>>>;
export async function testTree(
  root: RootSpec | readonly ChildSpec[],
  given: TestTreeOptions = {},
): Promise<TestTree<unknown>> {
  const { seed = 1, logger, faultScope, ports = 'free', start = true, time: timed } = checked(given);
  const spec = isList(root) ? supervisor({ id: 'test', children: root }) : copyOf(root);
  const time = timeOf(timed);
  const tree = spec.handle({ clock: time.clock, random: seededRandom(seed), logger, faultScope });
  if (ports === 'free') takeFreePorts(tree as AnySupervisorHandle);
  const test = new TestTree<unknown>(tree, time, spec as RootSpec);
  if (!start) return test;
  try {
    return await test.start();
  } catch (error) {
    await test[Symbol.asyncDispose]();
    throw error;
  }
}

function isList(given: RootSpec | readonly ChildSpec[]): given is readonly ChildSpec[] {
  return reading('testTree()', 'the first argument', ROOT, given, () => Array.isArray(given));
}

const ROOT = 'the declaration of a supervisor or an application, or a list of children';

/** The same declaration as data, without what somebody has added to it, such as the process of an application. */
function copyOf(given: RootSpec): { handle(options: object): unknown } {
  return reading('testTree()', 'the first argument', ROOT, given, () => {
    const kind = (given as { kind?: unknown } | undefined)?.kind;
    if (kind !== 'supervisor' && kind !== 'dynamic-supervisor')
      throw wrongOption('testTree()', 'the first argument', ROOT, show(given));
    const spec =
      given.kind === 'supervisor' ? supervisor({ ...given }) : dynamicSupervisor<never>({ ...given });
    standIn(spec, given);
    return spec;
  });
}

function checked(given: TestTreeOptions): TestTreeOptions {
  const own = options('testTree()', given, OPTIONS);
  const { seed = 1, ports = 'free', start = true } = own;
  if (!Number.isSafeInteger(seed)) throw wrongOption('testTree()', 'seed', 'a whole number', show(seed));
  if (ports !== 'free' && ports !== 'declared')
    throw wrongOption('testTree()', 'ports', "'free' or 'declared'", show(ports));
  if (typeof start !== 'boolean') throw wrongOption('testTree()', 'start', 'true or false', show(start));
  return own;
}

function timeOf(time: TestTreeOptions['time'] = 'simulated'): TestTime {
  if (time === 'simulated') return new SimulatedTime(new SimulatedClock());
  if (time === 'real') return new PlatformTime();
  if (typeof time === 'function') return new PlatformTime(time);
  if (time instanceof SimulatedClock) return new SimulatedTime(time);
  throw wrongOption(
    'testTree()',
    'time',
    `'simulated', 'real', a SimulatedClock, or a function that lets fake timers go by`,
    show(time),
  );
}
