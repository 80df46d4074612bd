/** What children are at, in words that anybody may read: no messages of errors are in them. */
import type { ChildStatus } from '../model/child.js';

export { wordsFor } from '../explain/not-up.js';

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
