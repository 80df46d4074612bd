/** Lines for the parent's logger: made in the thread, written in the parent. */
import { type ErrorWire, type Logger, fromWire, toWire } from '@coppice/core';
import type { LogLevel, LogLine } from './protocol.js';

type Fields = Readonly<Record<string, unknown>>;

/** Writes a line that a thread has sent. */
export function writeLine(log: Logger, { level, message, fields, errors }: LogLine): void {
  const all: Record<string, unknown> = { ...fields };
  for (const [key, data] of Object.entries(errors)) all[key] = fromWire(data);
  if (Object.keys(all).length > 0) log[level](all, message);
  else log[level](message ?? '');
}

/** The logger of a thread: hands each line to `send`, as data that can be posted. */
export function lineLogger(send: (line: LogLine) => void, bindings: Fields = {}): Logger {
  const method = (level: LogLevel) => (first: unknown, message?: unknown) => {
    const isText = typeof first === 'string';
    const text = isText ? first : message;
    let line: LogLine;
    try {
      line = lineOf(level, text, isText ? bindings : { ...bindings, ...fieldsOf(first) });
    } catch {
      // Fields that cannot even be read: what it says besides is told all the same.
      line = lineOf(level, text, bindings);
    }
    send(line);
  };
  return {
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    child: (more) => lineLogger(send, { ...bindings, ...readable(more) }),
  };
}

function readable(fields: Fields): Fields {
  try {
    return { ...fields };
  } catch {
    return {};
  }
}

/** As pino does: an error in place of the fields is their `err`. */
function fieldsOf(value: unknown): Fields {
  if (isError(value)) return { err: value };
  return typeof value === 'object' && value !== null ? (value as Fields) : { value };
}

function lineOf(level: LogLevel, message: unknown, given: Fields): LogLine {
  const fields: Record<string, unknown> = {};
  const errors: Record<string, ErrorWire> = {};
  for (const [key, value] of Object.entries(given)) {
    if (isError(value)) errors[key] = toWire(value);
    else fields[key] = portable(value);
  }
  return { level, message: typeof message === 'string' ? message : undefined, fields, errors };
}

/** A line is not worth a crash: what cannot be copied goes as text. */
function portable(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'function')
    return typeof value === 'symbol' ? String(value) : value;
  try {
    return structuredClone(value);
  } catch {
    return jsonOf(value);
  }
}

function jsonOf(value: unknown): unknown {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined ? '[not JSON]' : (JSON.parse(json) as unknown);
  } catch {
    return '[not JSON]';
  }
}

const isError = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'message' in value && 'stack' in value;
