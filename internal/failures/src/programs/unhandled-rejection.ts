/** A promise that nobody waits for, in a child of an application that contains faults. */
import { service } from 'coppice';
import { runShop } from '../run-shop.js';

async function refresh(): Promise<void> {
  await Promise.resolve();
  throw new Error('the cache answered with 503');
}

const cache = service({
  id: 'cache',
  start: ({ attempt }) => {
    const timer = setTimeout(() => {
      if (attempt === 1) void refresh();
      else process.kill(process.pid, 'SIGTERM');
    }, 500);
    return timer;
  },
  stop: (timer) => clearTimeout(timer),
});

await runShop({ faults: 'contain', children: [cache] });
