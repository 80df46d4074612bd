/** How tasks are run: what the handle of a task supervisor, and `use(tasks)` in a child, can do. */
import type { Incarnation } from '../engine/incarnation.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { coppiceError } from '../model/errors.js';
import type { LinkedTaskRunner, RunTaskOptions, RunningTask, TaskStreamOptions } from '../spec/task-types.js';
import type { Context } from '../spec/types.js';
import { Job, type SettledBy, isTaskSupervisor } from './job.js';
import { type StreamOptions, checkCall, checkStream } from './options.js';
import { whenAborted } from './signals.js';
import { TaskStream } from './task-stream.js';

type Work<R> = (context: Context) => R | PromiseLike<R>;

export class Tasks implements LinkedTaskRunner {
  readonly #path: string;
  readonly #find: () => SupervisorProcess | undefined;
  readonly #caller: Incarnation | undefined;

  /** @param find - the supervisor that is at the path now */
  constructor(path: string, find: () => SupervisorProcess | undefined, caller?: Incarnation) {
    this.#path = path;
    this.#find = find;
    this.#caller = caller;
  }

  async runTask<R>(fn: Work<R>, given: RunTaskOptions = {}): Promise<R> {
    const options = checkCall('runTask', fn, given, this.#path);
    this.#throwIfAborted(options.signal);
    const process = this.#process();
    return new Promise<R>((resolve, reject) => {
      const job = newJob(process, fn, options, (outcome) => {
        if (outcome.status === 'fulfilled') resolve(outcome.value as R);
        else reject(outcome.reason);
      });
      launch(job, options, this.#caller);
    });
  }

  asyncNoLink<R>(fn: Work<R>, given: RunTaskOptions = {}): RunningTask<R> {
    const options = checkCall('asyncNoLink', fn, given, this.#path);
    if (options.signal?.aborted) throw options.signal.reason;
    // Of one that was refused no event tells: whoever looks at nothing has to hear of that.
    return runningTask<R>(this.#process(), fn, options, undefined, (by) => by !== 'refused');
  }

  async<R>(fn: Work<R>, given: RunTaskOptions = {}): RunningTask<R> {
    const options = checkCall('async', fn, given, this.#path);
    const caller = this.#caller;
    if (!caller) {
      throw coppiceError('COPPICE_INVALID_ARGUMENT', {
        call: 'async',
        expected: 'a child to link the task with: use(tasks).async(...) in its code',
        got: 'the handle of the task supervisor, where asyncNoLink and runTask are to be used',
      });
    }
    this.#throwIfAborted(options.signal);
    return runningTask<R>(this.#process(), fn, options, caller, (by, reason) => {
      if (by !== 'cancelled') caller.fail(reason);
      return true;
    });
  }

  asyncStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T, context: Context) => R | PromiseLike<R>,
    given: TaskStreamOptions & { readonly settled: true },
  ): AsyncIterableIterator<PromiseSettledResult<R>>;
  asyncStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T, context: Context) => R | PromiseLike<R>,
    given: TaskStreamOptions & { readonly settled?: false },
  ): AsyncIterableIterator<R>;
  asyncStream<T>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T, context: Context) => unknown,
    given: StreamOptions,
  ): AsyncIterableIterator<unknown> {
    const options = checkStream(items, fn, given);
    const caller = this.#caller;
    return new TaskStream<T>(items, options, {
      start: (item, watcher) => {
        const process = this.#process();
        const job = new Job(process, process.nextId(), (context) => fn(item, context), watcher);
        if (options.timeoutMs !== undefined && options.timeoutMs !== Infinity) job.limit(options.timeoutMs);
        job.start();
        return job;
      },
      throwIfAborted: () => this.#throwIfAborted(options.signal),
      whenQuits: (quit) => onQuit(quit, options.signal, caller),
    });
  }

  #throwIfAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw signal.reason;
    const reason = this.#caller?.quitReason;
    if (reason !== undefined) throw reason;
  }

  #process(): SupervisorProcess {
    const process = this.#find();
    const path = this.#path;
    if (!process || !process.isUp) {
      const state = process ? 'it was not started, or has stopped' : 'its parent is down, or it was removed';
      throw coppiceError('COPPICE_NOT_RUNNING', { path, state });
    }
    if (isTaskSupervisor(process.spec)) return process;
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'the handle',
      expected: 'a task supervisor, made with taskSupervisor({ id }), to run tasks',
      got: `'${path}', a ${process.spec.kind}`,
    });
  }
}

function newJob(
  process: SupervisorProcess,
  fn: Work<unknown>,
  { id = process.nextId() }: RunTaskOptions,
  settled: (outcome: PromiseSettledResult<unknown>, by: SettledBy) => void,
  gone?: () => void,
): Job {
  return new Job(process, id, fn, gone ? { settled, gone } : { settled });
}

/** Starts it with its limits, which are taken back when it has its result. */
function launch(
  job: Job,
  { timeoutMs = Infinity, signal }: RunTaskOptions,
  caller: Incarnation | undefined,
): void {
  if (timeoutMs !== Infinity) job.limit(timeoutMs);
  if (signal || caller) job.onSettled(onQuit((reason) => job.cancel(reason), signal, caller));
  job.start();
}

/** Calls `quit` when the signal is aborted or the caller ends; returns what takes that back. */
function onQuit(
  quit: (reason: unknown) => void,
  signal: AbortSignal | undefined,
  caller: Incarnation | undefined,
): () => void {
  const stay = signal && whenAborted(signal, quit);
  const stayWithCaller = caller?.onQuit(quit);
  return () => {
    stay?.();
    stayWithCaller?.();
  };
}

/** @param isTold - told of a failure: is somebody else told of it, so that its promise need not be looked at? */
function runningTask<R>(
  process: SupervisorProcess,
  fn: Work<R>,
  options: RunTaskOptions,
  caller: Incarnation | undefined,
  isTold: (by: SettledBy, reason: unknown) => boolean,
): RunningTask<R> {
  let isGone = false;
  const waiting: (() => void)[] = [];
  let settle!: (outcome: PromiseSettledResult<unknown>, by: SettledBy) => void;
  const result = new Promise<R>((resolve, reject) => {
    settle = (outcome, by) => {
      if (outcome.status === 'fulfilled') return resolve(outcome.value as R);
      if (isTold(by, outcome.reason)) void result.catch(() => {});
      reject(outcome.reason);
    };
  });
  const job = newJob(
    process,
    fn,
    options,
    (outcome, by) => settle(outcome, by),
    () => {
      isGone = true;
      for (const resolve of waiting) resolve();
    },
  );
  launch(job, options, caller);
  return {
    id: job.id,
    path: job.path,
    result,
    stop: () => {
      const why = 'stop() was called';
      job.cancel(coppiceError('COPPICE_TASK_STOPPED', { path: job.path, why }));
      return isGone ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
