/** The start of a tree, with a time limit. */
import type { Clock, SupervisorSnapshot, SupervisorTree } from '@coppice/core';
import { ApplicationError } from './errors.js';

/**
 * Starts a tree; what is not up in time is interrupted, and stopped again.
 *
 * @param undo - stops the tree
 * @param isStopping - is it being stopped already?
 * @throws StartError, ApplicationError `COPPICE_APP_START_TIMEOUT`
 */
export async function startWithin(
  tree: SupervisorTree,
  startTimeoutMs: number,
  clock: Clock,
  undo: () => Promise<unknown>,
  isStopping: () => boolean,
): Promise<void> {
  const starting = tree.start();
  if (startTimeoutMs === Infinity) return void (await starting);
  const late: { error: ApplicationError; undone: Promise<unknown> }[] = [];
  const timer = clock.setTimer(() => {
    // Whoever has asked it to stop does not wait for it to be up any more.
    if (isStopping()) return;
    late.push({ error: tooSlow(tree, startTimeoutMs), undone: undo() });
  }, startTimeoutMs);
  try {
    await starting;
  } catch (error) {
    if (!late[0]) throw error;
    await late[0].undone;
    throw late[0].error;
  } finally {
    clock.clearTimer(timer);
  }
}

function tooSlow(tree: SupervisorTree, startTimeoutMs: number): ApplicationError {
  const snapshot = tree.snapshot();
  const up = snapshot.children.filter(({ status }) => status === 'running').map(({ id }) => id);
  return new ApplicationError('COPPICE_APP_START_TIMEOUT', {
    path: startingIn(snapshot),
    startTimeoutMs,
    undone: up.length > 0 ? `; stopped again: ${up.reverse().join(', ')}` : '',
  });
}

/** The path of whoever the start waits for, however far down. */
function startingIn({ path, children }: SupervisorSnapshot): string {
  const child = children.find(({ status }) => status === 'starting' || status === 'backing-off');
  if (!child) return path;
  return child.supervisor ? startingIn(child.supervisor) : child.path;
}
