/** What tests hand over, checked where they do: a slip is to fail there, and not when a child comes to it. */
import { CodedError } from '@coppice/core';
import { readOnce, show } from '@coppice/core/kit';
import { wrongOption } from './errors.js';

/** A number of milliseconds. @throws TestingError `COPPICE_TEST_OPTION` */
export function duration(of: string, key: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw wrongOption(of, key, 'a number of milliseconds, 0 or more', show(value));
}

/** A count: whole, or without end where it may be. @throws TestingError `COPPICE_TEST_OPTION` */
export function count(of: string, key: string, value: unknown, least: number): number {
  const isCount = value === Infinity || Number.isSafeInteger(value);
  if (isCount && (value as number) >= least) return value as number;
  throw wrongOption(of, key, `a whole number, ${least} or more`, show(value));
}

/** The options of a call, read once, which has no others than these. @throws TestingError `COPPICE_TEST_OPTION` */
export function options<T extends object>(of: string, given: T, keys: readonly (keyof T & string)[]): T {
  const own = readOnce(given, (got, cause) =>
    wrongOption(of, 'the argument', 'an object of options', got, cause),
  );
  const unknown = Object.keys(own).find((key) => !(keys as readonly string[]).includes(key));
  if (unknown === undefined) return own as T;
  const known = `left out: its options are ${keys.join(', ')}`;
  throw wrongOption(of, unknown, known, show(own[unknown]));
}

/** What comes of reading something as a whole, such as a declaration; where that throws, it is refused. */
export function reading<T>(of: string, key: string, expected: string, given: unknown, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw wrongOption(of, key, expected, show(given), cause);
  }
}
