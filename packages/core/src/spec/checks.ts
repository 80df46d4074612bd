/** Small checks that declarations and calls are put through; each error says what was expected and what was got. */
import type { ErrorCode } from '../model/error-messages.js';
import { coppiceError, isCoppiceError } from '../model/errors.js';
import { closest } from '../model/suggest.js';

/** What other tools call the same: Docker's and systemd's words for `restart`. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {
  always: 'permanent',
  'unless-stopped': 'permanent',
  'on-failure': 'transient',
  no: 'temporary',
  never: 'temporary',
};

export type Options = Readonly<Record<string, unknown>>;

/** The options of a call, read once, which has no others than these. */
export function checkOptions<T extends object>(
  call: string,
  options: T,
  keys: readonly (keyof T & string)[],
): T {
  const own = readOnce(options, (got, cause) =>
    coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected: 'an object of options', got }, cause),
  );
  const wrong = Object.keys(own).find((key) => !(keys as readonly string[]).includes(key));
  if (wrong === undefined) return own as T;
  const near = closest(wrong, keys);
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: `no other options than ${keys.join(', ')}`,
    got: `${show(wrong)}${near === undefined ? '' : `, did you mean '${near}'?`}`,
  });
}

/**
 * What a user gave, own fields only, and each read once: what is checked is what is taken, also from getters and
 * Proxies.
 */
export function readOnce(
  given: unknown,
  refuse: (got: string, cause?: unknown) => Error,
): Record<string, unknown> {
  if (!isRecord(given)) throw refuse(show(given));
  try {
    return { ...given };
  } catch (cause) {
    throw refuse(`${show(given)} that cannot be read`, cause);
  }
}

/** What `each` makes of the items of a list, holes included; undefined if it is no list, is too long, or cannot be read. */
export function mapList<T>(given: unknown, each: (item: unknown) => T, max = Infinity): T[] | undefined {
  const length = lengthOf(given);
  if (length === undefined || length > max) return undefined;
  // An array that grows has room for sixteen more; but a length is easily said.
  const mapped = new Array<T>(length > 1_000 ? 0 : length);
  for (let i = 0; i < length; i++) {
    let item: unknown;
    try {
      item = (given as readonly unknown[])[i];
    } catch {
      return undefined;
    }
    mapped[i] = each(item);
  }
  return mapped;
}

function lengthOf(given: unknown): number | undefined {
  try {
    return Array.isArray(given) ? given.length : undefined;
  } catch {
    return undefined; // a revoked Proxy
  }
}

/** The id that a child is referred to by: itself, or that of its declaration; undefined if it is neither. */
export function idOf(ref: unknown): string | undefined {
  try {
    const id = typeof ref === 'object' && ref !== null ? (ref as { id?: unknown }).id : ref;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What comes of reading a whole that a user gave, such as a snapshot from elsewhere. Checking all of it before would take
 * longer than to read it: so what cannot be read is refused when that is seen.
 */
export function reading<T>(call: string, expected: string, given: unknown, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isCoppiceError(cause)) throw cause;
    throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected, got: show(given) }, cause);
  }
}

/** What is shown of a tree, as `reading` expects it. */
export const A_SNAPSHOT = 'a snapshot, as snapshot() of a handle gives it';

/** What a user puts in place of a port has to have its methods. */
export function checkPort(
  name: string,
  port: unknown,
  methods: readonly string[],
  call = 'handle, or start,',
): void {
  if (port === undefined) return;
  const has = (key: string): boolean => {
    try {
      return (
        typeof port === 'object' &&
        port !== null &&
        typeof (port as Record<string, unknown>)[key] === 'function'
      );
    } catch {
      return false;
    }
  };
  const missing = methods.filter((key) => !has(key));
  if (missing.length === 0) return;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: `${name}: an object with the methods ${methods.join(', ')}`,
    got: `${show(port)} without ${missing.join(', ')}`,
  });
}

/** A port that is a function. */
export function checkFunction(name: string, port: unknown): void {
  if (port === undefined || typeof port === 'function') return;
  const call = 'handle, or start,';
  throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected: `${name}: a function`, got: show(port) });
}

/** A signal that can be listened to, and left, of whichever realm or library. */
export function checkSignal(call: string, signal: unknown): void {
  if (signal === undefined || isSignal(signal)) return;
  const expected = 'signal: an AbortSignal';
  throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected, got: show(signal) });
}

function isSignal(value: unknown): boolean {
  try {
    const signal = value as AbortSignal;
    if (typeof signal.aborted !== 'boolean') return false;
    if (Object.getPrototypeOf(signal) === AbortSignal.prototype) return true;
    // Tried out: once something waits for it, it is too late to find that it throws.
    signal.addEventListener('abort', nothing);
    signal.removeEventListener('abort', nothing);
    return true;
  } catch {
    return false;
  }
}

const nothing = (): void => {};

/** One of a few words; a misspelt one gets a suggestion. */
export function oneOf(
  spec: Options,
  key: string,
  words: readonly string[],
  code: ErrorCode,
  path: string,
): string {
  const value = spec[key];
  if (typeof value === 'string' && words.includes(value)) return value;
  const near = typeof value === 'string' ? suggestion(value, words) : undefined;
  throw coppiceError(code, {
    key,
    expected: words.map((word) => `'${word}'`).join(' or '),
    got: show(value),
    hint: near === undefined ? '' : `; did you mean '${near}'?`,
    path,
  });
}

function suggestion(value: string, words: readonly string[]): string | undefined {
  const word = Object.hasOwn(SAID_ELSEWHERE, value) ? SAID_ELSEWHERE[value] : undefined;
  return word !== undefined && words.includes(word)
    ? word
    : words.length > 1
      ? closest(value, words)
      : undefined;
}

export function check(holds: boolean, code: ErrorCode, got: unknown, path: string): void {
  if (!holds) throw coppiceError(code, { got: show(got), path });
}

/** An option left out, or given as undefined, has its default. */
export function fill(spec: Record<string, unknown>, key: string, value: unknown): void {
  if (spec[key] === undefined) spec[key] = value;
}

export const isDuration = (value: unknown): boolean =>
  typeof value === 'number' && (value === Infinity || (Number.isSafeInteger(value) && value >= 0));

export function isRecord(value: unknown): value is Record<string, unknown> {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // a revoked Proxy
  }
}

/** A value in an error message: short, and never throwing. */
export function show(value: unknown): string {
  try {
    if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`;
    if (typeof value === 'function') return isClass(value) ? `the class ${nameOf(value)}` : 'a function';
    if (value instanceof Promise) return 'a promise';
    if (Array.isArray(value)) return `an array of ${value.length}`;
    if (typeof value === 'object' && value !== null) {
      const name = nameOf((value as { constructor?: unknown }).constructor);
      return name === 'Object' || name === '' ? 'an object' : `an instance of ${name}`;
    }
    return String(value);
  } catch {
    return 'a value that cannot be read';
  }
}

function nameOf(constructor: unknown): string {
  const { name } = (constructor ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? name.slice(0, 60) : '';
}

/** A class cannot be called. */
export function isClass(value: unknown): value is () => unknown {
  try {
    return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
  } catch {
    return false;
  }
}
