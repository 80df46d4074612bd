/**
 * Errors and exit reasons as plain JSON data. Error classes do not survive threads, processes and logs;
 * names, codes and causes do.
 *
 * Neither way ever throws, and what comes out is bounded: not for `throw null`, a getter that throws, a cyclic cause, a
 * revoked Proxy, a message of a gigabyte, or data that a thread has sent in which everything leads to everything.
 */
import type { ExitReason } from './exit-reason.js';
import { cut, fieldsOf } from './own-fields.js';

/** A thrown value as JSON data: what {@link toWire} makes of it. What it does not have is not there. */
export interface ErrorWire {
  /** The name of its class; `NonError` for what is no error. */
  readonly name: string;
  /** What it says; of what is no error the value as text. */
  readonly message: string;
  /** Its `code`, as the platform, Coppice, and most libraries have one. */
  readonly code?: string | number;
  /**
   * What else the error has of its own, as far as it is data: `errno`, `syscall`, `address`, `port`, `exitCode`,
   * `signal`, ... Bounded: long texts are cut, and what does not fit is left out.
   */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Where it was made, in lines. */
  readonly stack?: string;
  /** The error behind it. */
  readonly cause?: ErrorWire;
  /** The errors of an AggregateError. */
  readonly errors?: readonly ErrorWire[];
}

/** An exit reason as data; `detail` as far as it is JSON, otherwise as text. */
export type ReasonWire =
  | { readonly kind: 'normal' }
  | { readonly kind: 'shutdown'; readonly detail?: unknown; readonly cause?: ErrorWire }
  | { readonly kind: 'crash'; readonly error: ErrorWire }
  | { readonly kind: 'killed' };

const MAX_DEPTH = 16;
const MAX_ERRORS = 16;
/** So many errors in all: those that share their causes would come out once for each way to them. */
const MAX_TOTAL = 256;

/** The longest texts, in characters. */
const MAX_NAME = 200;
const MAX_MESSAGE = 10_000;
const MAX_STACK = 20_000;
/** So much of a value that is no error, in values and hundreds of characters; of more there is only a part. */
const MAX_VALUES = 10_000;

/**
 * Any thrown value as JSON data.
 *
 * @example
 * ```ts
 * toWire(new Error('no route', { cause: new Error('ECONNREFUSED') })).cause?.message; // 'ECONNREFUSED'
 * ```
 */
export function toWire(thrown: unknown): ErrorWire {
  return wire(thrown, [], { left: MAX_TOTAL });
}

/**
 * The way back: an Error with the name, message, code, details, stack and causes of the wire form. The class is
 * `Error` (or `AggregateError`): match on `code` or `name`. Its `stack` is undefined if the wire form has none, as with a
 * thrown text: where this was called says nothing of where that was thrown.
 *
 * @example
 * ```ts
 * const error = fromWire(JSON.parse(line) as ErrorWire);
 * if (isCoppiceError(error, 'COPPICE_GAVE_UP')) throw error;
 * ```
 */
export function fromWire(data: ErrorWire): Error {
  return unwire(data, 0, { left: MAX_TOTAL });
}

export function reasonToWire(reason: ExitReason): ReasonWire {
  switch (reason.kind) {
    case 'normal':
    case 'killed':
      return { kind: reason.kind };
    case 'crash':
      return { kind: 'crash', error: toWire(reason.error) };
    case 'shutdown':
      return {
        kind: 'shutdown',
        ...(reason.detail !== undefined && { detail: jsonSafe(reason.detail) }),
        ...(reason.cause !== undefined && { cause: toWire(reason.cause) }),
      };
  }
}

function wire(thrown: unknown, above: readonly unknown[], budget: { left: number }): ErrorWire {
  budget.left--;
  try {
    if (!looksLikeError(thrown)) return { name: 'NonError', message: describe(thrown) };
    const name = text(read(thrown, 'name'), MAX_NAME) ?? 'Error';
    const code = codeOf(read(thrown, 'code'));
    const stack = text(read(thrown, 'stack'), MAX_STACK);
    const cause = read(thrown, 'cause');
    const errors = itemsOf(read(thrown, 'errors'));
    const details = fieldsOf(thrown);
    // Some libraries say null where there is none; of an error of ours it is what somebody has thrown.
    const hasCause = cause !== undefined && (cause !== null || String(code).startsWith('COPPICE_'));
    const chain = [...above, thrown];
    const deeper = (inner: unknown): ErrorWire =>
      chain.includes(inner)
        ? { name: 'Circular', message: 'this error is its own cause' }
        : above.length >= MAX_DEPTH
          ? { name: 'Truncated', message: `more than ${MAX_DEPTH} causes` }
          : budget.left <= 0
            ? { name: 'Truncated', message: `more than ${MAX_TOTAL} errors` }
            : wire(inner, chain, budget);
    return {
      name,
      message: text(read(thrown, 'message'), MAX_MESSAGE) ?? '',
      ...(code !== undefined && { code }),
      ...(details !== undefined && { details }),
      ...(stack !== undefined && { stack }),
      ...(hasCause && { cause: deeper(cause) }),
      ...(errors !== undefined && { errors: errors.map(deeper) }),
    };
  } catch {
    return { name: 'NonError', message: 'a value that cannot be read' };
  }
}

