/**
 * One incarnation of a thread, seen from its parent: from the making of the worker to its exit.
 *
 * Its end has one reason, and is over only when the worker has exited: an uncaught error comes first as an
 * `error` event, the exit after it, and what the thread posted last may still be under way by then. So all
 * that is known is gathered, and told once.
 */
import { CommandError, type Context, type ErrorWire, type Mirror, type Service, mirror } from '@coppice/core';
import { show } from '@coppice/core/kit';
import {
  type MessagePort,
  type TransferListItem,
  type Worker,
  receiveMessageOnPort,
} from 'node:worker_threads';
import { ThreadError } from './errors.js';
import { CausedShutdown, type Outcome, outcomeFrom, outcomeOf } from './exit.js';
import { checkFile } from './find-file.js';
import type { ThreadHandle } from './handle.js';
import { writeLine } from './log-line.js';
import type { ThreadOptions } from './options.js';
import type { AboutThread, Order, Report } from './protocol.js';
import { readReport } from './read-report.js';
import { type Declared, spawn } from './spawn.js';

type Listener = (message: unknown) => void;

/**
 * A start that is asked to stop has had enough time after this share of `shutdownMs`: its supervisor cannot
 * kill what has no value yet, so it is done here, before the supervisor gives it up.
 */
const SHARE_OF_START = 0.8;

/** In this share of `staleAfterMs` one heartbeat is heard; as much later it may be seen that there are no more. */
const SHARE_OF_STALE = 0.1;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Those of the declaration that stands in the tree. */
type Limits = Pick<Service, 'shutdownMs' | 'staleAfterMs'>;

export class ThreadLife implements ThreadHandle {
  /** Resolves when the thread is ready; is rejected when it has exited before. */
  readonly started: Promise<this>;
  readonly threadId: number;
  readonly #file: string;
  readonly #shutdownMs: number;
  readonly #context: Context;
  readonly #about: AboutThread;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #options: ThreadOptions;
  readonly #listeners = new Set<Listener>();
  readonly #gone: Promise<void>;
  #mirror: Mirror | undefined = undefined;

  #phase: 'starting' | 'ready' | 'gone' = 'starting';
  /** Has its file called `runThread`? */
  #isHelped = false;
  #isAsked = false;
  #isTerminated = false;
  /** Has it sent something that cannot be read? */
  #isOdd = false;
  #uncaught: { readonly error: unknown } | undefined = undefined;
  #fault: ErrorWire | undefined = undefined;
  #outcome: Outcome | undefined = undefined;
  /** Does the supervisor know the outcome from us? If not, it comes out of `started` or `stop`. */
  #isTold = false;
  /** Has the supervisor had the time to take in how the start went? What comes before that waits. */
  #isSettled = false;
  readonly #untold: (() => void)[] = [];

  #resolveStarted!: (life: this) => void;
  #rejectStarted!: (error: unknown) => void;
  #resolveGone!: () => void;
  #deadline: NodeJS.Timeout | undefined = undefined;
  readonly #beatMs: number | undefined;
  #lastBeat: NodeJS.Timeout | undefined = undefined;

