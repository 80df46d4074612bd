/** The root of a tree: starts it, says when it has ended, and finds the supervisors in it. */
import { coppiceError } from '../model/errors.js';
import { type ExitReason, errorOf } from '../model/exit-reason.js';
import { isSupervisorKind } from '../model/policy.js';
import { closest } from '../model/suggest.js';
import type { ChildSpec } from '../spec/types.js';
import { idOf, show } from '../spec/checks.js';
import { checkRootPolicies } from '../spec/policies.js';
import { warningsOf } from '../spec/warnings.js';
import { nextTurn } from './clock.js';
import { notRunning } from './handle-arguments.js';
import type { ReconcileOptions } from './handle-types.js';
import { bystander } from './emitter.js';
import { Handle } from './handle.js';
import { placeUnder } from './places.js';
import { type ReconcilePlan, changeOf, stepsOf, wantedSpec } from './reconcile-plan.js';
import type { PortTrouble } from './ports.js';
import { apply } from './reconcile.js';
import { type AnySupervisorSpec, type StopReport, SupervisorProcess } from './supervisor-process.js';
import { Tree, type TreeOptions } from './tree.js';

export class Root {
  readonly tree: Tree;
  #spec: AnySupervisorSpec;
  /** What was told of ports already. */
  readonly #troubles = new Set<string>();
  #reconciling: Promise<unknown> = Promise.resolve();
  #process: SupervisorProcess;
  #starting: Promise<void> | undefined = undefined;

  constructor(spec: AnySupervisorSpec, options: TreeOptions) {
    checkRootPolicies({ ...spec });
    this.#spec = spec;
    this.tree = new Tree(options, this.#portTrouble, (path) => new Handle(this, path));
    const { events, recorder } = this.tree;
    if (recorder)
      events.at(spec.id).subtree.on(
        'event',
        bystander((event) => recorder.hear(event)),
      );
    this.#process = this.#newProcess();
  }

  get path(): string {
    return this.#spec.id;
  }

  /** Has its start begun, now or earlier? */
  get isStarted(): boolean {
    return this.#process.state.phase !== 'idle';
  }

  /** Starts the tree; while it is up, this is the start that has brought it up. After its end: a new one. */
  start(): Promise<void> {
    const { phase, stopReason } = this.#process.state;
    if (phase !== 'stopped' && stopReason !== undefined) {
      return this.#process.whenDown().then(() => this.start());
    }
    if (phase === 'stopped') {
      this.#process = this.#newProcess();
      this.#starting = undefined;
    }
    if (this.#starting) return this.#starting;
    const process = this.#process;
    // Known before anything is told: a listener may ask for a start as well, and gets this one.
    const starting = new Promise<void>((resolve, reject) => {
      process.onUp = resolve;
      process.onStartFailed = reject;
    });
    this.#starting = starting;
    this.warnOf(this.#spec);
    this.tree.send(process, { type: 'start' });
    return starting;
  }

  whenStopped(): Promise<StopReport> {
    return this.#process.whenDown();
  }

  /** The living supervisor at a path; undefined if there is none now. */
  find(path: string): SupervisorProcess | undefined {
    let process: SupervisorProcess | undefined = this.#process;
    if (path === process.path) return process;
    for (const id of path.split('/').slice(1)) {
      const runtime: unknown = process.state.children.get(id)?.runtime;
      if (!(runtime instanceof SupervisorProcess)) return undefined;
      process = runtime;
    }
    return process;
  }

  /** Changes of declarations are carried out one after the other. */
  reconcile(path: string, given: unknown, options: ReconcileOptions): Promise<ReconcilePlan> {
    const reconciled = this.#reconciling.then(() => this.#reconcile(path, given, options));
    this.#reconciling = reconciled.catch(() => undefined);
    return reconciled;
  }

  async #reconcile(path: string, given: unknown, { dryRun, by }: ReconcileOptions): Promise<ReconcilePlan> {
    const process = this.find(path);
    if (process?.state.phase !== 'running') {
      if (!process || !this.isStarted) throw notRunning(path, this.isStarted);
      throw coppiceError('COPPICE_NOT_RUNNING', { path, state: `it is ${process.state.phase}` });
    }
    const change = changeOf(process, wantedSpec(process, given));
    if (dryRun === true) return { path, steps: stepsOf(change) };
    this.warnOf(change.wanted, process.parent.process?.path, process.spec);
    return apply(change, by);
  }

  /** The path of a supervisor below `above`, by its declaration or by its path from there. */
  pathOf(above: string, ref: unknown): string {
    const path = typeof ref === 'string' ? `${above}/${ref}` : placeUnder(this.#process, above, ref);
    if (path === undefined) {
      throw coppiceError('COPPICE_NOT_FOUND', {
        supervisor: above,
        id: idOf(ref) ?? show(ref),
        hint: '; pass the very declaration that stands in the tree, or its path',
        path: above,
      });
    }
    this.#checkPath(path);
    return path;
  }

  /** As far as the supervisors on the way are there, so has to be what the path names. */
  #checkPath(path: string): void {
    let process = this.#process;
    for (const id of path.split('/').slice(1)) {
      const child = process.state.children.get(id);
      if (!child || !isSupervisorKind(child.spec.kind)) {
        const { children } = process.state;
        const supervisors = Array.from(children).filter((each) => isSupervisorKind(each.spec.kind));
        const near = closest(
          id,
          supervisors.map((each) => each.id),
        );
        throw coppiceError('COPPICE_NOT_FOUND', {
          supervisor: process.path,
          id,
          hint: child ? ' that is a supervisor' : near === undefined ? '' : `; did you mean '${near}'?`,
          path,
        });
      }
      if (!(child.runtime instanceof SupervisorProcess)) return;
      process = child.runtime;
    }
  }

  #newProcess(): SupervisorProcess {
    const process: SupervisorProcess = new SupervisorProcess(this.tree, this.#spec, this.#spec.id, {
      process: undefined,
      started: () => {},
      startFailed: () => {
        this.tree.readiness.ended();
        this.tree.events.end();
      },
      exited: (reason) => this.#exited(process, reason),
      adopted: (spec) => {
        this.#spec = spec;
      },
    });
    return process;
  }