function unwire(data: unknown, depth: number, budget: { left: number }): Error {
  budget.left--;
  const record: object = typeof data === 'object' && data !== null ? data : {};
  const inner = (value: unknown): Error => unwire(value, depth + 1, budget);
  const isDeep = depth >= MAX_DEPTH || budget.left <= 0;
  const cause = isDeep ? undefined : read(record, 'cause');
  const options = cause === undefined || cause === null ? undefined : { cause: inner(cause) };
  const message = text(read(record, 'message'), MAX_MESSAGE) ?? describe(data);
  const list = isDeep ? undefined : itemsOf(read(record, 'errors'));
  const errors: Error[] = [];
  for (const each of list ?? []) if (budget.left > 0) errors.push(inner(each));
  const error = list ? new AggregateError(errors, message, options) : new Error(message, options);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: key !== 'name' && key !== 'stack',
    });
  };
  const details = read(record, 'details');
  if (typeof details === 'object' && details !== null && itemsOf(details) === undefined) {
    for (const [key, value] of Object.entries(fieldsOf(details) ?? {})) define(key, value);
  }
  const name = text(read(record, 'name'), MAX_NAME);
  const stack = text(read(record, 'stack'), MAX_STACK);
  const code = codeOf(read(record, 'code'));
  if (name !== undefined && name !== error.name) define('name', name);
  // Also if there is none: what `new Error` has put there are frames of this file.
  define('stack', stack);
  if (code !== undefined) define('code', code);
  return error;
}

/** Not `instanceof Error`: an error may come from another realm (a vm context, a test runner). */
export function looksLikeError(value: unknown): value is Error {
  try {
    return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
  } catch {
    return false; // a revoked Proxy
  }
}

function read(object: object, key: string | number): unknown {
  try {
    return (object as Record<string | number, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** The first items of a list; undefined if it is none. */
function itemsOf(list: unknown): unknown[] | undefined {
  try {
    if (!Array.isArray(list)) return undefined;
    return Array.from({ length: Math.min(list.length, MAX_ERRORS) }, (_, i) => read(list, i));
  } catch {
    return undefined;
  }
}

const text = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' ? cut(value, most) : undefined;

function codeOf(code: unknown): string | number | undefined {
  if (typeof code === 'number') return Number.isFinite(code) ? code + 0 : undefined;
  return text(code, MAX_NAME);
}

/** Of whatever it is, also where that is `[object Object]`. */
export const asText: (value: unknown) => string = String;

/** A thrown value that is no error, in words. */
function describe(value: unknown): string {
  try {
    if (typeof value === 'object') return cut(jsonOf(value) ?? 'an object', MAX_MESSAGE);
    return cut(asText(value), MAX_MESSAGE);
  } catch {
    return typeof value === 'object' ? partOf(value as object) : 'a value that cannot be read';
  }
}

/** What can be said of an object that is no JSON: it is a ring, or has no end, or throws. */
function partOf(value: object): string {
  const fields = fieldsOf(value);
  return fields === undefined ? 'a value that cannot be read' : cut(JSON.stringify(fields), MAX_MESSAGE);
}

/** @throws if there is too much of it, or it is no JSON */
function jsonOf(value: unknown): string | undefined {
  let left = MAX_VALUES;
  return JSON.stringify(value, (_, inner: unknown) => {
    left -= typeof inner === 'string' ? 1 + inner.length / 100 : 1;
    if (left < 0) throw new RangeError('too much');
    return inner;
  });
}

function jsonSafe(value: unknown): unknown {
  try {
    const json = jsonOf(value);
    return json === undefined ? describe(value) : (JSON.parse(json) as unknown);
  } catch {
    return describe(value);
  }
}
