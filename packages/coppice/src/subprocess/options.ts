/** What `subprocess` takes, and what it gives; the checks are in check.ts. */
import type { Writable } from 'node:stream';
import type { WorkerOptions } from '@coppice/core';
import type { OutputStream } from './output.js';

/** A port that is open when the process is ready. */
export interface ReadyPort {
  readonly port: number;
  /** Default: `localhost`. */
  readonly host?: string;
}

export const isReadyPort = (ready: Ready): ready is ReadyPort => typeof ready === 'object' && 'port' in ready;

/** How it is seen that a process is ready. */
export type Ready = 'spawn' | 'ipc' | RegExp | ReadyPort;

/** How it is seen that a process is alive and makes progress. */
export type Heartbeat = 'output' | 'ipc' | RegExp;

/** The options of `subprocess`. */
export interface SubprocessOptions<
  R extends Ready = Ready,
  I extends boolean = boolean,
  S extends 'ignore' | 'pipe' = 'ignore' | 'pipe',
> extends Omit<WorkerOptions, 'awaitReady'> {
  /** The program: a path, or a name that is looked up in PATH. No shell is involved. */
  readonly file: string;
  /** Its arguments, one string each; nothing in them is special. Default: none. */
  readonly args?: readonly string[];
  /** The directory it runs in. Default: that of the application. */
  readonly cwd?: string;
  /** Its environment, on top of the application's (see `extendEnv`); `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether it gets the application's environment as well. Default: true. */
  readonly extendEnv?: boolean;
  /**
   * When it is ready, and `start` resolves. Default: `'spawn'`.
   *
   * - `'spawn'`: as soon as the system has started it.
   * - a RegExp: a line of its stdout or stderr matches, or the beginning of one.
   * - `'ipc'`: it has called `process.send('ready')`, or sent `{ type: 'ready' }`.
   * - `{ port, host? }`: it accepts connections there. If somebody does so before it is started, the start fails.
   */
  readonly ready?: R;
  /**
   * How many milliseconds it may take to be ready; then its start has failed. Not with `ready: 'spawn'`.
   * Infinity: as long as it takes. Default: 30,000; with `startTimeoutMs`, which counts all of the start: Infinity.
   */
  readonly readyTimeoutMs?: number;
  /**
   * By what it shows itself alive, within `staleAfterMs` each time; if it does not, it has crashed: it is stopped, and
   * killed if it has to be. Default: none, and then there is no `staleAfterMs`.
   *
   * - `'output'`: it writes anything to its stdout or stderr.
   * - a RegExp: a line of its stdout or stderr matches.
   * - `'ipc'`: it calls `process.send('heartbeat')`, or sends `{ type: 'heartbeat' }`; for `ipc: true` or
   *   `ready: 'ipc'`. These messages are not handed on.
   */
  readonly heartbeat?: Heartbeat;
  /** Whether there is a channel for messages; `ready: 'ipc'` has one in any case. Default: false. */
  readonly ipc?: I;
  /** How messages are written: `'json'`, or `'advanced'` (structured clone; both sides Node). Default: `'json'`. */
  readonly serialization?: 'json' | 'advanced';
  /** `'pipe'`: the value has `stdin`. `'ignore'`: it reads nothing. Default: `'ignore'`. */
  readonly stdin?: S;
  /** What asks it to stop, sent to the whole process group. Default: `'SIGTERM'`. */
  readonly stopSignal?: NodeJS.Signals;
  /** With these exit codes its end is a normal one; with any other, and by a signal, a crash. Default: `[0]`. */
  readonly okExitCodes?: readonly number[];
  /** Whether its output becomes log lines of the child: stdout as info, stderr as warn. Default: true. */
  readonly log?: boolean;
  /**
   * Called with each line. When it returns a promise, no more is read until that is resolved; so a slow one slows
   * the process down. When it throws, the child has crashed.
   */
  readonly onLine?: (line: string, stream: OutputStream) => unknown;
  /** Longer lines are cut, and say how much. In UTF-16 code units. Default: 8,192. */
  readonly maxLineLength?: number;
}

/** The value of a running process. */
export interface Subprocess {
  /** Its process id; on POSIX also the id of the process group that it leads. */
  readonly pid: number;
}

/** With `ready: 'ipc'` or `ipc: true`. */
export interface Messaging {
  /**
   * Sends a message; resolves when it is handed over to the system.
   *
   * @throws ProcessError `COPPICE_IPC_CLOSED` if the process has closed its channel or has ended
   */
  readonly send: (message: unknown) => Promise<void>;
  /**
   * Calls the listener with each message; the function that is returned ends that. Messages that came before
   * the first listener are kept for it, the last 1,000 of them. A listener that throws is a crash of the child.
   */
  readonly onMessage: (listener: (message: unknown) => void) => () => void;
}

/** With `stdin: 'pipe'`. */
export interface WithStdin {
  /** What is written to a process that has ended is lost without an error: its end is told anyway. */
  readonly stdin: Writable;
}

/** What `use(ref)` returns, by the options. */
export type SubprocessValue<
  R extends Ready = 'spawn',
  I extends boolean = false,
  S extends 'ignore' | 'pipe' = 'ignore',
> = Subprocess &
  ('ipc' extends R ? Messaging : true extends I ? Messaging : unknown) &
  ('pipe' extends S ? WithStdin : unknown);
