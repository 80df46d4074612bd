/**
 * What a child gets to work with. Its parts are made when they are first asked for: a child that uses
 * none of them costs none of them, and `({ signal, fail }) => ...` asks for just these two.
 */
import { coppiceError } from '../model/errors.js';
import type { ExitReason, Shutdown } from '../model/exit-reason.js';
import type { Logger } from '../spec/logger.js';
import type { TaskSupervisorSpec } from '../spec/task-types.js';
import type { Context, Service, Use, WhenReady, WhenReadyOptions } from '../spec/types.js';
import { show } from '../spec/checks.js';
import { isTaskSupervisor } from '../tasks/job.js';
import { bindTo } from './faults.js';
import { withFields } from './guarded-logger.js';
import type { Incarnation } from './incarnation.js';

/** Contexts of others around ours. */
const wrapped = new WeakMap<Context, Incarnation>();

/** From now on `wrapper` is known as the context that it is made around: where only one that came as it is will do. */
export function wrapsContext(wrapper: Context, context: Context): void {
  const incarnation = ChildContext.find(context);
  if (incarnation) wrapped.set(wrapper, incarnation);
}

export class ChildContext implements Context {
  readonly #incarnation: Incarnation;
  #log: Logger | undefined = undefined;

  static find(context: Context): Incarnation | undefined {
    const isOurs = typeof context === 'object' && context !== null && #incarnation in context;
    return isOurs ? context.#incarnation : wrapped.get(context);
  }

  static incarnationOf(context: Context): Incarnation {
    const incarnation = ChildContext.find(context);
    if (incarnation) return incarnation;
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'mirror',
      expected: 'the context that a start was called with, as it came',
      got: show(context),
    });
  }

  constructor(incarnation: Incarnation) {
    this.#incarnation = incarnation;
  }

  get id(): string {
    return this.#incarnation.child.id;
  }

  get path(): string {
    return this.#incarnation.path;
  }

  get attempt(): number {
    return this.#incarnation.incarnation;
  }

  get lastExit(): ExitReason | undefined {
    return this.#incarnation.previousExit;
  }

  get signal(): AbortSignal {
    return this.#incarnation.signal;
  }

  get fail(): (error: unknown) => void {
    const incarnation = this.#incarnation;
    return (error) => incarnation.fail(error);
  }

  get end(): (shutdown?: Shutdown) => void {
    const incarnation = this.#incarnation;
    return (shutdown) => incarnation.end(shutdown);
  }

  get sleep(): (ms: number) => Promise<void> {
    const incarnation = this.#incarnation;
    return (ms) => incarnation.sleep(ms);
  }

  get defer(): (cleanUp: () => unknown) => void {
    const incarnation = this.#incarnation;
    return (cleanUp) => incarnation.defer(callable('defer', cleanUp));
  }

  get use(): Use {
    const incarnation = this.#incarnation;
    const use = (ref: Service | TaskSupervisorSpec): unknown =>
      isTaskSupervisor(ref)
        ? incarnation.process.tasks(ref, incarnation)
        : incarnation.process.use(ref as Service, incarnation.path, incarnation);
    return use as Use;
  }

  get whenReady(): WhenReady {
    const incarnation = this.#incarnation;
    const whenReady = (ref: Service, options?: WhenReadyOptions): Promise<unknown> =>
      incarnation.process.whenReady(ref, incarnation.path, options, incarnation);
    return whenReady as WhenReady;
  }

  get ready(): () => void {
    const incarnation = this.#incarnation;
    return () => incarnation.ready();
  }

  get heartbeat(): () => void {
    const incarnation = this.#incarnation;
    return () => incarnation.heartbeat();
  }

  get bind(): <A extends unknown[], R>(callback: (...args: A) => R) => (...args: A) => R {
    const incarnation = this.#incarnation;
    return (callback) => bindTo(incarnation, incarnation.process.tree.faultScope, callable('bind', callback));
  }

  get log(): Logger {
    const { process, path, incarnation } = this.#incarnation;
    const { tree } = process;
    // Once: a logger writes the fields of a child into a text when that is made.
    return (this.#log ??= withFields(tree.logger, { path, incarnation }, tree.trouble));
  }
}

/** What is no function is refused where it is handed over, and not when it is called. */
function callable<F>(call: string, given: F): F {
  if (typeof given === 'function') return given;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected: 'a function', got: show(given) });
}

/** The incarnation that a context was made for. */
export const incarnationOf = (context: Context): Incarnation => ChildContext.incarnationOf(context);

/**
 * Until its next `heartbeat()` nothing is expected of the incarnation with this context, however long that takes:
 * it waits for something, as those do who work off what comes in. For others than those of a tree, such as one that
 * a test has made by hand, it does nothing.
 */
export const idle = (context: Context): void => ChildContext.find(context)?.idle();
