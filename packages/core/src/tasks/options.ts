/** Checks what the calls of a task supervisor are given. */
import { coppiceError } from '../model/errors.js';
import { checkOptions, checkSignal, show } from '../spec/checks.js';
import type { RunTaskOptions, TaskStreamOptions } from '../spec/task-types.js';
import { checkId } from '../spec/validate.js';

export function checkCall(call: string, fn: unknown, options: RunTaskOptions, path: string): RunTaskOptions {
  checkFn(call, fn);
  const own = checkOptions(call, options, ['id', 'timeoutMs', 'signal']);
  const { id, timeoutMs, signal } = own;
  if (id !== undefined) checkId('task', { id }, path);
  checkTimeout(call, timeoutMs);
  checkSignal(call, signal);
  return own;
}

export type StreamOptions = TaskStreamOptions & { readonly settled?: boolean };

const STREAM_KEYS = ['concurrency', 'ordered', 'timeoutMs', 'onTimeout', 'signal', 'settled'] as const;

export function checkStream(items: unknown, fn: unknown, options: StreamOptions): StreamOptions {
  const call = 'asyncStream';
  const fail = (expected: string, got: unknown): never => refuse(call, expected, show(got));
  if (!isIterable(items)) fail('items that can be iterated over', items);
  checkFn(call, fn);
  const given = checkOptions(call, options, STREAM_KEYS);
  const { concurrency, timeoutMs, onTimeout, signal } = given;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    fail('concurrency: how many items are worked on at once, a whole number, 1 or more', concurrency);
  }
  for (const key of ['ordered', 'settled'] as const) {
    if (given[key] !== undefined && typeof given[key] !== 'boolean')
      fail(`${key}: true or false`, given[key]);
  }
  checkTimeout(call, timeoutMs);
  if (onTimeout !== undefined && onTimeout !== 'fail' && onTimeout !== 'skip') {
    fail(`onTimeout: 'fail' or 'skip'`, onTimeout);
  }
  if (onTimeout !== undefined && (timeoutMs === undefined || timeoutMs === Infinity)) {
    fail('a timeoutMs where there is an onTimeout', timeoutMs);
  }
  checkSignal(call, signal);
  return given;
}

function checkFn(call: string, fn: unknown): void {
  if (typeof fn !== 'function') refuse(call, 'a function, which is called for each attempt', show(fn));
}

function checkTimeout(call: string, timeoutMs: unknown): void {
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs > 0)) return;
  refuse(call, 'timeoutMs: a number of milliseconds above 0', show(timeoutMs));
}

function isIterable(items: unknown): boolean {
  try {
    const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = items as Partial<
      AsyncIterable<unknown> & Iterable<unknown>
    >;
    return typeof later === 'function' || typeof now === 'function';
  } catch {
    return false;
  }
}

function refuse(call: string, expected: string, got: string): never {
  throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected, got });
}
