/** Replays a scenario through the public API, and notes in OTP's terms what happened. */
import {
  type ChildInfo,
  type ReasonWire,
  type SupervisionEvent,
  type SupervisorHandle,
  type SupervisorSnapshot,
  type SupervisorTree,
  isCoppiceError,
} from 'coppice';
import { inOrderOfPath } from './dynamic-siblings.js';
import type { Result, Row, Scenario, Step, SupervisorState, TraceEvent } from './scenario.js';
import { SecondsClock } from './seconds-clock.js';
import { type Pace, Workers } from './workers.js';

export async function replay(scenario: Scenario, pace: Pace): Promise<Row[]> {
  return new Replay(scenario, pace).run();
}

class Replay {
  readonly #scenario: Scenario;
  readonly #clock = new SecondsClock();
  readonly #workers: Workers;
  readonly #tree: SupervisorTree;
  readonly #starts = new Map<string, number>();
  #events: TraceEvent[] = [];

  constructor(scenario: Scenario, pace: Pace) {
    this.#scenario = scenario;
    this.#workers = new Workers(pace, (path) => this.#count(path));
    const spec = this.#workers.tree('root', scenario.tree);
    this.#tree = spec.handle({ clock: this.#clock }) as SupervisorTree;
    this.#tree.on('event', (event) => this.#note(event));
  }

  async run(): Promise<Row[]> {
    const rows = [await this.#row(() => this.#tree.start().then(() => 'ok'))];
    for (const step of this.#scenario.steps) rows.push(await this.#row(() => this.#do(step)));
    rows.push(await this.#row(() => this.#tree.stop().then(() => 'ok')));
    if (this.#clock.pendingTimers > 0)
      throw new Error(`${this.#scenario.id}: timers are left after the stop`);
    return rows;
  }

  async #row(action: () => Result | Promise<Result>): Promise<Row> {
    const doing = Promise.resolve()
      .then(action)
      .catch((error: unknown) => refusal(error));
    await this.#clock.settle();
    const result = await doing;
    const events = inOrderOfPath(this.#events, this.#scenario.tree);
    this.#events = [];
    return { result, events, state: this.#state() };
  }

  #do(step: Step): Result | Promise<Result> {
    switch (step.op) {
      case 'advance':
        this.#clock.advance(step.seconds);
        return 'ok';
      case 'exit':
        return this.#workers.exit(step.path, step.reason);
      case 'exit_many': {
        // All of these ends stand in the supervisor's mailbox before it gets to the first one.
        if (!this.#living(step.path)) return 'noproc';
        return step.exits.map(({ path, reason }) => this.#workers.exit(path, reason));
      }
      default: {
        const handle = this.#living(step.path);
        return handle ? this.#command(handle, step) : 'noproc';
      }
    }
  }

  async #command(
    handle: SupervisorHandle,
    step: Exclude<Step, { op: 'advance' | 'exit' | 'exit_many' }>,
  ): Promise<Result> {
    const isDynamic = handle.snapshot().kind === 'dynamic-supervisor';
    switch (step.op) {
      case 'stop_supervisor':
        await handle.stop({ reason: step.reason === 'crash' ? new Error('boom') : step.reason });
        return 'ok';
      case 'start_child': {
        const spec = isDynamic ? { id: step.spec.id } : this.#workers.worker(step.spec);
        return started(await handle.startChild(spec as never));
      }
      case 'restart_child':
        return started(await handle.restartChild(step.child));
      case 'delete_child':
        await handle.deleteChild(step.child);
        return 'ok';
      case 'terminate_child':
        // The oracle names a dynamic child by its pid, so it can name only one that lives.
        if (isDynamic && !this.#workers.isAlive(`${step.path}/${step.child}`)) return { error: 'not_found' };
        await handle.terminateChild(step.child);
        return 'ok';
    }
  }

  /** The handle of a supervisor that lives at this path. */
  #living(path: string): SupervisorHandle | undefined {
    try {
      const handle = path === 'root' ? this.#tree : this.#tree.supervisor(path.slice('root/'.length));
      return handle.snapshot().phase === 'running' ? handle : undefined;
    } catch (error) {
      if (isCoppiceError(error)) return undefined;
      throw error;
    }
  }

  #state(): SupervisorState[] {
    const states: SupervisorState[] = [];
    const visit = (at: SupervisorSnapshot): void => {
      if (at.phase !== 'running') return;
      const children = at.children.map(({ id, path, status }) => ({
        id,
        status,
        ...(status === 'running' && { incarnation: this.#starts.get(path) ?? 0 }),
      }));
      if (at.kind === 'dynamic-supervisor') children.sort((a, b) => (a.id < b.id ? -1 : 1));
      states.push({ path: at.path, children, counts: at.counts });
      for (const child of at.children) if (child.supervisor) visit(child.supervisor);
    };
    visit(this.#tree.snapshot());
    return states.sort((a, b) => byPath(a.path, b.path));
  }

  #note(event: SupervisionEvent): void {
    switch (event.type) {
      case 'supervisor:starting':
        this.#starts.set(event.path, this.#count(event.path) + 1);
        return this.#add('start', event.path);
      case 'supervisor:stopped':
        return this.#add('exit', event.path, otpReason(event.reason));
      case 'child:starting':
        if (event.kind === 'service') this.#starts.set(event.path, this.#count(event.path) + 1);
        return;
      case 'child:started':
        return event.kind === 'service' ? this.#add('start', event.path) : undefined;
      case 'child:start-failed':
        return event.kind === 'service' ? this.#add('start_failed', event.path) : undefined;
      case 'child:ignored':
        return this.#add('start_ignored', event.path);
      case 'child:crashed':
        return event.kind === 'service' ? this.#exit(event.path, 'crash') : undefined;
      case 'child:completed':
      case 'child:stopped':
        return event.kind === 'service' ? this.#exit(event.path, otpReason(event.reason)) : undefined;
      default:
        return;
    }
  }

  #exit(path: string, reason: string): void {
    this.#workers.gone(path);
    this.#add('exit', path, reason);
  }

  #add(what: string, path: string, reason?: string): void {
    const n = this.#count(path);
    this.#events.push(reason === undefined ? [what, path, n] : [what, path, n, reason]);
  }

  #count(path: string): number {
    return this.#starts.get(path) ?? 0;
  }
}

const started = (child: ChildInfo): Result => (child.status === 'stopped' ? 'ok_ignored' : 'ok');

const OTP_ERRORS: Readonly<Record<string, Result>> = {
  COPPICE_ALREADY_STARTED: { error: 'already_started' },
  COPPICE_ALREADY_PRESENT: { error: 'already_present' },
  COPPICE_RUNNING: { error: 'running' },
  COPPICE_RESTARTING: { error: 'restarting' },
  COPPICE_NOT_FOUND: { error: 'not_found' },
  COPPICE_DYNAMIC_SUPERVISOR: { error: 'simple_one_for_one' },
  COPPICE_START_FAILED: { error: 'start_failed' },
  COPPICE_START_INTERRUPTED: { error: 'start_failed' },
  COPPICE_NOT_RUNNING: 'noproc',
};

function refusal(error: unknown): Result {
  const result = isCoppiceError(error) ? OTP_ERRORS[error.code] : undefined;
  if (result === undefined) throw error;
  return result;
}

function otpReason(reason: ReasonWire): string {
  return reason.kind === 'shutdown' && reason.detail !== undefined ? 'shutdown_term' : reason.kind;
}

/** As OTP sorts lists of ids: id by id. */
function byPath(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i]! < right[i]! ? -1 : 1;
  }
  return left.length - right.length;
}
