/** What `subprocess` takes, and what it gives; the checks are in check.ts. */
import type { Writable } from 'node:stream';
import type { WorkerOptions } from '@coppice/core';

/** A port that is open when the process is ready. */
export interface SubprocessPort {
  /** 1 to 65,535. */
  readonly port: number;
  /** The address or name to connect to. Default: `localhost`. */
  readonly host?: string | undefined;
}

export const isReadyPort = (ready: SubprocessReady): ready is SubprocessPort =>
  typeof ready === 'object' && 'port' in ready;

/** How it is seen that a process is ready. */
export type SubprocessReady = 'spawn' | 'ipc' | RegExp | SubprocessPort;

/** How it is seen that a process is alive and makes progress. */
export type SubprocessHeartbeat = 'output' | 'ipc' | RegExp;

/** The options of `subprocess`. */
export interface SubprocessOptions<
  R extends SubprocessReady = SubprocessReady,
  I extends boolean = boolean,
  S extends 'ignore' | 'pipe' = 'ignore' | 'pipe',
> extends Omit<WorkerOptions, 'awaitReady'> {
  /** The program: a path, or a name that is looked up in PATH. No shell is involved. */
  readonly file: string;
  /** Its arguments, one string each; nothing in them is special. Default: none. */
  readonly args?: readonly string[] | undefined;
  /** The directory it runs in. Default: that of the application. */
  readonly cwd?: string | undefined;
  /** Its environment, on top of the application's (see `extendEnv`); `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whether it gets the application's environment as well. Default: true. */
  readonly extendEnv?: boolean | undefined;
  /**
   * When it is ready, and `start` resolves. Default: `'spawn'`.
   *
   * - `'spawn'`: as soon as the system has started it.
   * - a RegExp: a line of its stdout or stderr matches, or the beginning of one.
   * - `'ipc'`: it has called `process.send('ready')`, or sent `{ type: 'ready' }`.
   * - `{ port, host? }`: it accepts connections there. If somebody does so before it is started, the start fails.
   */
  readonly ready?: R | undefined;
  /**
   * How many milliseconds it may take to be ready; then its start has failed. Not with `ready: 'spawn'`.
   * Infinity: as long as it takes. Default: 30,000; with `startTimeoutMs`, which counts all of the start: Infinity.
   */
  readonly readyTimeoutMs?: number | undefined;
  /**
   * By what it shows itself alive, within `staleAfterMs` each time; if it does not, it has crashed: it is stopped, and
   * killed if it has to be. Default: none, and then there is no `staleAfterMs`.
   *
   * - `'output'`: it writes anything to its stdout or stderr.
   * - a RegExp: a line of its stdout or stderr matches.
   * - `'ipc'`: it calls `process.send('heartbeat')`, or sends `{ type: 'heartbeat' }`; for `ipc: true` or
   *   `ready: 'ipc'`. These messages are not handed on.
   */
  readonly heartbeat?: SubprocessHeartbeat | undefined;
  /** Whether there is a channel for messages; `ready: 'ipc'` has one in any case. Default: false. */
  readonly ipc?: I | undefined;
  /** How messages are written: `'json'`, or `'advanced'` (structured clone; both sides Node). Default: `'json'`. */
  readonly serialization?: 'json' | 'advanced' | undefined;
  /** `'pipe'`: the value has `stdin`. `'ignore'`: it reads nothing. Default: `'ignore'`. */
  readonly stdin?: S | undefined;
  /**
   * Asked to stop, it first sees the end of its stdin, and has so many milliseconds to end by itself before `stopSignal`
   * is sent: for those that serve one client on stdin and stdout. Less than `shutdownMs`, and only with
   * `stdin: 'pipe'`. Default: `stopSignal` is sent at once.
   */
  readonly stdinGraceMs?: number | undefined;
  /** What asks it to stop, sent to the whole process group. Default: `'SIGTERM'`. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** With these exit codes its end is a normal one; with any other, and by a signal, a crash. Default: `[0]`. */
  readonly okExitCodes?: readonly number[] | undefined;
  /**
   * Whether its output becomes log lines of the child: stdout as info, stderr as warn. `'stderr'`: that alone, where
   * stdout is a protocol. Default: true.
   */
  readonly log?: boolean | 'stderr' | undefined;
  /**
   * Called with each line. When it returns a promise, no more is read until that is resolved; so a slow one slows
   * the process down. When it throws, the child has crashed.
   */
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => unknown) | undefined;
  /** Longer lines are cut, and say how much. In UTF-16 code units. Default: 8,192. */
  readonly maxLineLength?: number | undefined;
}

/** The value of a running process. */
export interface Subprocess {
  /** Its process id; on POSIX also the id of the process group that it leads. */
  readonly pid: number;
}

/** With `ready: 'ipc'` or `ipc: true`. */
export interface SubprocessMessaging {
  /**
   * Sends a message; resolves when it is handed over to the system.
   *
   * @throws ProcessError `COPPICE_IPC_CLOSED` if the process has closed its channel or has ended; CommandError
   * `COPPICE_INVALID_ARGUMENT` if the message cannot be written, as a function cannot
   */
  readonly send: (message: unknown) => Promise<void>;
  /**
   * Calls the listener with each message; the function that is returned ends that. Messages that came before
   * the first listener are kept for it, the last 1,000 of them. A listener that throws is a crash of the child.
   */
  readonly onMessage: (listener: (message: unknown) => void) => () => void;
}

/** With `stdin: 'pipe'`. */
export interface SubprocessStdin {
  /** What is written to a process that has ended is lost without an error: its end is told anyway. */
  readonly stdin: Writable;
}

/** What `use(ref)` returns, by the options. */
export type SubprocessValue<
  R extends SubprocessReady = 'spawn',
  I extends boolean = false,
  S extends 'ignore' | 'pipe' = 'ignore',
> = Subprocess &
  ('ipc' extends R ? SubprocessMessaging : true extends I ? SubprocessMessaging : unknown) &
  ('pipe' extends S ? SubprocessStdin : unknown);
