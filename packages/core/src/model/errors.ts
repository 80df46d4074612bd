/** The errors of Coppice: their classes, and how one is made from its code. Codes: error-messages.ts. */
import { ERRORS, type ErrorClassName, type ErrorCode, messageFor } from './error-messages.js';
import { type ErrorWire, toWire } from './wire.js';

/** The facts that the message of an error was made of, by their names. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * What all errors of Coppice's packages have in common. Match on `code`; classes do not survive threads and
 * processes.
 */
export abstract class CodedError extends Error {
  /** Stable; messages may change. */
  abstract readonly code: string;
  /** Where in the tree: ids from the root down, joined by `/`; as far as it is known. */
  readonly path: string | undefined;
  /** The facts that the message was made of. */
  readonly details: ErrorDetails;

  /** @param details - `path` among them, if it is known where in the tree that is */
  constructor(message: string, details: ErrorDetails, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.path = typeof details['path'] === 'string' ? details['path'] : undefined;
    this.details = details;
  }

  /** The error as JSON data, its causes included. */
  toWire(): ErrorWire {
    return toWire(this);
  }
}

/** The base of all errors of the core. */
export class CoppiceError extends CodedError {
  /** Stable; messages may change. `docs/errors.md` says of each when it comes, and what to do. */
  readonly code: ErrorCode;

  /** @param details - what the message of that code is made of */
  constructor(code: ErrorCode, details: ErrorDetails, cause?: unknown) {
    super(messageFor(code, details), details, cause);
    this.code = code;
  }
}

/** A declaration is wrong. Thrown where the declaration stands, before anything has started. */
export class SpecError extends CoppiceError {
  /** `SpecError`; it survives threads and processes, as the class does not. */
  override readonly name = 'SpecError';
}

/** Something could not be started; `cause` is the error that its start threw. */
export class StartError extends CoppiceError {
  /** `StartError`; it survives threads and processes, as the class does not. */
  override readonly name = 'StartError';
}

/** A supervisor refuses a command; nothing has changed. */
export class CommandError extends CoppiceError {
  /** `CommandError`; it survives threads and processes, as the class does not. */
  override readonly name = 'CommandError';
}

/** What was asked for is not there, or not running now. */
export class NotRunningError extends CoppiceError {
  /** `NotRunningError`; it survives threads and processes, as the class does not. */
  override readonly name = 'NotRunningError';

  /** 503 if it may be there in a moment. Express, Fastify and Koa answer with it a request whose handler throws this. */
  get statusCode(): 503 | undefined {
    return MAY_COME_BACK.has(this.code) ? 503 : undefined;
  }

  /** What they put into the head of that answer. */
  get headers(): Readonly<Record<string, string>> | undefined {
    return MAY_COME_BACK.has(this.code) ? { 'retry-after': '1' } : undefined;
  }
}

const MAY_COME_BACK: ReadonlySet<ErrorCode> = new Set(['COPPICE_NOT_RUNNING', 'COPPICE_NOT_READY']);

/** A function that a declaration has was called, and what it said makes no sense. */
export class HookError extends CoppiceError {
  /** `HookError`; it survives threads and processes, as the class does not. */
  override readonly name = 'HookError';
}

/** A supervisor, or a child with a limit of its own, has given up; `cause` is the last error. */
export class GaveUpError extends CoppiceError {
  /** `GaveUpError`; it survives threads and processes, as the class does not. */
  override readonly name = 'GaveUpError';
}

/** A tree ends because a child does not: its `onStuck` is `exit`. */
export class StuckError extends CoppiceError {
  /** `StuckError`; it survives threads and processes, as the class does not. */
  override readonly name = 'StuckError';
}

/** A child lives, but not as it should: it makes no progress, or its run takes too long. */
export class WatchdogError extends CoppiceError {
  /** `WatchdogError`; it survives threads and processes, as the class does not. */
  override readonly name = 'WatchdogError';
}

