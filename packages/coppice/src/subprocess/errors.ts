/** The errors of processes. A wrong option is an OptionError. */
import { CodedError } from '@coppice/core';

/** The stable code of an error of a subprocess. */
export type ProcessErrorCode =
  | 'COPPICE_SPAWN_FAILED'
  | 'COPPICE_PROCESS_EXITED'
  | 'COPPICE_PROCESS_NOT_READY'
  | 'COPPICE_PORT_TAKEN'
  | 'COPPICE_IPC_CLOSED'
  | 'COPPICE_IPC_GARBLED';

/** How a process ended: with an exit code, or by a signal. */
export interface ProcessExit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** How many of the last lines of stderr the message shows; `stderr` on the error has more. */
const SHOWN_LINES = 5;

/**
 * A process could not be started, or has ended when it should not. Match on `code`:
 *
 * - `COPPICE_SPAWN_FAILED`: the system did not start it; `cause` is the system's error.
 * - `COPPICE_PROCESS_EXITED`: it ended before it was ready, with an exit code that is not among `okExitCodes`,
 *   or by a signal; see `exitCode`, `signal` and `stderr`.
 * - `COPPICE_PROCESS_NOT_READY`: `readyTimeoutMs` passed.
 * - `COPPICE_PORT_TAKEN`: somebody else answered on the port that tells when it is ready.
 * - `COPPICE_IPC_CLOSED`: a message could not be sent, since the process has closed its channel or has ended.
 * - `COPPICE_IPC_GARBLED`: it wrote to its channel what is no message; `cause` says why it could not be read.
 */
export class ProcessError extends CodedError {
  /** `ProcessError`; it survives threads and processes, as the class does not. */
  override readonly name = 'ProcessError';
  /** Stable; messages may change. */
  readonly code: ProcessErrorCode;
  /** Where in the tree: ids from the root down, joined by `/`. */
  declare readonly path: string;
  /** The exit code; undefined if it was ended by a signal, or has not ended. */
  readonly exitCode: number | undefined;
  /** The signal that ended it, if one did. */
  readonly signal: NodeJS.Signals | undefined;
  /** Its last lines on stderr, at most 20. */
  readonly stderr: readonly string[];

  /** @param message - what happened, to stand behind the path */
  constructor(
    code: ProcessErrorCode,
    message: string,
    details: {
      readonly path: string;
      readonly exitCode?: number | undefined;
      readonly signal?: NodeJS.Signals | undefined;
      readonly stderr?: readonly string[] | undefined;
    },
    cause?: unknown,
  ) {
    const { path, exitCode, signal, stderr = [] } = details;
    super(`'${path}' ${message}${tail(stderr)}`, { ...details }, cause);
    this.code = code;
    this.exitCode = exitCode;
    this.signal = signal;
    this.stderr = stderr;
  }
}

/** An exit in words. */
export function describeExit({ exitCode, signal }: ProcessExit): string {
  return signal === undefined ? `exited with code ${exitCode}` : `was ended by ${signal}`;
}

const tail = (stderr: readonly string[]): string =>
  stderr.length === 0
    ? ''
    : `; last lines of its stderr:\n${stderr
        .slice(-SHOWN_LINES)
        .map((line) => `  ${line}`)
        .join('\n')}`;
