/** The one error for an option that has a value that it cannot have, wherever in this package it is declared. */
import { CodedError } from '@coppice/core';

/** What is wrong with the option. All of it is in the message. */
export interface WrongOption {
  /** The name of the option. */
  readonly key: string;
  /** Whose option it is, as `interval()`. */
  readonly of: string;
  /** What it has to be, in words. */
  readonly expected: string;
  /** What it is instead, in words. */
  readonly got: string;
  /** Is it what the option, a function, has returned? */
  readonly isResult?: true | undefined;
  /** How to mend it, as a sentence without its full stop. */
  readonly hint?: string | undefined;
  /** Where in the tree, as far as it is known: at least the id of the child. */
  readonly path: string | undefined;
}

/**
 * An option of an adapter, a thread or a subprocess is wrong. Thrown where it is declared, or by a start where
 * only that could see it; `cause` is then the platform's error, if there is one.
 */
export class OptionError extends CodedError {
  /** `OptionError`; it survives threads and processes, as the class does not. */
  override readonly name = 'OptionError';
  /** The only one. */
  readonly code = 'COPPICE_INVALID_OPTION';

  /** @param wrong - what the message is made of, and `details` */
  constructor(wrong: WrongOption, cause?: unknown) {
    const { key, of, expected, got, isResult, hint, path } = wrong;
    const cure = hint === undefined ? '' : `. ${hint}`;
    const place = path ? ` (at ${path})` : '';
    super(
      `${key} of ${of} has to ${isResult ? 'return' : 'be'} ${expected}; got ${got}${cure}${place}`,
      { ...wrong },
      cause,
    );
  }
}
