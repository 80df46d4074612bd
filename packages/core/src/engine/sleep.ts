/** Waiting on the clock of the tree, for as long as a signal lets. */
import type { Clock } from './clock.js';

/** Resolves after `ms` milliseconds; rejects with the signal's reason when that is aborted. Leaves nothing behind. */
export function sleep(clock: Clock, signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clock.clearTimer(timer);
      reject(signal.reason);
    };
    const timer = clock.setTimer(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
