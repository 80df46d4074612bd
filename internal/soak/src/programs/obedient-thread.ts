/** A thread that does what it is told, also what harms it. */
import { once } from 'node:events';
import { runThread } from 'coppice';
import type { Ordered } from '../tree/machines.js';

runThread<Ordered>(async ({ onMessage, post, heartbeat, end, signal }) => {
  const beat = setInterval(heartbeat, 100);
  onMessage((order) => {
    switch (order) {
      case 'answer':
        return post('answer');
      case 'spin':
        for (;;);
      case 'exit':
        return process.exit(3);
      case 'throw':
        throw new Error('told to');
      case 'return':
        return end();
      case 'hoard': {
        const kept: unknown[] = [];
        for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})));
      }
    }
  });
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(beat);
});
