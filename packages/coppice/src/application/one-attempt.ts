/** Whether a start was given up though its child is told how to be tried again: that holds only once it was up. */
import { type SupervisorSpec, isCoppiceError } from '@coppice/core';
import { specAt } from './spec-at.js';

/** The path of the child whose failed start has ended that of all, if it has a backoff or a limit of its own. */
export function oneAttemptOf(root: SupervisorSpec, error: unknown): string | undefined {
  let path: string | undefined;
  // Each supervisor above it says the same of itself; the last one is whoever failed.
  for (let at: unknown = error; isStartFailed(at); at = at.cause) path = at.path;
  const spec = path === undefined ? undefined : specAt(root, path);
  if (spec?.kind !== 'service' && spec?.kind !== 'task') return undefined;
  const isToBeTriedAgain = spec.backoff !== undefined || spec.maxRestarts !== undefined;
  return isToBeTriedAgain && spec.boot === 'fail' ? path : undefined;
}

const isStartFailed = (error: unknown): error is Error & { readonly path: string | undefined } =>
  isCoppiceError(error, 'COPPICE_START_FAILED') || isCoppiceError(error, 'COPPICE_START_TIMEOUT');
