/** The errors of applications: each stable code with its message. `docs/errors.md` lists them. */
import { CodedError, type ErrorDetails } from '@coppice/core';
import { closest } from '@coppice/core/kit';

const MESSAGES: Readonly<Record<ApplicationErrorCode, (details: Record<string, string>) => string>> = {
  COPPICE_APP_INVALID_OPTION: (d) => `${d['key']} has to be ${d['expected']}; got ${d['got']}`,
  COPPICE_APP_UNKNOWN_OPTION: (d) =>
    `an application has no option '${d['key']}'${d['hint']}; its options are ${d['expected']}`,
  COPPICE_APP_UNKNOWN_SIGNAL: (d) => `signals: there is no signal ${d['got']} here${d['hint']}`,
  COPPICE_APP_UNUSABLE_SIGNAL: (d) => `signals: ${d['signal']} ${d['why']}; leave it out`,
  COPPICE_APP_NO_TIME_TO_STOP: (d) =>
    `shutdownMs is the time for all of the stop, drainMs included: with shutdownMs ${d['shutdownMs']} and drainMs ` +
    `${d['drainMs']} none is left to stop the children; raise shutdownMs or lower drainMs`,
  COPPICE_APP_ALREADY_RUNNING: (d) =>
    `'${d['path']}' is ${d['state']} already; run() takes the process once, at the end of your main file` +
    `, and can be called again only after the end of what is running now`,
  COPPICE_APP_SECOND: (d) =>
    `'${d['path']}' cannot have this process: the application '${d['owner']}' runs in it. Make one of them a child of ` +
    `the other (an application is a supervisor's declaration too), start() it without the process, or give it ` +
    `a process of its own`,
  COPPICE_APP_IN_TEST: (d) =>
    `run() takes signals and ends the process, which belongs to ${d['runner']} here; in a test use start() and ` +
    `stop(), which touch nothing global, or @coppice/testing`,
  COPPICE_APP_START_TIMEOUT: (d) =>
    `'${d['path']}' was not up within ${d['startTimeoutMs']} ms after the start of the application${d['undone']}; find ` +
    `out what its start waits for, or raise startTimeoutMs`,
};

/** The stable code of an error of an application. */
export type ApplicationErrorCode =
  | 'COPPICE_APP_INVALID_OPTION'
  | 'COPPICE_APP_UNKNOWN_OPTION'
  | 'COPPICE_APP_UNKNOWN_SIGNAL'
  | 'COPPICE_APP_UNUSABLE_SIGNAL'
  | 'COPPICE_APP_NO_TIME_TO_STOP'
  | 'COPPICE_APP_ALREADY_RUNNING'
  | 'COPPICE_APP_SECOND'
  | 'COPPICE_APP_IN_TEST'
  | 'COPPICE_APP_START_TIMEOUT';

/** An application is declared or used in a wrong way, or did not start in time. Match on `code`. */
export class ApplicationError extends CodedError {
  /** `ApplicationError`; it survives threads and processes, as the class does not. */
  override readonly name = 'ApplicationError';
  /** Stable; messages may change. */
  readonly code: ApplicationErrorCode;

  /** @param details - what the message of that code is made of */
  constructor(code: ApplicationErrorCode, details: ErrorDetails) {
    const text = Object.entries(details).map(([key, value]) => [key, String(value)] as const);
    super(MESSAGES[code](Object.fromEntries(text)), details);
    this.code = code;
  }
}

/** `; did you mean 'x'?`, if one of the words is near. */
export function hint(word: string, words: readonly string[]): string {
  const near = closest(word, words);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}
