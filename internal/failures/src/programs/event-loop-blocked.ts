/** A child that computes for a while, and lets nobody else run. */
import { task } from 'coppice';
import { runShop } from '../run-shop.js';

function churn(): number {
  const until = performance.now() + 1_000;
  let turns = 0;
  while (performance.now() < until) turns++;
  return turns;
}

const report = task({
  id: 'report',
  restart: 'temporary',
  run: async ({ sleep }) => {
    await sleep(500);
    churn();
    await sleep(500);
    process.kill(process.pid, 'SIGTERM');
  },
});

await runShop({ faults: 'label', eventLoop: { blockedAfterMs: 400 }, children: [report] });
