/**
 * Errors and exit reasons as plain JSON data. Error classes do not survive threads, processes and logs;
 * names, codes and causes do.
 *
 * `toWire` never throws: not for `throw null`, a getter that throws, a cyclic cause or a revoked Proxy.
 */
import type { ExitReason } from './exit-reason.js';
import { fieldsOf, isFieldName } from './own-fields.js';

export interface ErrorWire {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  /**
   * What else the error has of its own, as far as it is data: `errno`, `syscall`, `address`, `port`, `exitCode`,
   * `signal`, ... Bounded: long texts are cut, and what does not fit is left out.
   */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly stack?: string;
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
 * `Error` (or `AggregateError`): match on `code` or `name`.
 */
export function fromWire(data: ErrorWire): Error {
  return unwire(data, 0);
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
    const name = text(read(thrown, 'name')) ?? 'Error';
    const code = read(thrown, 'code');
    const stack = text(read(thrown, 'stack'));
    const cause = read(thrown, 'cause');
    const errors = read(thrown, 'errors');
    const details = fieldsOf(thrown);
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
      message: text(read(thrown, 'message')) ?? '',
      ...((typeof code === 'string' || Number.isFinite(code)) && { code: code as string | number }),
      ...(details !== undefined && { details }),
      ...(stack !== undefined && { stack }),
      ...(cause !== undefined && cause !== null && { cause: deeper(cause) }),
      ...(Array.isArray(errors) && { errors: errors.slice(0, MAX_ERRORS).map(deeper) }),
    };
  } catch {
    return { name: 'NonError', message: 'a value that cannot be read' };
  }
}

function unwire(data: ErrorWire, depth: number): Error {
  const record: Record<string, unknown> = typeof data === 'object' && data !== null ? { ...data } : {};
  const options =
    record['cause'] !== undefined && depth < MAX_DEPTH
      ? { cause: unwire(record['cause'] as ErrorWire, depth + 1) }
      : undefined;
  const message = text(record['message']) ?? describe(data);
  const list = record['errors'];
  const error =
    Array.isArray(list) && depth < MAX_DEPTH
      ? new AggregateError(
          list.map((inner) => unwire(inner as ErrorWire, depth + 1)),
          message,
          options,
        )
      : new Error(message, options);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: key !== 'name' && key !== 'stack',
    });
  };
  const details = record['details'];
  if (typeof details === 'object' && details !== null && !Array.isArray(details)) {
    for (const [key, value] of Object.entries(details)) if (isFieldName(key)) define(key, value);
  }
  const name = text(record['name']);
  const stack = text(record['stack']);
  const code = record['code'];
  if (name !== undefined && name !== error.name) define('name', name);
  if (stack !== undefined) define('stack', stack);
  if (typeof code === 'string' || typeof code === 'number') define('code', code);
  return error;
}

/** Not `instanceof Error`: an error may come from another realm (a vm context, a test runner). */
export function looksLikeError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A thrown value that is no error, in words. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    if (typeof value === 'object') return JSON.stringify(value) ?? 'an object';
    return typeof value === 'symbol' ? value.toString() : `${value as number}`;
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function jsonSafe(value: unknown): unknown {
  try {
    const json = JSON.stringify(value);
    return json === undefined ? String(value) : JSON.parse(json);
  } catch {
    return describe(value);
  }
}
