/** The errors of the test kit: each stable code with its message. `docs/errors.md` lists them. */
import { CodedError, type ErrorDetails } from '@coppice/core';

const MESSAGES: Readonly<Record<TestingErrorCode, (details: ErrorDetails) => string>> = {
  COPPICE_TEST_STORY: (d) => `${d['story']}`,
  COPPICE_TEST_NEVER: (d) => `${d['awaited']} did not come about ${d['within']}${d['state']}`,
  COPPICE_TEST_LEAK: (d) => `${d['leaks']}`,
  COPPICE_TEST_WORDS: (d) =>
    `${d['got']} is nothing that can happen${d['hint']}. Say who and what, like 'db crashed' or 'feeds/eu#2 started'; ` +
    `what is the name of an event without its first half: ${d['expected']}`,
  COPPICE_TEST_NO_CHILD: (d) =>
    `${d['awaited']} cannot come about: '${d['path']}' has no child '${d['who']}'${d['hint']} It has ${d['expected']}. ` +
    `${d['advice']}`,
  COPPICE_TEST_REF: (d) =>
    `'${d['id']}' stands nowhere in '${d['path']}'${d['why']}; pass the declaration that stands in it, or its path: ${d['expected']}`,
  COPPICE_TEST_NOT_WATCHED: (d) =>
    `nothing would notice that '${d['path']}' stalls: it is declared without staleAfterMs and without maxRunMs`,
  COPPICE_TEST_REAL_TIME: (d) =>
    `${d['call']} needs simulated time, and this tree runs on ${d['time']} time; wait with until(...) instead`,
  COPPICE_TEST_OPTION: (d) => `${d['key']} of ${d['of']} has to be ${d['expected']}; got ${d['got']}`,
  COPPICE_TEST_EXIT: () =>
    `exits() would end the process that runs the tests: it belongs into a thread or a subprocess, or say { evenHere: true }`,
};

/** The stable code of an error of the test kit. */
export type TestingErrorCode =
  | 'COPPICE_TEST_STORY'
  | 'COPPICE_TEST_NEVER'
  | 'COPPICE_TEST_LEAK'
  | 'COPPICE_TEST_WORDS'
  | 'COPPICE_TEST_NO_CHILD'
  | 'COPPICE_TEST_REF'
  | 'COPPICE_TEST_NOT_WATCHED'
  | 'COPPICE_TEST_REAL_TIME'
  | 'COPPICE_TEST_OPTION'
  | 'COPPICE_TEST_EXIT';

/**
 * An expectation of the test kit is not met, or it is used in a wrong way. Match on `code`.
 *
 * @example
 * ```ts
 * try {
 *   events.expectOrder('db crashed', 'db restarting');
 * } catch (error) {
 *   if ((error as TestingError).code === 'COPPICE_TEST_STORY') console.log(error);
 * }
 * ```
 */
export class TestingError extends CodedError {
  /** `TestingError`; it survives threads and processes, as the class does not. */
  override readonly name = 'TestingError';
  /** Stable; messages may change. */
  readonly code: TestingErrorCode;

  /** @param above - the function that the stack is to end with: that of the caller, not of the kit */
  constructor(
    code: TestingErrorCode,
    details: ErrorDetails,
    above?: (...args: never[]) => unknown,
    cause?: unknown,
  ) {
    super(MESSAGES[code](details), details, cause);
    this.code = code;
    if (above) Error.captureStackTrace(this, above);
  }
}

/** An option of the kit that has a value that it cannot have. */
export const wrongOption = (
  of: string,
  key: string,
  expected: string,
  got: string,
  cause?: unknown,
): TestingError => new TestingError('COPPICE_TEST_OPTION', { of, key, expected, got }, undefined, cause);
