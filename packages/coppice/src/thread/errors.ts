/**
 * The errors of threads: each stable code with its message, which says what was expected, what was got,
 * where, and how to mend it. A wrong option is an OptionError.
 */
import { CodedError, type ErrorDetails } from '@coppice/core';

type Template = (d: Readonly<Record<string, string>>) => string;

const MESSAGES: Readonly<Record<ThreadErrorCode, Template>> = {
  COPPICE_THREAD_DATA_NOT_CLONEABLE: (d) =>
    `data of a thread has to be cloneable, since each thread gets a copy of it; ${d['place']} is ${d['got']}. ` +
    `Leave it out, or make it in the thread's file`,
  COPPICE_THREAD_FILE_NOT_FOUND: (d) =>
    `the file of the thread '${d['path']}' does not exist: ${d['file']}${d['hint']}`,
  COPPICE_THREAD_NOT_LOADED: (d) =>
    `the file of the thread '${d['path']}' could not be loaded: ${d['reason']} (${d['file']})${d['hint']}`,
  COPPICE_THREAD_EXITED: (d) =>
    `the thread '${d['path']}' exited with code ${d['exitCode']}${d['when']}; ` +
    `its code called process.exit, or set process.exitCode`,
  COPPICE_THREAD_ENDED: (d) =>
    `the thread '${d['path']}' (number ${d['attempt']}) has ended and takes no more messages; ` +
    `ask use(ref) for the one that runs now, each time it is needed`,
  COPPICE_NOT_A_THREAD: () =>
    `runThread works in a file that thread({ id, file }) runs, and only there; this code runs elsewhere ` +
    `(in the main thread, or in a Worker that was made by hand)`,
  COPPICE_THREAD_TWICE: () =>
    `runThread was called a second time in one thread; a thread runs one function, or one supervisor`,
  COPPICE_THREAD_NOTHING_TO_RUN: (d) =>
    `runThread expects a function, or what supervisor() or dynamicSupervisor() returned; got ${d['got']}`,
  COPPICE_THREAD_READY_UNEXPECTED: () =>
    `ready() was called, but the thread counted as ready from its start; ` +
    `call runThread(run, { awaitReady: true }) to be ready only when it says so`,
};

/** The stable code of an error of a thread. */
export type ThreadErrorCode =
  | 'COPPICE_THREAD_DATA_NOT_CLONEABLE'
  | 'COPPICE_THREAD_FILE_NOT_FOUND'
  | 'COPPICE_THREAD_NOT_LOADED'
  | 'COPPICE_THREAD_EXITED'
  | 'COPPICE_THREAD_ENDED'
  | 'COPPICE_NOT_A_THREAD'
  | 'COPPICE_THREAD_TWICE'
  | 'COPPICE_THREAD_NOTHING_TO_RUN'
  | 'COPPICE_THREAD_READY_UNEXPECTED';

/**
 * Something is wrong with a thread: its data, its file, its use, or how it ended. Match on `code`.
 *
 * @example
 * ```ts
 * tree.on('child:crashed', ({ path, error }) => {
 *   if (error.code === 'COPPICE_THREAD_EXITED') console.error(`${path} called process.exit`);
 * });
 * ```
 */
export class ThreadError extends CodedError {
  /** `ThreadError`; it survives threads and processes, as the class does not. */
  override readonly name = 'ThreadError';
  /** Stable; messages may change. */
  readonly code: ThreadErrorCode;
  /** With `COPPICE_THREAD_EXITED`: the code that the thread exited with. */
  readonly exitCode: number | undefined;

  /** @param details - what the message of that code is made of */
  constructor(code: ThreadErrorCode, details: ErrorDetails, cause?: unknown) {
    super(messageFor(code, details), details, cause);
    this.code = code;
    this.exitCode = typeof details['exitCode'] === 'number' ? details['exitCode'] : undefined;
  }
}

function messageFor(code: ThreadErrorCode, details: ErrorDetails): string {
  const text: Record<string, string> = {};
  for (const [key, value] of Object.entries(details)) text[key] = String(value);
  const template: Template = MESSAGES[code];
  // An error of a declaration says at its end where it stands, as those of core do.
  const isDeclaration = code === 'COPPICE_THREAD_DATA_NOT_CLONEABLE';
  return template(text) + (isDeclaration && text['path'] ? ` (at ${text['path']})` : '');
}
