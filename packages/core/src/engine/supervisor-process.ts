/**
 * One supervisor that lives: the model's state machine with its effects performed. It hands messages to
 * `step` and does what that says; a supervisor below it is another process in the same tree, and the two
 * talk by messages only.
 */
import { wordsFor } from '../explain/not-up.js';
import { type Child, type ChildStatus, numberedId } from '../model/child.js';
import type { Effect } from '../model/effect.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import { type ExitReason, SHUTDOWN, crash, errorOf } from '../model/exit-reason.js';
import type { UnstoppedChild } from '../model/event.js';
import type { Message } from '../model/message.js';
import { isSupervisorKind } from '../model/policy.js';
import { step } from '../model/step.js';
import { Supervisor } from '../model/supervisor.js';
import type {
  ChildSpec,
  DynamicSupervisorSpec,
  Service,
  SupervisorSpec,
  Task,
  WhenReadyOptions,
} from '../spec/types.js';
import { idOf, show } from '../spec/checks.js';
import { isSameDeclaration } from '../spec/lineage.js';
import { isTaskSupervisor } from '../tasks/job.js';
import { Tasks } from '../tasks/runner.js';
import { ChildWatcher } from './child-watcher.js';
import { TREE_NOT_STARTED } from './handle-arguments.js';
import { Incarnation } from './incarnation.js';
import { childAt, placeAbove, placeOf, supervisorAt, topOf } from './places.js';
import { neverReady, timeoutOf } from './readiness.js';
import type { Tree } from './tree.js';
import { type View, viewOf } from './views.js';

export type AnySupervisorSpec = SupervisorSpec | DynamicSupervisorSpec<never>;

/** Whoever started a supervisor: its parent supervisor, or the handle of a root. */
export interface Parent {
  readonly process: SupervisorProcess | undefined;
  started(): void;
  startFailed(error: CoppiceError): void;
  exited(reason: ExitReason): void;
  /** A root is declared differently from now on. */
  adopted(spec: AnySupervisorSpec): void;
}

/** How a supervisor ended, and who did not end with it. */
export interface StopReport {
  /** How it ended: as it was asked to, or by giving up. */
  readonly reason: ExitReason;
  /** Children below it that did not stop in time, and still run. Empty after a clean stop. */
  readonly unstopped: readonly UnstoppedChild[];
}

/** The answer to a command. */
export interface Reply {
  resolve(child: Child | undefined): void;
  reject(error: CoppiceError): void;
}

export class SupervisorProcess {
  readonly tree: Tree;
  /** What it is declared with; `reconcile` changes that. */
  spec: AnySupervisorSpec;
  readonly state: Supervisor;
  readonly parent: Parent;
  /** What the path of everything below it begins with. */
  readonly below: string;
  /** Called once, when all its children are up, or have not come up. */
  onUp: (() => void) | undefined = undefined;
  onStartFailed: ((error: CoppiceError) => void) | undefined = undefined;
  /** Did anybody ask to be told of its end? */
  isAwaited = false;
  #waiting: ((report: StopReport) => void)[] = [];
  #report: StopReport | undefined = undefined;
  #places: WeakMap<object, string> | undefined = undefined;

  constructor(tree: Tree, spec: AnySupervisorSpec, path: string, parent: Parent) {
    this.tree = tree;
    this.spec = spec;
    this.parent = parent;
    this.below = `${path}/`;
    const children = spec.kind === 'supervisor' ? spec.children : [];
    this.state = new Supervisor(path, spec, spec.kind === 'dynamic-supervisor', children);
    this.state.chance = tree.random;
  }

  get path(): string {
    return this.state.path;
  }

  pathOf({ id }: Child): string {
    return this.below + id;
  }

  /** Does it take commands? */
  get isUp(): boolean {
    const { phase, stopReason } = this.state;
    return (phase === 'starting' || phase === 'running') && stopReason === undefined;
  }

  /** Queues a message to it. */
  tell(message: Message): void {
    this.tree.post(this, message);
  }

