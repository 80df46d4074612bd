/** A job: removes what is older than a day. */
import { type Task, interval } from 'coppice';
import { db } from './db.js';

const DAY = 86_400_000;

export const cleanup: Task = interval({
  id: 'cleanup',
  everyMs: 60_000,
  // It falls with db, and comes back with it. By itself it would crash again and again, at the cost of everybody's restarts.
  bindsTo: [db],
  run: async ({ use, log }) => {
    const removed = await use(db).removeBefore(Date.now() - DAY);
    if (removed > 0) log.info(`${removed} posts are removed`);
  },
});