  /**
   * A root that ends because of an error must not do so in silence: if nobody hears that it stops and nobody
   * asks for its end, its error becomes an unhandled rejection, as that of any failed promise that nobody
   * looks after. Whoever has just waited for the start gets a turn to ask.
   */
  #exited(process: SupervisorProcess, reason: ExitReason): void {
    this.tree.readiness.ended();
    this.tree.events.end();
    const error = errorOf(reason);
    if (error === undefined) return;
    const { events } = this.tree;
    const hearers =
      events.hearers(this.path, 'supervisor:stopped') + events.hearers(this.path, 'supervisor:gave-up');
    if (hearers > 0) return;
    void nextTurn().then(() => {
      if (!process.isAwaited) throw error;
    });
  }

  /**
   * Whoever declares something that is probably not meant is told so: by an event, or else on the console.
   * What was to be said of an `old` declaration already is not said again.
   */
  warnOf(declared: ChildSpec, above?: string, old?: ChildSpec): void {
    const spec = above === undefined ? undefined : this.find(above)?.spec;
    const place = above !== undefined && spec ? { path: above, spec } : undefined;
    const known = new Set(old ? warningsOf(old, place).map(({ message }) => message) : []);
    for (const warning of warningsOf(declared, place)) {
      if (!known.has(warning.message)) this.#warn(warning);
    }
  }

  #warn(warning: { readonly path: string; readonly code: string; readonly message: string }): void {
    const { events } = this.tree;
    const isHeard = events.hearers(this.path, 'supervisor:warning') > 0;
    if (isHeard) events.emit(this.path, { type: 'supervisor:warning', ...warning });
    else console.warn(`coppice: ${warning.message}`);
  }

  /** It may be found out in the middle of an event, or of a step: it is told when that is over. */
  readonly #portTrouble: PortTrouble = (port, what, how, consequence) => {
    const key = `${port} ${what}`;
    if (this.#troubles.has(key)) return;
    this.#troubles.add(key);
    const { path } = this;
    const message = `the ${port} of '${path}' misbehaves: ${what} ${how}; ${consequence}`;
    queueMicrotask(() => {
      // The end of the root is the last event.
      if (this.#process.state.phase === 'stopped') console.warn(`coppice: ${message}`);
      else this.#warn({ path, code: 'COPPICE_PORT_MISBEHAVES', message });
    });
  };
}