  /** Steps a message and performs what follows from it; called by the tree, one message at a time. */
  handle(message: Message): void {
    if (message.type === 'timer') {
      // It may have been taken back while this message stood in a long queue.
      if (message.child.timer !== message.timer) return;
      message.child.timer = undefined;
    }
    this.state.observed = this.tree.events.isHeard;
    const { effects } = this.tree;
    step(this.state, message, this.#timeOf(message), effects);
    for (let effect = effects.shift(); effect; effect = effects.shift()) this.#perform(effect);
    if (message.type !== 'started' || !this.tree.readiness.isAwaited) return;
    this.tree.readiness.up(this.pathOf(message.child));
  }

  /** A task is up from when it was called, which was just now; asking the clock is what costs most in a restart. */
  #timeOf(message: Message): number {
    const spec = message.type === 'started' ? message.child.spec : undefined;
    const isOld = spec?.kind === 'task' && !(spec as ChildSpec as Task).awaitReady;
    return isOld ? this.state.now : this.tree.clock.now();
  }

  /** Asks it to stop, within so many milliseconds at most; resolves when it is down. */
  async stop(reason: ExitReason, deadlineMs = Infinity, by?: string): Promise<StopReport> {
    const { clock } = this.tree;
    const stopped = this.whenDown();
    const stop = { type: 'stop', reason, because: 'request', by } as const;
    if (deadlineMs === Infinity) {
      this.tree.send(this, stop);
      return stopped;
    }
    const timer = clock.setTimer(() => this.tree.send(this, { type: 'kill' }), deadlineMs);
    this.tree.send(this, { ...stop, deadlineAt: clock.now() + deadlineMs });
    const report = await stopped;
    clock.clearTimer(timer);
    return report;
  }

