/** What a child that is not up is at, in words that anybody may read: no messages of errors are in them. */
import type { ChildSnapshot } from '../engine/snapshot.js';
import type { ChildStatus } from '../model/child.js';

/** As much as is told of it. */
type Down = Pick<ChildSnapshot, 'status' | 'incarnation' | 'nextStartAt' | 'failures' | 'bindsTo'>;
type Words = (child: Down, at: number) => string;

const STATUSES: Readonly<Record<ChildStatus, Words>> = {
  // For whoever sees it in the moment in which it comes up, or goes.
  running: () => 'is up, or was until now',
  starting: () => 'is starting',
  stopping: () => 'is stopping',
  killing: () => 'is being stopped by force',
  exited: () => 'has just ended, and what follows is not decided yet',
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
export const wordsFor: Words = (child, at) => STATUSES[child.status](child, at);

/** In whole seconds, as whoever asks again a moment later finds the same words; below one in milliseconds. */
function soon(nextStartAt: number | null, at: number): string {
  if (nextStartAt === null) return '';
  const ms = Math.max(0, Math.ceil(nextStartAt - at));
  return ms < 1_000 ? ` in ${ms} ms` : ` in ${Math.ceil(ms / 1_000)} s`;
}
