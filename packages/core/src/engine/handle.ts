/**
 * Handles: what a user holds of a living tree. A handle names a place in the tree, not a process: it stays
 * valid when the supervisor there is restarted.
 */
import type { Child } from '../model/child.js';
import { notFound } from '../model/decisions.js';
import { coppiceError } from '../model/errors.js';
import { type ExitReason, NORMAL, SHUTDOWN, Shutdown, crash } from '../model/exit-reason.js';
import type { Command } from '../model/message.js';
import type { ChildSpec, DynamicSupervisorSpec, SupervisorSpec, Template } from '../spec/types.js';
import { checkId, checkOptions, checkSignificant, completeChild, show } from '../spec/validate.js';
import type { Emitter, EventListener, EventMap, Subscribable } from './emitter.js';
import type { Root } from './root.js';
import {
  type ChildCounts,
  type ChildInfo,
  type SupervisorSnapshot,
  countsOf,
  infoOf,
  snapshotOf,
} from './snapshot.js';
import type { Reply, StopReport, SupervisorProcess } from './supervisor-process.js';

/** A child by its id, or by the declaration that has it. */
export type ChildRef = string | { readonly id: string };

export interface StopOptions {
  /**
   * The reason to end with, as its parent will see it: `'shutdown'`, `'normal'`, a `Shutdown` value, or an
   * error. Default: `'shutdown'`. A nested supervisor that its parent finds ended may be started again, as
   * its `restart` says; to end one for good use `terminateChild` of its parent.
   */
  readonly reason?: 'shutdown' | 'normal' | Shutdown | Error;
  /**
   * All has to be down within so many milliseconds. The time is shared out over what is left to stop; what is
   * not down when it is over is killed or abandoned, and named in the report. Default: each child's own
   * `shutdownMs` alone counts.
   */
  readonly deadlineMs?: number;
}

/** What every handle can do. */
export interface AnySupervisorHandle extends Subscribable, AsyncDisposable {
  /** Ids from the root down to the supervisor, joined by `/`. */
  readonly path: string;
  /** The events of this supervisor and its children only; the handle itself has those of all below. */
  readonly own: Subscribable;
  /**
   * Stops the children in reverse start order, each within its `shutdownMs`, and then ends. Resolves when
   * all is over, with those who did not stop. Again, or while it stops: the same end is reported.
   *
   * @throws NotRunningError `COPPICE_NOT_RUNNING` if there is no supervisor at this place now
   */
  stop(options?: StopOptions): Promise<StopReport>;
  /** Stops a child. Its declaration stays, unless it is `temporary` or dynamic. @throws `COPPICE_NOT_FOUND` */
  terminateChild(child: ChildRef): Promise<void>;
  /** Its children in start order. Answers at once, in every state. */
  whichChildren(): ChildInfo[];
  /** How many children there are. Answers at once, in every state. */
  countChildren(): ChildCounts;
  /** The declaration of a child, complete with defaults; of a dynamic supervisor its template. */
  childSpec(child: ChildRef): ChildSpec;
  /** The whole subtree as JSON data. Answers at once, in every state. */
  snapshot(): SupervisorSnapshot;
  /** A supervisor further down, by its declaration or by its path from here (`'feeds/eu'`). */
  supervisor<A extends readonly unknown[]>(ref: DynamicSupervisorSpec<A>): DynamicSupervisorHandle<A>;
  supervisor(ref: SupervisorSpec | string): SupervisorHandle;
}

/** A place in the tree where a supervisor is. */
export interface SupervisorHandle extends AnySupervisorHandle {
  /** Adds a child and starts it. @throws `COPPICE_ALREADY_STARTED`, `COPPICE_ALREADY_PRESENT`, `COPPICE_START_FAILED` */
  startChild(spec: ChildSpec): Promise<ChildInfo>;
  /** Starts a child that is stopped. @throws `COPPICE_RUNNING`, `COPPICE_RESTARTING`, `COPPICE_NOT_FOUND`, `COPPICE_START_FAILED` */
  restartChild(child: ChildRef): Promise<ChildInfo>;
  /** Removes a child that is stopped. @throws `COPPICE_RUNNING`, `COPPICE_RESTARTING`, `COPPICE_NOT_FOUND` */
  deleteChild(child: ChildRef): Promise<void>;
}

/** What a new child of a dynamic supervisor is given. */
export type DynamicChildOptions<A extends readonly unknown[]> = {
  /** Its name; must be new. Default: the id of the template with a number, like `conn#1`. */
  readonly id?: string;
} & (A extends readonly [] ? { readonly args?: A } : { readonly args: A });

/** A place in the tree where a dynamic supervisor is. */
export interface DynamicSupervisorHandle<A extends readonly unknown[]> extends AnySupervisorHandle {
  /** Starts a child from the template; each of its incarnations gets the same `args`. @throws `COPPICE_START_FAILED` */
  startChild(
    ...options: A extends readonly [] ? [DynamicChildOptions<A>?] : [DynamicChildOptions<A>]
  ): Promise<ChildInfo>;
}

/** The root of a tree: it can be started. */
export interface Startable {
  /** Starts the children in order. @throws StartError `COPPICE_START_FAILED`: those already started are stopped again */
  start(): Promise<this>;
  /** Resolves when the tree has ended, for whatever reason: stopped, given up, or ended by a significant child. */
  whenStopped(): Promise<StopReport>;
}

/** A whole tree, from its root. */
export interface SupervisorTree extends SupervisorHandle, Startable {}
/** A whole tree whose root is a dynamic supervisor. */
export interface DynamicSupervisorTree<A extends readonly unknown[]>
  extends DynamicSupervisorHandle<A>,
    Startable {}

