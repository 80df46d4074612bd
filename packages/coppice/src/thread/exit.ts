/** How a thread ended, put together from the little that Node says when one exits. */
import { basename } from 'node:path';
import { type ErrorWire, Shutdown, fromWire, toWire } from '@coppice/core';
import { ThreadError } from './errors.js';
import type { ThreadOptions } from './options.js';
import type { EndData } from './protocol.js';

/** The end of one incarnation; `shutdown` has its `cause` if it is that of a supervisor that gave up. */
export type Outcome =
  | { readonly kind: 'normal' }
  | { readonly kind: 'shutdown'; readonly detail?: unknown; readonly cause?: unknown }
  | { readonly kind: 'crash'; readonly error: unknown };

/** What was seen of a thread until it exited. */
export interface Traces {
  readonly path: string;
  readonly file: string;
  readonly exitCode: number;
  /** What the worker's `error` event had, which comes before its exit. */
  readonly uncaught: { readonly error: unknown } | undefined;
  /** The last error that nobody caught, as the thread itself tells it: with all causes and fields. */
  readonly fault: ErrorWire | undefined;
  readonly resourceLimits: ThreadOptions['resourceLimits'];
  /** Did we terminate it? */
  readonly isTerminated: boolean;
  /** Did it exit before it was ready? */
  readonly isStarting: boolean;
  /** Did its file get as far as `runThread`? */
  readonly isHelped: boolean;
}

export function outcomeOf(traces: Traces): Outcome {
  const { path, exitCode, uncaught, isStarting, isHelped } = traces;
  if (uncaught) {
    const error = errorOf(uncaught.error, traces);
    return { kind: 'crash', error: isStarting && !isHelped ? notLoaded(error, traces) : error };
  }
  if (traces.isTerminated) return { kind: 'shutdown' };
  if (exitCode === 0 && !isStarting) return { kind: 'normal' };
  const when = isStarting ? ' before it was ready' : '';
  return { kind: 'crash', error: new ThreadError('COPPICE_THREAD_EXITED', { path, exitCode, when }) };
}

/** What the thread said of its own end. */
export function outcomeFrom(data: EndData): Outcome {
  if (data.kind === 'crash') return { kind: 'crash', error: fromWire(data.error) };
  if (data.kind === 'normal') return data;
  return { ...data, cause: data.cause && fromWire(data.cause) };
}

/** A shutdown whose cause is known: that of a supervisor that gave up in its thread. */
export class CausedShutdown extends Shutdown {
  readonly cause: unknown;

  constructor(detail: unknown, cause: unknown) {
    super(detail);
    this.cause = cause;
  }

  override toReason() {
    const reason = super.toReason();
    return this.cause === undefined ? reason : { ...reason, kind: 'shutdown' as const, cause: this.cause };
  }
}

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/** The thread's own account knows more, except of an end by lack of memory, which it does not live to tell. */
function errorOf(error: unknown, { fault, ...traces }: Traces): unknown {
  if (codeOf(error) === OUT_OF_MEMORY) return outOfMemory(traces);
  if (fault) return fromWire(fault);
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError ? error : fromWire(toWire(error));
}

/** Node's own code, with what Node does not say: which thread, which limit, and what can be done. */
function outOfMemory({ path, resourceLimits = {} }: Omit<Traces, 'fault'>): Error {
  const limits = Object.entries(resourceLimits).map(([name, mb]) => `${name}: ${mb}`);
  const limit = limits.length === 0 ? 'that of its process' : `{ ${limits.join(', ')} }`;
  const message =
    `the thread '${path}' is out of memory: its heap has reached its limit (${limit}); raise its resourceLimits, or ` +
    `see what it keeps with execArgv: ['--heapsnapshot-near-heap-limit=1']`;
  return Object.assign(new Error(message), { code: OUT_OF_MEMORY });
}

function notLoaded(cause: unknown, { path, file }: Traces): ThreadError {
  const { name, message } = toWire(cause);
  const reason = message === '' || message.includes(name) ? message || name : `${name}: ${message}`;
  return new ThreadError(
    'COPPICE_THREAD_NOT_LOADED',
    { path, file, reason, hint: hintFor(cause, file) },
    cause,
  );
}

const TYPESCRIPT = /\.[cm]?tsx?$/;

/** A loader given in `execArgv`, as `--import tsx`, is no advice: on Node 20 it does not reach the file of a worker. */
function hintFor(cause: unknown, file: string): string {
  switch (codeOf(cause)) {
    case 'ERR_UNKNOWN_FILE_EXTENSION':
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return TYPESCRIPT.test(file)
        ? `; name the built file, or a .mjs beside it that loads it: import { tsImport } from 'tsx/esm/api'; ` +
            `await tsImport('./${basename(file)}', import.meta.url)`
        : '; Node cannot import such a file by itself: is it the built one?';
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      return '; is what it imports installed, and spelt with its extension?';
    case OUT_OF_MEMORY:
      return '; its resourceLimits are too low even to load it';
    default:
      return toWire(cause).name === 'SyntaxError' ? `; node --check ${file} shows where` : '';
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
