/** Watches for rejections that nobody handles. */
import { runInThisContext } from 'node:vm';

/** The process itself, not the copy that a test gets. */
const process = runInThisContext('process') as NodeJS.Process;

/** The rejections that nobody handles while `act` runs; jest's own handlers do not see them. */
export async function unhandledRejections(act: () => Promise<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => seen.push(reason));
  try {
    await act();
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const other of others) process.on('unhandledRejection', other);
  }
  return seen;
}
