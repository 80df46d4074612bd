/** How a handle does what it promises: by finding the supervisor that is at its place now. */
import type { Child } from '../model/child.js';
import { notFound } from '../model/commands.js';
import { coppiceError } from '../model/errors.js';
import { isSupervisorKind } from '../model/policy.js';
import type { ChildInfo, ChildRef, RequestOptions } from '../spec/dynamic-types.js';
import type {
  ChildSpec,
  Context,
  DynamicSupervisorSpec,
  Service,
  SupervisorSpec,
  WhenReadyOptions,
} from '../spec/types.js';
import type { RunTaskOptions, RunningTask, TaskRunner } from '../spec/task-types.js';
import { checkOptions, show } from '../spec/checks.js';
import type { Views } from '../spec/view-types.js';
import { checkPlace } from '../spec/place.js';
import { completeChild } from '../spec/validate.js';
import { explainPlace } from '../explain/explain.js';
import { describe } from './describe.js';
import { countOf, partitioningOf, route, specFor } from '../partition/partitioning.js';
import { Place } from '../partition/place.js';
import { resize } from '../partition/resize.js';
import type { PartitionKey } from '../spec/partition-types.js';
import { isTaskSupervisor } from '../tasks/job.js';
import { Tasks } from '../tasks/runner.js';
import type { Emitter, EventListener, EventMap, Subscribable } from './emitter.js';
import {
  askedBy,
  checkText,
  exitReason,
  idOf,
  noSecond,
  noStartChild,
  notRunning,
  pauseOptions,
} from './handle-arguments.js';
import type {
  ExplainOptions,
  PauseOptions,
  ReconcileOptions,
  StopOptions,
  SupervisorHandle,
} from './handle-types.js';
import type { FlightRecorder } from '../recorder/types.js';
import type { EventStream, EventsOptions } from './event-stream.js';
import { type ChildPage, type PageOptions, infosOf, pageOf } from './pages.js';
import type { ReconcilePlan } from './reconcile-plan.js';
import type { Root } from './root.js';
import {
  type ChildCounts,
  type SnapshotOptions,
  type SupervisorSnapshot,
  countsOf,
  infoOf,
  snapshotOf,
} from './snapshot.js';
import { startDynamicChild } from './start-child.js';
import { ask } from './ask.js';
import type { StopReport, SupervisorProcess } from './supervisor-process.js';
import { viewOf } from './views.js';

export class Handle implements SupervisorHandle {
  readonly path: string;
  readonly #root: Root;

  /** The supervisor that is at the place of a handle now; undefined if it is no handle. */
  static processOf(handle: unknown): SupervisorProcess | undefined {
    const isHandle = typeof handle === 'object' && handle !== null && #root in handle;
    return isHandle ? handle.#process() : undefined;
  }

  constructor(root: Root, path: string) {
    this.#root = root;
    this.path = path;
  }

  get recorder(): FlightRecorder | undefined {
    return this.#root.tree.recorder;
  }

