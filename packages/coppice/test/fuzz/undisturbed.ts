/** Runs what must not be felt by the process: no fault that nobody handles, nothing changed that all objects have. */
import { runInThisContext } from 'node:vm';
import { peacefully } from '../../../core/test/fuzz/judge.js';

/** The process itself, not the copy that a test gets. */
const process = runInThisContext('process') as NodeJS.Process;

export async function undisturbed(act: () => Promise<unknown>): Promise<void> {
  const faults: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => faults.push(error));
  try {
    await peacefully(act);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
  }
  expect(faults.map((error) => (error instanceof Error ? error.stack : error))).toEqual([]);
}