  /** @throws ThreadError if the file is not there, or the data can no longer be copied; nothing is left then */
  constructor(declared: Declared, { shutdownMs, staleAfterMs }: Limits, context: Context) {
    const { options, file } = declared;
    const { id, path, attempt } = context;
    checkFile(file, path);
    this.#file = file;
    this.#shutdownMs = shutdownMs;
    this.#context = context;
    this.#about = { id, path, attempt };
    this.#options = options;
    this.started = new Promise((resolve, reject) => {
      this.#resolveStarted = resolve;
      this.#rejectStarted = reject;
    });
    this.#gone = new Promise((resolve) => (this.#resolveGone = resolve));
    this.#beatMs = staleAfterMs && Math.min(Math.max(1, staleAfterMs * SHARE_OF_STALE), MAX_TIMER_MS);
    const { worker, port } = spawn(declared, this.#about, this.#beatMs);
    this.#worker = worker;
    this.#port = port;
    this.threadId = this.#worker.threadId;
    this.#listen();
  }

  // --- what the rest of the program does with it ---

  post(message: unknown, transfer: readonly TransferListItem[] = []): void {
    const { path, attempt } = this.#about;
    if (this.#phase === 'gone') throw new ThreadError('COPPICE_THREAD_ENDED', { path, attempt });
    this.#worker.postMessage(message, transfer);
  }

  on(name: 'message', listener: Listener): this {
    if (name !== 'message' || typeof listener !== 'function') {
      const got = `${show(name)}, ${show(listener)}`;
      const expected = "'message' and a function";
      throw new CommandError('COPPICE_INVALID_ARGUMENT', { call: 'on', expected, got });
    }
    this.#listeners.add(listener);
    return this;
  }

  off(_name: 'message', listener: Listener): this {
    this.#listeners.delete(listener);
    return this;
  }

  // --- what its supervisor does with it ---

  /** Asks it to stop. Resolves when it has exited; at once if it has already. */
  stop(): Promise<void> | undefined {
    if (this.#phase === 'gone') return undefined;
    this.#ask();
    return this.#gone.then(() => {
      // Failing while it stops is what a task does that throws then; what was told before is not told again.
      if (!this.#isTold && this.#outcome?.kind === 'crash') throw this.#outcome.error;
    });
  }

  /** Ends it whatever it does. Resolves when it has exited, and after those who wait for {@link stop}. */
  async kill(): Promise<void> {
    this.#terminate();
    await this.#gone;
    await new Promise((resolve) => setImmediate(resolve));
  }

  // --- its beginning ---

  #listen(): void {
    const { signal } = this.#context;
    signal.addEventListener('abort', this.#startAborted, { once: true });
    this.#port.on('message', (message: unknown) => this.#hear(message));
    this.#port.on('messageerror', (error) => this.#unreadable(error));
    // The worker keeps the process alive; the port need not.
    this.#port.unref();
    this.#worker.on('message', (message: unknown) => this.#deliver(message));
    this.#worker.on('messageerror', (error) => this.#unreadable(error));
    this.#worker.on('error', (error: unknown) => (this.#uncaught = { error }));
    this.#worker.once('exit', (code) => this.#exited(code));
    if (signal.aborted) this.#startAborted();
  }

  #ready(): void {
    if (this.#phase !== 'starting' || this.#outcome) return;
    this.#phase = 'ready';
    clearTimeout(this.#deadline);
    this.#context.signal.removeEventListener('abort', this.#startAborted);
    this.#resolveStarted(this);
    setImmediate(() => this.#settled());
  }

  /** The supervisor has taken in how the start went: now it can hear what came after. */
  #settled(): void {
    this.#isSettled = true;
    for (const tell of this.#untold.splice(0)) tell();
  }

  /** It is asked to stop before it is ready. */
  readonly #startAborted = (): void => {
    this.#ask();
    this.#hurry();
  };

  /** It has to end although it is not ready; nobody else sees to it that it does. */
  #hurry(): void {
    if (this.#shutdownMs === 0) this.#terminate();
    else if (this.#shutdownMs < Infinity) {
      this.#deadline ??= setTimeout(() => this.#terminate(), this.#shutdownMs * SHARE_OF_START);
    }
  }

  // --- what it says ---

  /** What is not as it should be is told of, and nothing else: in here nothing may throw, or its exit is not seen. */
  #hear(message: unknown): void {
    try {
      const report = readReport(message);
      if (report) this.#heard(report);
      else this.#unreadable(new TypeError('not a message of a thread'));
    } catch (error) {
      this.#unreadable(error);
    }
  }

  #heard(report: Report): void {
    switch (report.type) {
      case 'hello':
        this.#isHelped = true;
        return this.#isAsked ? this.#order() : undefined;
      case 'loaded':
        if (this.#isHelped) return;
        return this.#isAsked ? this.#terminate() : this.#ready();
      case 'ready':
        return this.#ready();
      case 'beat':
        return this.#alive();
      case 'message':
        return this.#deliver(report.message);
      case 'log':
        return writeLine(this.#context.log, report);
      case 'fault':
        this.#fault = report.error;
        return;
      case 'end':
        return this.#ends(outcomeFrom(report.reason));
      case 'event':
        return this.#reflection.relay(report.event);
      case 'snapshot':
        return this.#reflection.show(report.snapshot);
    }
  }

  /** Those of its heartbeats that were not told count as well: one at the end of the time stands for them. */
  #alive(): void {
    const { heartbeat } = this.#context;
    heartbeat();
    clearTimeout(this.#lastBeat);
    this.#lastBeat = setTimeout(heartbeat, this.#beatMs).unref();
  }

  get #reflection(): Mirror {
    return (this.#mirror ??= mirror(this.#context));
  }

  #deliver(message: unknown): void {
    if (this.#options.onMessage) void this.#guard(() => this.#options.onMessage?.(message, this));
    for (const listener of Array.from(this.#listeners)) {
      try {
        listener(message);
      } catch (error) {
        // Not from here: what is thrown into the worker's emit would keep its exit from being seen.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }

  /** Once: a thread that is broken may send any number of them. */
  #unreadable(error: unknown): void {
    if (this.#isOdd) return;
    this.#isOdd = true;
    const text = 'a message of the thread could not be read; no more is told of such';
    this.#context.log.warn({ err: error }, text);
  }

  /** Code that belongs to the declaration: when it fails, this child has. */
  async #guard(code: () => unknown): Promise<void> {
    try {
      await code();
    } catch (error) {
      this.#context.fail(error);
    }
  }

  // --- its end ---

  #ask(): void {
    if (this.#isAsked || this.#phase === 'gone') return;
    this.#isAsked = true;
    if (this.#isHelped) this.#order();
    // A file that has not called runThread does not hear it, and has nothing to clean up. But while it loads, Node 20
    // would leave the files open that are being read: it is done when it has loaded, or is out of time.
    else if (this.#phase === 'ready') this.#terminate();
  }

  #order(): void {
    this.#port.postMessage({ type: 'stop' } satisfies Order);
  }

  #terminate(): void {
    if (this.#phase === 'gone') return;
    this.#isTerminated = true;
    void this.#worker.terminate();
  }

  /** The first outcome counts; an error after it is a late fault. */
  #ends(outcome: Outcome): void {
    if (this.#outcome) {
      if (outcome.kind === 'crash') this.#whenSettled(() => this.#context.fail(outcome.error));
      return;
    }
    this.#outcome = outcome;
    if (this.#phase === 'starting') this.#hurry();
    else this.#whenSettled(() => this.#tell(outcome));
  }

  #whenSettled(tell: () => void): void {
    if (this.#isSettled) tell();
    else this.#untold.push(tell);
  }

  /** If it was asked to stop, the one who waits for that finds it there. */
  #tell(outcome: Outcome): void {
    if (this.#isAsked) return;
    this.#isTold = true;
    if (outcome.kind === 'crash') this.#context.fail(outcome.error);
    else if (outcome.kind === 'normal') this.#context.end();
    else this.#context.end(new CausedShutdown(outcome.detail, outcome.cause));
  }

  #exited(exitCode: number): void {
    this.#drain();
    const isStarting = this.#phase === 'starting';
    this.#conclude(exitCode, isStarting);
    this.#phase = 'gone';
    this.#cleanUp();
    if (isStarting) {
      this.#rejectStarted(this.#reasonOfNoStart());
      setImmediate(() => this.#settled());
    }
    this.#resolveGone();
  }

  /** Reads what it said last: the exit may overtake it. */
  #drain(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#hear(next.message);
    }
  }

  #conclude(exitCode: number, isStarting: boolean): void {
    // It said how it ends, and then did.
    if (this.#outcome && !this.#uncaught) return;
    this.#ends(
      outcomeOf({
        path: this.#about.path,
        file: this.#file,
        exitCode,
        uncaught: this.#uncaught,
        fault: this.#fault,
        resourceLimits: this.#options.resourceLimits,
        isTerminated: this.#isTerminated,
        isStarting,
        isHelped: this.#isHelped,
      }),
    );
  }

  #cleanUp(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#lastBeat);
    this.#context.signal.removeEventListener('abort', this.#startAborted);
    // In Deno a port is the platform's, which has no such method; what is closed says nothing any more.
    this.#port.removeAllListeners?.();
    this.#port.close();
    this.#worker.removeAllListeners();
    this.#listeners.clear();
  }

  #reasonOfNoStart(): unknown {
    const { path } = this.#about;
    if (this.#outcome?.kind === 'crash') return this.#outcome.error;
    if (this.#isAsked) return this.#context.signal.reason;
    return new ThreadError('COPPICE_THREAD_EXITED', { path, exitCode: 0, when: ' before it was ready' });
  }
}
