/** Small checks that declarations and calls are put through; each error says what was expected and what was got. */
import type { ErrorCode } from '../model/error-messages.js';
import { coppiceError } from '../model/errors.js';
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

/** The options of a call, which has no others than these. */
export function checkOptions<T extends object>(
  call: string,
  options: T,
  keys: readonly (keyof T & string)[],
): T {
  if (!isRecord(options)) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call,
      expected: 'an object of options',
      got: show(options),
    });
  }
  const wrong = Object.keys(options).find((key) => !(keys as readonly string[]).includes(key));
  if (wrong === undefined) return options;
  const near = closest(wrong, keys);
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: `no other options than ${keys.join(', ')}`,
    got: `'${wrong}'${near === undefined ? '' : `, did you mean '${near}'?`}`,
  });
}

/** What a user puts in place of a port has to have its methods. */
export function checkPort(name: string, port: unknown, methods: readonly string[]): void {
  if (port === undefined) return;
  const has = (key: string): boolean =>
    typeof port === 'object' && port !== null && typeof (port as Record<string, unknown>)[key] === 'function';
  const missing = methods.filter((key) => !has(key));
  if (missing.length === 0) return;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'handle, or start,',
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

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in an error message: short, and never throwing. */
export function show(value: unknown): string {
  try {
    if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`;
    if (typeof value === 'function') return isClass(value) ? `the class ${value.name}` : 'a function';
    if (value instanceof Promise) return 'a promise';
    if (Array.isArray(value)) return `an array of ${value.length}`;
    if (typeof value === 'object' && value !== null) {
      const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
      return typeof name === 'string' && name !== 'Object' && name !== ''
        ? `an instance of ${name}`
        : 'an object';
    }
    return String(value);
  } catch {
    return 'a value that cannot be read';
  }
}

/** A class cannot be called. */
export const isClass = (value: unknown): value is () => unknown =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