/** A task whose result is awaited has none, and did not fail by itself. */
export class TaskError extends CoppiceError {
  /** `TaskError`; it survives threads and processes, as the class does not. */
  override readonly name = 'TaskError';
}

/**
 * The reason with which a child's `signal` is aborted. Its name is that of the platform's AbortError, so
 * that code which looks for one knows it. A child that was asked to stop and ends with it has not crashed.
 */
export class StopRequest extends CoppiceError {
  /** `AbortError`, as the platform calls it. */
  override readonly name = 'AbortError';
}

const CLASSES: Readonly<Record<ErrorClassName, typeof CoppiceError>> = {
  SpecError,
  StartError,
  CommandError,
  NotRunningError,
  HookError,
  GaveUpError,
  StuckError,
  WatchdogError,
  TaskError,
  StopRequest,
};

/** Those that a tree makes by itself: their stacks would only show its inside, and cost ten times as much as they do. */
const OF_THE_TREE: ReadonlySet<ErrorClassName> = new Set([
  'StartError',
  'GaveUpError',
  'StuckError',
  'WatchdogError',
  'StopRequest',
]);

/** Makes the error of a code; `details` fill its message, and stay readable on the error. */
export function coppiceError(code: ErrorCode, details: ErrorDetails, cause?: unknown): CoppiceError {
  const { className } = ERRORS.get(code)!;
  const ErrorOfCode = CLASSES[className];
  if (!OF_THE_TREE.has(className)) return new ErrorOfCode(code, details, cause);
  const limit: unknown = Reflect.get(Error, 'stackTraceLimit');
  // Where the platform's objects are frozen, or know no such limit, there is a stack.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return new ErrorOfCode(code, details, cause);
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

/**
 * Is it an error of Coppice (with this code)? Works where `instanceof` may not: across realms, and for
 * what came back through `fromWire`.
 *
 * @example
 * ```ts
 * try {
 *   await tree.deleteChild('db');
 * } catch (error) {
 *   if (isCoppiceError(error, 'COPPICE_RUNNING')) await tree.terminateChild('db');
 * }
 * ```
 */
export function isCoppiceError(value: unknown, code?: ErrorCode): value is CoppiceError {
  try {
    const found =
      typeof value === 'object' && value !== null ? (value as { code?: unknown }).code : undefined;
    return ERRORS.has(found as ErrorCode) && (code === undefined || code === found);
  } catch {
    return false; // a revoked Proxy
  }
}

/** An error, or any thrown value, in one sentence. */
export const messageOf = (thrown: unknown): string => reasonIn(thrown) ?? wordsOf(toWire(thrown));

/** What an error of ours has found below it: up through a tree of any depth the way down is gone once. */
function reasonIn(thrown: unknown): string | undefined {
  try {
    const reason = thrown instanceof CoppiceError ? thrown.details['reason'] : undefined;
    return typeof reason === 'string' ? reason : undefined;
  } catch {
    return undefined; // a revoked Proxy
  }
}

/** Codes of errors that say where in the tree a failure went, and not what failed. */
const CARRIERS: readonly unknown[] = ['COPPICE_START_FAILED', 'COPPICE_GAVE_UP', 'COPPICE_CHILD_GAVE_UP'];

/**
 * What an error says, with its first cause, which often knows more: `fetch failed: connect ECONNREFUSED 127.0.0.1:80`.
 * Those that only carry it up the tree are left out; what Coppice says of a cause is complete.
 */
export function wordsOf(error: ErrorWire): string {
  let outer = error;
  while (outer.cause && CARRIERS.includes(outer.code)) outer = outer.cause;
  let inner = outer;
  while (inner.cause) inner = inner.cause;
  const said = plainly(outer);
  const isComplete = inner === outer || String(outer.code).startsWith('COPPICE_');
  return isComplete || said.includes(plainly(inner)) ? said : `${said}: ${plainly(inner)}`;
}

const plainly = ({ name, message }: ErrorWire): string => (message === '' ? name : message);