  /** Resolves when it is down, for whatever reason. */
  whenDown(): Promise<StopReport> {
    this.isAwaited = true;
    if (this.#report) return Promise.resolve(this.#report);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the whole tree, because of an error. */
  exitTree(error: CoppiceError): void {
    const above = this.parent.process;
    if (above) above.exitTree(error);
    else this.tell({ type: 'stop', reason: crash(error), because: 'exit' });
  }

  /** A new id for a child of a dynamic supervisor. */
  nextId(): string {
    const { spec, state } = this;
    const base = spec.kind === 'dynamic-supervisor' ? (spec.child as { id: string }).id : spec.id;
    return numberedId(base, state.children.nextNumber(base));
  }

  /** The value of a service that is up, for whoever stands at this supervisor; to some `caller` matters. */
  use<V>(ref: Service<V>, asker: string, caller?: Incarnation): V {
    const view = viewOf(ref) ?? handleView(ref);
    const place = this.#placeOf(ref, asker, view);
    const value = this.#valueFor<V>(place, view, caller);
    if (value) return value.value;
    const path = place + (view?.below ?? '');
    throw coppiceError('COPPICE_NOT_RUNNING', this.#notUp(path));
  }

  /** The same when it is up; `caller` has no use for it any more when it has to end. */
  async whenReady<V>(
    ref: Service<V>,
    asker: string,
    options: WhenReadyOptions = {},
    caller?: Incarnation,
  ): Promise<V> {
    const view = viewOf(ref) ?? handleView(ref);
    const place = this.#placeOf(ref, asker, view);
    const path = place + (view?.below ?? '');
    const { clock, readiness } = this.tree;
    const startedAt = clock.now();
    const timeoutMs = timeoutOf(options);
    for (;;) {
      if (caller?.quitReason !== undefined) throw caller.quitReason;
      const value = this.#valueFor<V>(place, view, caller);
      if (value) return value.value;
      if (topOf(this).state.phase === 'stopped') throw neverReady(path);
      const leftMs = startedAt + timeoutMs - clock.now();
      await readiness.wait(path, () => this.#notUp(path), { timeoutMs, leftMs }, caller);
    }
  }

  /** What there is at a place for whoever asks, in a box, if it is up. */
  #valueFor<V>(path: string, view: View | undefined, caller: Incarnation | undefined): Box<V> | undefined {
    if (!view) return valueOf<V>(childAt(this, path));
    const asker = { process: this, path, caller };
    if (view.below === undefined) return { value: view.show(asker, undefined) as V };
    const value = valueOf(childAt(this, path + view.below));
    return value && { value: view.show(asker, value.value) as V };
  }

  /** Where a declaration stands; one that has a view may be that of a supervisor, also of one above. */
  #placeOf(ref: Service, asker: string, view: View | undefined): string {
    return (view && placeAbove(this, ref)) ?? this.#pathOf(ref, asker);
  }

  /** What runs tasks under the task supervisor of this declaration, for a child of this supervisor. */
  tasks(ref: object, caller: Incarnation): Tasks {
    const path = placeAbove(this, ref) ?? this.#pathOf(ref, caller.path);
    const find = (): SupervisorProcess | undefined => supervisorAt(this, path);
    if (find()?.isUp) return new Tasks(path, find, caller);
    throw coppiceError('COPPICE_NOT_RUNNING', this.#notUp(path));
  }

  /** Where a declaration stands, nearest to this supervisor. */
  #pathOf(ref: unknown, asker: string): string {
    if (typeof ref === 'object' && ref !== null) {
      this.#places ??= new WeakMap();
      const known = this.#places.get(ref);
      const child = known === undefined ? undefined : childAt(this, known);
      if (known !== undefined && child && isSameDeclaration(child.spec, ref)) return known;
      const path = placeOf(this, ref);
      if (path !== undefined) {
        this.#places.set(ref, path);
        return path;
      }
    }
    const id = idOf(ref) ?? show(ref);
    throw coppiceError('COPPICE_UNKNOWN_REF', { path: asker, id });
  }

  /** What an error says of a child that is not up: its plain status, if it is there, and in words. */
  #notUp(path: string): { path: string; status: ChildStatus | undefined; state: string } {
    const child = childAt(this, path);
    if (topOf(this).state.phase === 'idle') return { path, status: child?.status, state: TREE_NOT_STARTED };
    if (!child) return { path, status: undefined, state: 'its supervisor is down' };
    const { status, incarnation, recovery } = child;
    const { bindsTo = [] } = child.spec as ChildSpec;
    const known = { status, incarnation, bindsTo, failures: recovery?.failures ?? 0 };
    const isNew = status === 'stopped' && incarnation === 0;
    const words = isNew
      ? 'was not started yet (children start in the order in which they are listed)'
      : wordsFor({ ...known, nextStartAt: recovery?.nextStartAt ?? null }, this.tree.clock.now());
    return { path, status, state: `it ${words}` };
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'start':
        return this.#start(effect.child);
      case 'fail':
        return this.#fail(effect.child, effect.error);
      case 'stop':
        return this.#stop(effect.child, effect.deadlineAt);
      case 'kill':
        return this.#kill(effect.child);
      case 'abandon':
        return (effect.child.runtime as Incarnation | undefined)?.abandon();
      case 'set-timer':
        return this.#setTimer(effect.child, effect.ms);
      case 'clear-timer':
        this.tree.clock.clearTimer(effect.child.timer);
        effect.child.timer = undefined;
        return;
      case 'gone': {
        const watcher = effect.child.onlyArg;
        if (watcher instanceof ChildWatcher) watcher.gone(effect.child, effect.byItself);
        return;
      }
      case 'reply':
        return (effect.to as Reply).resolve(effect.child);
      case 'refuse':
        return (effect.to as Reply).reject(effect.error);
      case 'event':
        return this.tree.events.emit(this.path, effect.event);
      case 'exit':
        return this.exitTree(effect.error);
      case 'go-on':
        return this.tree.goOnLater(this);
      case 'up':
        this.onUp?.();
        return this.parent.started();
      case 'start-failed':
        this.#down({ kind: 'shutdown', cause: effect.error }, () => effect.error);
        return this.parent.startFailed(effect.error);
      case 'down':
        this.#down(effect.reason, () => this.#startInterrupted(effect.reason));
        return this.parent.exited(effect.reason);
    }
  }

