/** A start that waits for something that does not come. */
import { service } from 'coppice';
import { runShop } from '../run-shop.js';

const queue = service({
  id: 'queue',
  startTimeoutMs: 300,
  shutdownMs: 200,
  start: () => new Promise<void>(() => {}),
});

await runShop({ children: [queue] });
