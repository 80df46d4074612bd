/**
 * One task whose result is awaited: from the call to the result, over all of its attempts. It is what the child of
 * a task supervisor has as its argument; the child calls `run` for each attempt, and its supervisor says when
 * the child is gone for good.
 *
 * The result is settled once: when the child is gone, or before that when it is cancelled or takes too long.
 */
import { ChildWatcher } from '../engine/child-watcher.js';
import type { Reply, SupervisorProcess } from '../engine/supervisor-process.js';
import { pending } from '../engine/pending.js';
import type { Child } from '../model/child.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import { errorOf } from '../model/exit-reason.js';
import type { Context, Task } from '../spec/types.js';

/**
 * How it came to its result: it has `ended`, or was given up; it took too long (`timeout`); whoever has started it
 * does not want it any more (`cancelled`); it was `refused` and has never run.
 */
export type SettledBy = 'ended' | 'timeout' | 'cancelled' | 'refused';

export interface JobWatcher {
  settled(outcome: PromiseSettledResult<unknown>, by: SettledBy): void;
  /** Always after `settled`: nothing of it is left in the tree. */
  gone?(): void;
}

export class Job extends ChildWatcher implements Reply {
  readonly path: string;
  readonly #process: SupervisorProcess;
  readonly #watcher: JobWatcher;
  #work: ((context: Context) => unknown) | undefined;
  #child: Child | undefined = undefined;
  #attempt = 0;
  /** What this attempt has returned, in a box. */
  #returned: { readonly value: unknown } | undefined = undefined;
  #isSettled = false;
  #isGone = false;
  /** What has to be taken back when it is settled: timers, listeners. */
  #releases: (() => void)[] = [];

  constructor(
    process: SupervisorProcess,
    readonly id: string,
    work: (context: Context) => unknown,
    watcher: JobWatcher,
  ) {
    super();
    this.path = `${process.path}/${id}`;
    this.#process = process;
    this.#work = work;
    this.#watcher = watcher;
  }

  /** Hands it to its supervisor. */
  start(): void {
    const { tree, spec, state } = this.#process;
    state.tellsGone = true;
    const { child } = spec as unknown as { readonly child: Task };
    const command = { kind: 'start-child', id: this.id, spec: child, args: [this], to: this } as const;
    tree.send(this.#process, { type: 'command', command });
  }

  /** It has to have its result within so many milliseconds. */
  limit(timeoutMs: number): void {
    const { clock } = this.#process.tree;
    const { path } = this;
    const timer = clock.setTimer(() => {
      this.#stop(coppiceError('COPPICE_TASK_TIMEOUT', { path, timeoutMs }), 'timeout');
    }, timeoutMs);
    this.onSettled(() => clock.clearTimer(timer));
  }

  onSettled(release: () => void): void {
    if (this.#isSettled) release();
    else this.#releases.push(release);
  }

  /** Nobody wants its result any more. */
  cancel(reason: unknown): void {
    this.#stop(reason, 'cancelled');
  }

  // --- what its child and its supervisor say ---

  /** One attempt. */
  run(context: Context): unknown {
    // It was cancelled while its start was waiting, or before it was tried again.
    if (!this.#work) return undefined;
    const attempt = context.attempt;
    this.#attempt = attempt;
    this.#returned = undefined;
    const result = this.#work(context);
    const later = pending(result);
    if (!later) return this.#keep(attempt, result);
    return later.then((value) => this.#keep(attempt, value));
  }

  /** What a late attempt returns is nobody's result. */
  #keep(attempt: number, value: unknown): unknown {
    if (attempt === this.#attempt) this.#returned = { value };
    return value;
  }

  /** It is a child now. */
  resolve(child: Child | undefined): void {
    if (this.#isGone) return;
    this.#child = child;
    if (this.#isSettled) this.#dismiss();
  }

  /** It has not become a child. */
  reject(error: CoppiceError): void {
    this.#settle({ status: 'rejected', reason: error }, 'refused');
    this.#end();
  }

  /** Its child is gone: `byItself`, or because somebody has stopped it, or the supervisor. */
  gone(child: Child, byItself: boolean): void {
    if (!this.#isSettled) this.#settle(this.#outcomeOf(child, byItself), 'ended');
    this.#end();
  }

  #outcomeOf({ asked, lastExit, spec }: Child, byItself: boolean): PromiseSettledResult<unknown> {
    if (!asked && this.#returned && (lastExit?.kind === 'normal' || lastExit?.kind === 'shutdown'))
      return { status: 'fulfilled', value: this.#returned.value };
    const isFinal = byItself || spec.restart === 'temporary';
    if (!asked && isFinal && lastExit?.kind === 'crash')
      return { status: 'rejected', reason: lastExit.error };
    const { path, stopReason } = this.#process.state;
    const why = stopReason
      ? `its supervisor '${path}' has ended`
      : asked || !byItself
        ? 'it was terminated'
        : 'it has ended itself without one';
    const cause = (stopReason && errorOf(stopReason)) ?? (lastExit && errorOf(lastExit));
    return {
      status: 'rejected',
      reason: coppiceError('COPPICE_TASK_STOPPED', { path: this.path, why }, cause),
    };
  }

  // --- how it ends ---

  #stop(reason: unknown, by: SettledBy): void {
    if (this.#isSettled) return;
    this.#settle({ status: 'rejected', reason }, by);
    if (this.#child) this.#dismiss();
  }

  #dismiss(): void {
    this.#process.tree.send(this.#process, { type: 'dismiss', child: this.#child as Child });
  }

  #settle(outcome: PromiseSettledResult<unknown>, by: SettledBy): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    // Whoever keeps a task that is over does not keep what it worked on.
    this.#work = undefined;
    this.#returned = undefined;
    const releases = this.#releases;
    this.#releases = [];
    for (const release of releases) release();
    this.#watcher.settled(outcome, by);
  }

  #end(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    // Nor the list of children that it was in.
    this.#child = undefined;
    this.#watcher.gone?.();
  }
}

/** The `run` of all tasks of all task supervisors: by this they are known, also copies of a declaration. */
export const runJob = (context: Context, job: Job): unknown => job.run(context);

/** Is it the declaration of a task supervisor? */
export function isTaskSupervisor(spec: unknown): boolean {
  if (typeof spec !== 'object' || spec === null) return false;
  try {
    const { kind, child } = spec as { readonly kind?: unknown; readonly child?: { readonly run?: unknown } };
    return kind === 'dynamic-supervisor' && child?.run === runJob;
  } catch {
    return false; // a Proxy, a getter that throws
  }
}
