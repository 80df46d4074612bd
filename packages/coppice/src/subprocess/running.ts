/**
 * One process from its spawn to the end of the last of its group.
 *
 * Once it is spawned its start does not throw any more: a failure is told by `fail`, and the value is handed
 * over all the same. So it is always the supervisor that stops it, with its deadline, and then kills it.
 */
import type { Context } from '@coppice/core';
import { guardChannel } from './channel.js';
import type { Config } from './check.js';
import { ProcessError, type ProcessExit, describeExit } from './errors.js';
import { ProcessGroup } from './group.js';
import type { Guard } from './guardian.js';
import { Messages, says } from './messages.js';
import { type SubprocessMessaging, type Subprocess, isReadyPort } from './options.js';
import { Output } from './output.js';
import { untilOpen } from './port.js';
import type { Spawned } from './spawn.js';
import { within } from './within.js';

/** After its exit, its last lines are waited for this long: another process may hold its pipes open. */
const LAST_LINES_MS = 200;

/** The supervisor kills what is not gone within `shutdownMs`; should it have given up on us, we do, so much later. */
const LATE_MS = 1_000;
const MAX_TIMER_MS = 2 ** 31 - 1 - LATE_MS;

type Log = Context['log'];

export class RunningProcess {
  readonly value: Subprocess;
  readonly #process: Spawned;
  readonly #config: Config;
  readonly #context: Context;
  readonly #log: Log;
  readonly #group: ProcessGroup;
  readonly #output: Output;
  readonly #exited: Promise<void>;
  readonly #gone: Promise<void>;
  /** Ends the waiting for readiness, however it turned out. */
  readonly #settled = new AbortController();
  #isStopping = false;
  readonly #shutdownMs: number;
  readonly #stopped = signalOf();
  readonly #killed = signalOf();
  #killTimer: NodeJS.Timeout | undefined;