  get own(): Subscribable {
    return this.#root.tree.events.at(this.path).own;
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

  events<N extends keyof EventMap = 'event'>(options?: EventsOptions<N>): EventStream<EventMap[N]> {
    return this.#subtree.events(options);
  }

  start(): Promise<this> {
    return this.#root.start().then(() => this);
  }

  whenStopped(): Promise<StopReport> {
    return this.#root.whenStopped();
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    const process = this.#process();
    const {
      reason,
      shutdownMs = Infinity,
      by,
    } = checkOptions('stop', options, ['reason', 'shutdownMs', 'by']);
    if (typeof shutdownMs !== 'number' || !(shutdownMs >= 0)) {
      throw coppiceError('COPPICE_INVALID_ARGUMENT', {
        call: 'stop',
        expected: 'shutdownMs: a number of milliseconds, 0 or more',
        got: show(shutdownMs),
      });
    }
    checkText('stop', { by });
    return process.stop(exitReason(reason), shutdownMs, by);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Not an async function: the child is up when this returns, if its start takes no time. */
  startChild(given?: unknown, options?: RequestOptions): Promise<ChildInfo> {
    try {
      return this.#startChild(given, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #startChild(given: unknown, options: RequestOptions | undefined): Promise<ChildInfo> {
    const process = this.#process();
    const { spec, path } = process;
    if (isTaskSupervisor(spec)) throw noStartChild(path);
    if (spec.kind === 'dynamic-supervisor') {
      // Who asks for it says so among the options of the child; here nothing more is taken, and ignored.
      if (options !== undefined) throw noSecond(path, options);
      return startDynamicChild(process, given, this.#root);
    }
    const asked = askedBy('startChild', options);
    const child = completeChild(given, path);
    checkPlace(child, spec, path);
    this.#root.warnOf(child, path);
    return ask(process, { kind: 'start-child', id: child.id, spec: child, args: [], asked }, infoOf);
  }

  async terminateChild(child: ChildRef, options?: RequestOptions): Promise<void> {
    const asked = askedBy('terminateChild', options);
    await ask(this.#process(), { kind: 'terminate-child', id: idOf(child), asked });
  }

  async restartChild(child: ChildRef, options?: RequestOptions): Promise<ChildInfo> {
    const asked = askedBy('restartChild', options);
    const process = this.#process();
    return ask(process, { kind: 'restart-child', id: idOf(child), asked }, infoOf);
  }

  async deleteChild(child: ChildRef, options?: RequestOptions): Promise<void> {
    const asked = askedBy('deleteChild', options);
    await ask(this.#process(), { kind: 'delete-child', id: idOf(child), asked });
  }

  async reconcile(given: unknown, options: ReconcileOptions = {}): Promise<ReconcilePlan> {
    const { dryRun = false, by } = checkOptions('reconcile', options, ['dryRun', 'by']);
    checkText('reconcile', { by });
    const { kind } = this.#process().spec;
    if (kind !== 'supervisor') {
      const details = { path: this.path, supervisor: this.path, call: 'reconcile' };
      throw coppiceError('COPPICE_DYNAMIC_SUPERVISOR', details);
    }
    if (typeof dryRun !== 'boolean') {
      const got = show(dryRun);
      throw coppiceError('COPPICE_INVALID_ARGUMENT', {
        call: 'reconcile',
        expected: 'dryRun: true or false',
        got,
      });
    }
    return this.#root.reconcile(this.path, given, { dryRun, by });
  }

  async restartNow(child: ChildRef, options?: RequestOptions): Promise<ChildInfo> {
    const asked = askedBy('restartNow', options);
    const process = this.#process();
    return ask(process, { kind: 'restart-now', id: idOf(child), asked }, infoOf);
  }

  async pause(child: ChildRef, options: PauseOptions = {}): Promise<void> {
    const { reason, by } = pauseOptions('pause', options);
    await ask(this.#process(), { kind: 'pause', id: idOf(child), reason, by });
  }

  async resume(child: ChildRef, options: PauseOptions = {}): Promise<void> {
    const { reason, by } = pauseOptions('resume', options);
    await ask(this.#process(), { kind: 'resume', id: idOf(child), reason, by });
  }

  use<V>(ref: Service<V> | Views<V, unknown>): V {
    return this.#process().use(ref as Service<V>, this.path);
  }

  async whenReady<V>(ref: Service<V> | Views<V, unknown>, options?: WhenReadyOptions): Promise<V> {
    return this.#process().whenReady(ref as Service<V>, this.path, options);
  }

  // What the handle of a task supervisor can do.

  runTask<R>(fn: (context: Context) => R | PromiseLike<R>, options?: RunTaskOptions): Promise<R> {
    return this.#tasks.runTask(fn, options);
  }

  asyncNoLink<R>(fn: (context: Context) => R | PromiseLike<R>, options?: RunTaskOptions): RunningTask<R> {
    return this.#tasks.asyncNoLink(fn, options);
  }

  get asyncStream(): TaskRunner['asyncStream'] {
    const tasks = this.#tasks;
    return tasks.asyncStream.bind(tasks) as TaskRunner['asyncStream'];
  }

  // What the handle of a partition supervisor can do.

  get partitions(): number {
    return countOf(this.#process(), 'partitions');
  }

  partitionOf(key: PartitionKey): number {
    return route(this.#process(), key, 'partitionOf');
  }

  for(key: PartitionKey): Handle | Place {
    return this.#partition(specFor(this.#process(), key, 'for'));
  }

  all(): (Handle | Place)[] {
    const process = this.#process();
    const specs = partitioningOf(process, 'all').specs(countOf(process, 'all'));
    return specs.map((spec) => this.#partition(spec));
  }

  async resize(partitions: number, options?: RequestOptions): Promise<ReconcilePlan> {
    const by = askedBy('resize', options)?.by;
    return resize(this.#process(), partitions, (children) =>
      this.#root.reconcile(this.path, children, { dryRun: false, by }),
    );
  }

  #partition(spec: ChildSpec): Handle | Place {
    const isSupervisor = isSupervisorKind(spec.kind) && viewOf(spec) === undefined;
    if (isSupervisor) return new Handle(this.#root, `${this.path}/${spec.id}`);
    return new Place(this.path, spec, () => this.#process());
  }

  whichChildren(): ChildInfo[] {
    const process = this.#process();
    return Array.from(process.state.children, (child) => infoOf(process, child));
  }

  childPage(options: PageOptions = {}): ChildPage {
    return pageOf(this.#process(), options);
  }

  eachChild(): IterableIterator<ChildInfo> {
    return infosOf(this.#process());
  }

  child(ref: ChildRef): ChildInfo | undefined {
    const process = this.#process();
    const child = process.state.children.get(idOf(ref));
    return child && infoOf(process, child);
  }

  countChildren(): ChildCounts {
    return countsOf(this.#process());
  }

  childSpec(ref: ChildRef): ChildSpec {
    return this.#child(this.#process(), ref).spec as ChildSpec;
  }

  describe(ref: ChildRef): string {
    const process = this.#process();
    return describe(process, this.#child(process, ref));
  }

  explain(ref?: ChildRef, options: ExplainOptions = {}): string {
    const { whenAllEnds = 'everything ends' } = checkOptions('explain', options, ['whenAllEnds']);
    checkText('explain', { whenAllEnds });
    const above = this.path.split('/').slice(1);
    const root = this.#root.find(this.#root.path) as SupervisorProcess;
    return explainPlace(root, [...above, ...this.#below(ref)], { whenAllEnds });
  }

  /** The way from here to a child, by its id, its declaration, its path from here, or that of an event. */
  #below(ref: ChildRef | undefined): string[] {
    if (ref === undefined || ref === this.path) return [];
    const path = idOf(ref);
    const [first = ''] = path.split('/');
    const isFromRoot =
      path.startsWith(`${this.path}/`) && !this.#root.find(this.path)?.state.children.get(first);
    return (isFromRoot ? path.slice(this.path.length + 1) : path).split('/');
  }

  snapshot(options: SnapshotOptions = {}): SupervisorSnapshot {
    const { dynamic = 'list' } = checkOptions('snapshot', options, ['dynamic']);
    if (dynamic === 'list' || dynamic === 'count') return snapshotOf(this.#process(), { dynamic });
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'snapshot',
      expected: "dynamic: 'list' or 'count'",
      got: show(dynamic),
    });
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the overloads of the interface say what comes out
  supervisor(ref: string | SupervisorSpec | DynamicSupervisorSpec<any>): any {
    return new Handle(this.#root, this.#root.pathOf(this.path, ref));
  }

  #child({ state }: SupervisorProcess, ref: ChildRef): Child {
    const child = state.children.get(idOf(ref));
    if (child) return child;
    throw notFound(state, idOf(ref));
  }

  get #tasks(): Tasks {
    return new Tasks(this.path, () => this.#process());
  }

  get #subtree(): Emitter {
    return this.#root.tree.events.at(this.path).subtree;
  }

  #process(): SupervisorProcess {
    const process = this.#root.find(this.path);
    if (!process) throw notRunning(this.path, this.#root.isStarted);
    return process;
  }
}
