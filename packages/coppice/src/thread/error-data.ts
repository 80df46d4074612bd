/**
 * An error on its way between threads: core's wire form, and beside it the error's own fields (`status`,
 * `errno`, `details`), for itself and each of its causes.
 */
import { type ErrorWire, fromWire, toWire } from '@coppice/core';

export interface ErrorData {
  readonly wire: ErrorWire;
  /** The own fields of the error, of its cause, of the cause of that, ... */
  readonly fields: readonly Fields[];
}

type Fields = Readonly<Record<string, unknown>>;

/** These are part of the wire form. */
const IN_WIRE = new Set(['name', 'message', 'code', 'stack', 'cause', 'errors']);
const MAX_DEPTH = 16;
/** A field that takes more than so many characters as JSON stays behind: some errors hold whole requests. */
const MAX_FIELD = 10_000;

/** Any thrown value as data that can be posted. Never throws. */
export function toErrorData(thrown: unknown): ErrorData {
  const wire = toWire(thrown);
  const fields: Fields[] = [];
  let at: unknown = thrown;
  for (let level: ErrorWire | undefined = wire; level && fields.length < MAX_DEPTH; level = level.cause) {
    fields.push(ownFields(at));
    at = read(at, 'cause');
  }
  return { wire, fields };
}

/** The error again: an `Error` with the name, message, code, stack, causes and fields of the original. */
export function fromErrorData({ wire, fields }: ErrorData): Error {
  const error = fromWire(wire);
  let at: unknown = error;
  for (const own of fields) {
    if (typeof at !== 'object' || at === null) break;
    for (const [key, value] of Object.entries(own)) {
      Object.defineProperty(at, key, { value, configurable: true, enumerable: true, writable: true });
    }
    at = read(at, 'cause');
  }
  return error;
}

function ownFields(value: unknown): Fields {
  const found: [string, unknown][] = [];
  if (typeof value !== 'object' || value === null) return {};
  for (const key of keysOf(value)) {
    if (IN_WIRE.has(key)) continue;
    try {
      const json = JSON.stringify((value as Record<string, unknown>)[key]) as string | undefined;
      if (json !== undefined && json.length <= MAX_FIELD) found.push([key, JSON.parse(json)]);
    } catch {
      // Cyclic, a BigInt, a getter that throws: this field stays behind, the others do not.
    }
  }
  return Object.fromEntries(found);
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
