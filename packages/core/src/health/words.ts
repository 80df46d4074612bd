/** What a child is at, in words that anybody may read: no messages of errors are in them. */
import type { ChildSnapshot } from '../engine/snapshot.js';
import type { ChildStatus } from '../model/child.js';

type Words = (child: ChildSnapshot, at: number) => string;

const STATUSES: Readonly<Record<Exclude<ChildStatus, 'running'>, Words>> = {
  starting: () => 'is starting',
  stopping: () => 'is stopping',
  killing: () => 'is being stopped by force',
  exited: () => 'has just ended',
  restarting: () => 'did not start again; the next attempt is due',
  'backing-off': ({ nextStartAt, failures }, at) =>
    `has failed${failures > 1 ? ` ${failures} times in a row` : ''}, and is started again${soon(nextStartAt, at)}`,
  waiting: ({ bindsTo }) =>
    bindsTo.length > 0
      ? `waits until all that it is bound to is up (${bindsTo.join(', ')})`
      : 'waits to be started with its siblings',
  paused: () => 'has ended while its restarts are paused: it is not started again until that is over',
  parked: ({ nextStartAt }, at) =>
    nextStartAt === null
      ? 'has given up: it is not started again by itself'
      : `has given up: it is revived${soon(nextStartAt, at)}`,
  stopped: ({ incarnation }) => (incarnation === 0 ? 'was not started yet' : 'is down'),
};

/** What a child that is not up is at. */
export const wordsFor: Words = (child, at) =>
  STATUSES[child.status as Exclude<ChildStatus, 'running'>](child, at);

/** The same of many, that come and go: `3 are backing off`. */
export function wordsForMany(status: ChildStatus, count: number): string {
  const doing = MANY[status as Exclude<ChildStatus, 'running' | 'stopped'>];
  return `${count} of these ${count === 1 ? `is ${doing}` : `are ${doing}`}`;
}

const MANY: Readonly<Record<Exclude<ChildStatus, 'running' | 'stopped'>, string>> = {
  starting: 'starting',
  stopping: 'stopping',
  killing: 'being stopped by force',
  exited: 'down, which was just seen',
  restarting: 'down, and started again at once',
  'backing-off': 'down, and started again later',
  waiting: 'down, and waiting for others',
  paused: 'down, with restarts paused',
  parked: 'down, having given up',
};

/** In whole seconds: whoever asks again a moment later finds the same words. */
const soon = (nextStartAt: number | null, at: number): string =>
  nextStartAt === null ? '' : ` in ${Math.max(0, Math.ceil((nextStartAt - at) / 1_000))} s`;
