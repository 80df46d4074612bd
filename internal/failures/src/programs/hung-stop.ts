/** A pool that is never drained, and an application that is asked to stop. */
import { service, task } from 'coppice';
import { runShop } from '../run-shop.js';

const pool = service({
  id: 'pool',
  shutdownMs: 300,
  start: () => ({ drain: () => new Promise<void>(() => {}) }),
  stop: (it) => it.drain(),
});
const once = task({
  id: 'sale',
  restart: 'temporary',
  run: async ({ sleep }) => {
    await sleep(500);
    process.kill(process.pid, 'SIGTERM');
  },
});

await runShop({ children: [pool, once] });
