/** Checks of the options that are numbers: each says what it is measured in, and what its bounds are. */
import { coppiceError } from '../model/errors.js';
import { type Options, readOnce, show } from './checks.js';

interface Bounds {
  /** The least that makes sense. */
  readonly min: number;
  readonly max?: number;
  readonly unit: string;
}

const DELAY: Bounds = { min: 1, unit: 'milliseconds' };

/** The optional numbers of any child and of a backoff; all are finite. */
const BOUNDS: Readonly<Record<string, Bounds>> = {
  minMs: DELAY,
  maxMs: DELAY,
  resetAfterMs: DELAY,
  reviveAfterMs: DELAY,
  startTimeoutMs: DELAY,
  staleAfterMs: DELAY,
  maxRunMs: DELAY,
  factor: { min: 1, unit: 'times' },
  jitter: { min: 0, max: 1, unit: 'a share' },
};

/** Checks a number if it is given. `name` is how the error calls it, where that is not its key. */
export function checkNumber(options: Options, key: string, path: string, name = key): void {
  const value = options[key];
  if (value === undefined) return;
  const { min, max = Number.MAX_SAFE_INTEGER, unit } = BOUNDS[key] as Bounds;
  if (typeof value === 'number' && value >= min && value <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more, and finite` : `${min} to ${max}`;
  const expected = `a number (${unit}), ${range}`;
  throw coppiceError('COPPICE_INVALID_NUMBER', { key: name, expected, got: show(value), path });
}

const BACKOFF_KEYS = ['minMs', 'maxMs', 'factor', 'jitter', 'resetAfterMs'];

/** The fields of a backoff, whatever they are. */
export function readBackoff(given: unknown, key: string, path: string): Record<string, unknown> {
  const expected = 'an object, like { minMs: 100, maxMs: 10_000 }';
  return readOnce(given, (got, cause) =>
    coppiceError('COPPICE_INVALID_BACKOFF', { key, expected, got, path }, cause),
  );
}

/** A complete backoff from the one that was given. */
export function completeBackoff(given: unknown, key: string, path: string): object {
  const fail = (expected: string, got: string): never => {
    throw coppiceError('COPPICE_INVALID_BACKOFF', { key, expected, got, path });
  };
  const own = readBackoff(given, key, path);
  const strange = Object.keys(own).find((each) => !BACKOFF_KEYS.includes(each));
  if (strange !== undefined) fail(`no other options than ${BACKOFF_KEYS.join(', ')}`, show(strange));
  for (const each of ['minMs', 'maxMs'])
    if (own[each] === undefined) fail(`${each}, in milliseconds`, 'none');
  for (const each of BACKOFF_KEYS) checkNumber(own, each, path, `${key}.${each}`);
  const { minMs, maxMs, factor = 2, jitter = 0.5, resetAfterMs = maxMs } = own as Record<string, number>;
  if ((maxMs as number) < (minMs as number))
    fail(`a maxMs that is not below its minMs of ${minMs}`, String(maxMs));
  return Object.freeze({ minMs, maxMs, factor, jitter, resetAfterMs });
}
