/** The heap of this process. All of it needs `--expose-gc`. */

export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('run node with --expose-gc');
  gc();
}

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * In bytes, after collections. What a WeakRef or a FinalizationRegistry was asked about (a signal was) goes in a later
 * turn of the event loop than what refers to it.
 */
export async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await nextTurn();
  }
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