export class Handle implements SupervisorHandle {
  readonly path: string;
  readonly #root: Root;

  constructor(root: Root, path: string) {
    this.#root = root;
    this.path = path;
  }

  get own(): Subscribable {
    return this.#root.tree.emittersOf(this.path).own;
  }

  on<N extends keyof EventMap>(name: N, listener: EventListener<N>): this {
    this.#subtree.on(name, listener);
    return this;
  }

  once<N extends keyof EventMap>(name: N, listener: EventListener<N>): this {
    this.#subtree.once(name, listener);
    return this;
  }

  off<N extends keyof EventMap>(name: N, listener: EventListener<N>): this {
    this.#subtree.off(name, listener);
    return this;
  }

  start(): Promise<this> {
    return this.#root.start().then(() => this);
  }

  whenStopped(): Promise<StopReport> {
    return this.#root.whenStopped();
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    const process = this.#root.find(this.path);
    if (!process) throw notRunning(this.path);
    const { reason, deadlineMs = Infinity } = checkOptions('stop', options, ['reason', 'deadlineMs']);
    if (typeof deadlineMs !== 'number' || !(deadlineMs >= 0)) {
      throw coppiceError('COPPICE_INVALID_ARGUMENT', {
        call: 'stop',
        expected: 'deadlineMs: a number of milliseconds, 0 or more',
        got: show(deadlineMs),
      });
    }
    return process.stop(exitReason(reason), deadlineMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async startChild(given?: unknown): Promise<ChildInfo> {
    const process = this.#process();
    const { spec, path } = process;
    if (spec.kind === 'dynamic-supervisor') return this.#startDynamic(process, given);
    const child = completeChild(given, path);
    checkSignificant(child, spec.autoShutdown, path);
    const reply = await ask(process, (to) => ({
      kind: 'start-child',
      id: child.id,
      spec: child,
      args: [],
      to,
    }));
    return infoOf(process, reply);
  }

  async #startDynamic(process: SupervisorProcess, given: unknown = {}): Promise<ChildInfo> {
    const template: Template<never> = (process.spec as DynamicSupervisorSpec<never>).child;
    const { id = process.nextId(), args = [], ...rest } = plainOptions(given);
    const [unknownKey] = Object.keys(rest);
    if (unknownKey !== undefined) {
      throw coppiceError('COPPICE_UNKNOWN_KEY', {
        kind: 'child of a dynamic supervisor',
        key: unknownKey,
        hint: '',
        expected: 'id, args',
        path: process.path,
      });
    }
    checkId('child', { id }, process.path);
    if (!Array.isArray(args)) {
      throw coppiceError('COPPICE_INVALID_ARGUMENT', {
        call: 'startChild',
        expected: 'args: an array',
        got: show(args),
      });
    }
    const command = {
      kind: 'start-child',
      id: id as string,
      spec: template,
      args: [...(args as unknown[])],
    } as const;
    const child = await ask(process, (to) => ({ ...command, to }));
    return infoOf(process, child);
  }

  async terminateChild(child: ChildRef): Promise<void> {
    await ask(this.#process(), (to) => ({ kind: 'terminate-child', id: idOf(child), to }));
  }

  async restartChild(child: ChildRef): Promise<ChildInfo> {
    const process = this.#process();
    return infoOf(process, await ask(process, (to) => ({ kind: 'restart-child', id: idOf(child), to })));
  }

  async deleteChild(child: ChildRef): Promise<void> {
    await ask(this.#process(), (to) => ({ kind: 'delete-child', id: idOf(child), to }));
  }

  whichChildren(): ChildInfo[] {
    const process = this.#process();
    return Array.from(process.state.children, (child) => infoOf(process, child));
  }

  countChildren(): ChildCounts {
    return countsOf(this.#process());
  }

  childSpec(ref: ChildRef): ChildSpec {
    const process = this.#process();
    const child = process.state.children.get(idOf(ref));
    if (child) return child.spec as ChildSpec;
    throw notFound(process.state, idOf(ref));
  }

  snapshot(): SupervisorSnapshot {
    return snapshotOf(this.#process());
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the overloads of the interface say what comes out
  supervisor(ref: string | SupervisorSpec | DynamicSupervisorSpec<any>): any {
    return new Handle(this.#root, this.#root.pathOf(this.path, ref));
  }

  get #subtree(): Emitter {
    return this.#root.tree.emittersOf(this.path).subtree;
  }

  #process(): SupervisorProcess {
    const process = this.#root.find(this.path);
    if (!process) throw notRunning(this.path);
    return process;
  }
}

const notRunning = (path: string) =>
  coppiceError('COPPICE_NOT_RUNNING', { path, state: ': its parent is down, or it was removed' });

/** Sends a command and waits for its answer. */
function ask(process: SupervisorProcess, command: (to: Reply) => Command): Promise<Child> {
  return new Promise((resolve, reject) => {
    process.tree.send(process, { type: 'command', command: command({ resolve, reject }) });
  });
}

function idOf(ref: unknown): string {
  const id = typeof ref === 'object' && ref !== null ? (ref as { id?: unknown }).id : ref;
  if (typeof id === 'string') return id;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'the handle',
    expected: `the id of a child, or its declaration`,
    got: show(ref),
  });
}

function plainOptions(given: unknown): Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'startChild of a dynamic supervisor',
    expected: '{ id?, args? }',
    got: show(given),
  });
}

function exitReason(reason: StopOptions['reason']): ExitReason {
  if (reason === undefined || reason === 'shutdown') return SHUTDOWN;
  if (reason === 'normal') return NORMAL;
  return reason instanceof Shutdown ? reason.toReason() : crash(reason);
}
