/** What the calls of a handle are given, checked; and what is said of it if it is wrong. */
import type { Asked } from '../model/cause.js';
import { coppiceError } from '../model/errors.js';
import { type ExitReason, NORMAL, SHUTDOWN, crash, isShutdown, reasonOf } from '../model/exit-reason.js';
import { looksLikeError } from '../model/wire.js';
import { checkOptions, idOf as idIn, show } from '../spec/checks.js';
import type { RequestOptions } from '../spec/dynamic-types.js';
import type { PauseOptions, StopOptions } from './handle-types.js';

export const noStartChild = (path: string) =>
  coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'startChild',
    expected: `another supervisor than the task supervisor '${path}', which is given functions`,
    got: 'a child; use runTask, asyncNoLink or asyncStream',
  });

export const noSecond = (path: string, got: unknown) =>
  coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'startChild',
    expected: `one argument for the dynamic supervisor '${path}', like { args, by }`,
    got: `${show(got)} as a second one`,
  });

/** What is said of all that stands in a tree whose `start()` nobody has called yet. */
export const TREE_NOT_STARTED = 'its tree was not started yet: call start()';

/** There is no supervisor at the place of a handle. */
export const notRunning = (path: string, isTreeStarted: boolean) => {
  const state = isTreeStarted ? 'its parent is down, or it was removed' : TREE_NOT_STARTED;
  return coppiceError('COPPICE_NOT_RUNNING', { path, state });
};

export function idOf(ref: unknown): string {
  const id = idIn(ref);
  if (id !== undefined) return id;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'the handle',
    expected: `the id of a child, or its declaration`,
    got: show(ref),
  });
}

/** Who pauses, or resumes, and why: text for those who look at it later. */
export function pauseOptions(call: string, options: PauseOptions): PauseOptions {
  const { reason, by } = checkOptions(call, options, ['reason', 'by']);
  checkText(call, { reason, by });
  return { reason, by };
}

/** On whose behalf a command is given, if that was said. */
export function askedBy(call: string, options?: RequestOptions): Asked | undefined {
  if (options === undefined) return undefined;
  const { by } = checkOptions(call, options, ['by']);
  checkText(call, { by });
  return { because: 'request', by };
}

export function checkText(call: string, texts: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(texts)) {
    if (value === undefined || typeof value === 'string') continue;
    throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected: `${key}: a string`, got: show(value) });
  }
}

export function exitReason(reason: StopOptions['reason']): ExitReason {
  if (reason === undefined || reason === 'shutdown') return SHUTDOWN;
  if (reason === 'normal') return NORMAL;
  if (isShutdown(reason)) return reasonOf(reason);
  if (looksLikeError(reason)) return crash(reason);
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'stop',
    expected: "reason: 'shutdown', 'normal', a Shutdown or an Error",
    got: show(reason),
  });
}