  constructor(spawned: Spawned, config: Config, context: Context, guard: Guard, shutdownMs: number) {
    this.#process = spawned;
    this.#shutdownMs = shutdownMs;
    this.#config = config;
    this.#context = context;
    this.#log = context.log;
    this.#group = new ProcessGroup(spawned.pid);
    const { heartbeat } = config;
    this.#output = new Output(spawned.stdout, spawned.stderr, {
      onChunk: heartbeat === 'output' ? context.heartbeat : undefined,
      onSeen: heartbeat instanceof RegExp ? this.#beatIf(heartbeat) : undefined,
      log: config.log === false ? undefined : this.#log,
      logsStdout: config.log === true,
      maxLineLength: config.maxLineLength,
      onLine: config.onLine,
      onLineFailed: context.fail,
    });
    this.value = Object.freeze({
      pid: spawned.pid,
      ...(config.ipc && this.#messages()),
      ...(spawned.stdin && { stdin: spawned.stdin }),
    });
    spawned.stdin?.on('error', () => {}); // it reads no more; if it has ended that is told by its exit
    spawned.on('error', (error) => this.#log.warn({ err: error }, 'process error'));
    this.#exited = new Promise((resolve) => {
      spawned.once('exit', (exitCode, signal) => {
        resolve();
        void this.#onExit({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
      });
    });
    this.#gone = this.#untilGone(guard);
  }

  // --- ready ---

  /** Resolves when it is ready, or when that does not matter any more; never rejects. */
  async ready(): Promise<void> {
    const { ready, readyTimeoutMs } = this.#config;
    if (ready === 'spawn') return;
    const { signal } = this.#context;
    const { signal: settled } = this.#settled;
    const over = new Promise<void>((resolve) =>
      settled.addEventListener('abort', () => resolve(), { once: true }),
    );
    const stop = (): void => {
      this.#isStopping = true;
      this.#settle();
      // No time at all: the supervisor does not wait for a start that is under way to hand over what it kills.
      if (this.#shutdownMs === 0) void this.kill();
    };
    signal.addEventListener('abort', stop, { once: true });
    const timer = readyTimeoutMs === Infinity ? undefined : setTimeout(() => this.#tooLate(), readyTimeoutMs);
    this.#watch();
    await over;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    this.#output.watch = undefined;
  }

  #watch(): void {
    const { ready } = this.#config;
    const { signal } = this.#settled;
    if (isReadyPort(ready)) {
      void untilOpen(ready, signal).then((isOpen) => isOpen && this.#settle());
    } else if (typeof ready === 'object') {
      this.#output.watch = (text) => ready.test(text) && this.#settle();
    }
  }

  #settle(): void {
    this.#settled.abort();
  }

  #tooLate(): void {
    const { ready, readyTimeoutMs } = this.#config;
    const what =
      ready === 'ipc'
        ? `it sent no 'ready' message`
        : isReadyPort(ready)
          ? `port ${ready.port} of ${ready.host ?? 'localhost'} did not open`
          : `no line of its output matched ${String(ready)}`;
    this.#context.fail(
      new ProcessError('COPPICE_PROCESS_NOT_READY', `was not ready within ${readyTimeoutMs} ms: ${what}`, {
        path: this.#context.path,
        stderr: [...this.#output.stderrTail],
      }),
    );
    this.#settle();
  }

  #messages(): SubprocessMessaging {
    const { path, fail, heartbeat } = this.#context;
    const isWatched = this.#config.heartbeat === 'ipc';
    const messages = new Messages(this.#process, path, fail);
    guardChannel(this.#process, (error) => this.#garbled(error));
    this.#process.on('message', (message: unknown) => {
      const isFirstWord =
        this.#config.ready === 'ipc' && !this.#settled.signal.aborted && says('ready', message);
      if (isFirstWord) this.#settle();
      else if (isWatched && says('heartbeat', message)) heartbeat();
      else messages.receive(message);
    });
    return { send: messages.send, onMessage: messages.onMessage };
  }

  /** What comes after it could be anything: nothing more is read. */
  #garbled(cause: unknown): void {
    const { path, fail } = this.#context;
    if (this.#process.connected) this.#process.disconnect();
    const message = 'wrote to its channel for messages what is no message';
    fail(new ProcessError('COPPICE_IPC_GARBLED', message, { path }, cause));
  }

  #beatIf(pattern: RegExp): (line: string) => void {
    const { heartbeat } = this.#context;
    return (line) => pattern.test(line) && heartbeat();
  }

  // --- its end ---

  async #onExit(exit: ProcessExit): Promise<void> {
    await within(LAST_LINES_MS, this.#output.ended);
    // Only now: its last lines may have said that it is ready.
    const wasReady = this.#config.ready === 'spawn' || this.#settled.signal.aborted;
    if (!this.#isStopping) this.#tell(exit, wasReady);
    this.#settle();
  }

  #tell(exit: ProcessExit, wasReady: boolean): void {
    const { okExitCodes } = this.#config;
    const { path, fail, end } = this.#context;
    if (wasReady && exit.exitCode !== undefined && okExitCodes.includes(exit.exitCode)) return end();
    const message = `${describeExit(exit)}${wasReady ? '' : ' before it was ready'}`;
    const stderr = [...this.#output.stderrTail];
    fail(new ProcessError('COPPICE_PROCESS_EXITED', message, { path, ...exit, stderr }));
  }

  async #untilGone(guard: Guard): Promise<void> {
    await this.#exited;
    if (!this.#group.leaderGone()) {
      await this.#stopped.promise;
      await this.#group.gone();
    }
    guard.release();
    const enough = this.#killed.promise.then(() => within(LAST_LINES_MS, this.#output.ended));
    await Promise.race([this.#output.drained(LAST_LINES_MS), enough]);
    this.#output.close();
    this.#process.stdin?.destroy();
    if (this.#process.connected) this.#process.disconnect();
    clearTimeout(this.#killTimer);
  }

  // --- what the supervisor wants ---

  /** Asks the whole group to stop; resolves when all of it is gone. */
  stop(): Promise<void> {
    if (this.#shutdownMs === 0) return this.kill();
    if (this.#shutdownMs < MAX_TIMER_MS && !this.#killTimer) {
      this.#killTimer = setTimeout(() => void this.kill(), this.#shutdownMs + LATE_MS).unref();
    }
    const { stdinGraceMs, stopSignal } = this.#config;
    if (stdinGraceMs === undefined) return this.#end(stopSignal);
    this.#isStopping = true;
    this.#process.stdin?.end();
    void within(stdinGraceMs, this.#exited).then(() => this.#end(stopSignal));
    return this.#gone;
  }

  /** Kills the whole group; resolves when all of it is gone. */
  kill(): Promise<void> {
    this.#killed.resolve();
    return this.#end('SIGKILL');
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    this.#isStopping = true;
    try {
      this.#group.signal(signal);
    } catch (error) {
      this.#log.warn({ err: error }, `cannot send ${signal} to process group ${this.#group.id}`);
    }
    this.#stopped.resolve();
    return this.#gone;
  }
}

function signalOf(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