  /** Why it did not come up, if it was still starting: because all has to end, perhaps with an error. */
  #startInterrupted(reason: ExitReason): CoppiceError {
    return coppiceError('COPPICE_START_INTERRUPTED', { path: this.path }, errorOf(reason));
  }

  /** Its end is told to all who wait for it; to those who wait for its start, too (it has settled if it was up). */
  #down(reason: ExitReason, startError: () => CoppiceError): void {
    const unstopped = Array.from(this.tree.abandoned, (incarnation) => incarnation.describe()).filter(
      ({ path }) => path.startsWith(this.below),
    );
    this.#report = { reason, unstopped };
    this.onStartFailed?.(startError());
    for (const resolve of this.#waiting) resolve(this.#report);
    this.#waiting = [];
  }

  #start(child: Child): void {
    if (isSupervisorKind(child.spec.kind)) {
      const spec = child.spec as ChildSpec as AnySupervisorSpec;
      const below = new SupervisorProcess(this.tree, spec, this.pathOf(child), this.#parentOf(child));
      below.state.lost = lostWith(child.runtime);
      child.runtime = below;
      below.tell({ type: 'start' });
    } else {
      const incarnation = new Incarnation(this, child);
      child.runtime = incarnation;
      incarnation.start();
    }
  }

  /** How a supervisor below tells this one what becomes of it. */
  #parentOf(child: Child): Parent {
    const { incarnation } = child;
    return {
      process: this,
      started: () => this.tell({ type: 'started', child, incarnation }),
      startFailed: (error) => this.tell({ type: 'start-failed', child, incarnation, error }),
      exited: (reason) => this.tell({ type: 'exited', child, incarnation, reason }),
      adopted: () => {},
    };
  }

  #stop({ runtime }: Child, deadlineAt: number | undefined): void {
    if (runtime instanceof Incarnation) runtime.stop();
    else if (runtime instanceof SupervisorProcess) {
      runtime.tell({ type: 'stop', reason: SHUTDOWN, deadlineAt });
    }
  }

  #fail({ runtime }: Child, error: CoppiceError): void {
    if (runtime instanceof Incarnation) runtime.breakOff(error);
    else if (runtime instanceof SupervisorProcess)
      runtime.tell({ type: 'stop', reason: crash(error), because: 'timed-out' });
  }

  #kill({ runtime }: Child): void {
    if (runtime instanceof Incarnation) runtime.kill();
    else if (runtime instanceof SupervisorProcess) runtime.tell({ type: 'kill' });
  }

  #setTimer(child: Child, ms: number): void {
    const { incarnation } = child;
    const timer: unknown = this.tree.clock.setTimer(() => {
      this.tree.send(this, { type: 'timer', child, incarnation, timer });
    }, ms);
    child.timer = timer;
  }
}

/** How many children went with what was at a place before that somebody would want to have again. */
function lostWith(before: unknown): number {
  if (!(before instanceof SupervisorProcess)) return 0;
  const { spec, state } = before;
  const isMissed =
    spec.kind === 'dynamic-supervisor' && spec.child.restart !== 'temporary' && !isTaskSupervisor(spec);
  return isMissed ? state.endedWith : 0;
}

/** Of a dynamic supervisor whoever asks has the handle: it says itself when nothing is there. */
const HANDLE: View = { below: undefined, show: ({ process, path }) => process.tree.handleAt(path) };

function handleView(ref: unknown): View | undefined {
  try {
    const isDynamic = (ref as { readonly kind?: unknown } | undefined)?.kind === 'dynamic-supervisor';
    return isDynamic && !isTaskSupervisor(ref) ? HANDLE : undefined;
  } catch {
    return undefined; // what cannot be read stands nowhere in a tree
  }
}

interface Box<V> {
  readonly value: V;
}

/** The value of a service, in a box, if it is up. */
function valueOf<V>(child: Child | undefined): Box<V> | undefined {
  const isUp = child?.status === 'running' && child.runtime instanceof Incarnation;
  return isUp ? { value: (child.runtime as Incarnation).value as V } : undefined;
}
