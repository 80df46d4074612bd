/** What a child costs that only waits, in bytes. */
import { type Context, supervisor, task } from 'coppice';
import { heapUsed } from './measure.js';

/** The same body for both: it waits for ever; with or without a look at its signal. */
const wait = (signal?: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

export async function idleByHand(count: number, withSignal: boolean): Promise<number> {
  const before = heapUsed();
  const controllers: AbortController[] = [];
  const loop = async ({ signal }: AbortController): Promise<void> => {
    while (!signal.aborted) {
      try {
        await wait(withSignal ? signal : undefined);
      } catch {
        // again, or over
      }
    }
  };
  for (let i = 0; i < count; i++) {
    const controller = new AbortController();
    controllers.push(controller);
    void loop(controller);
  }
  const bytes = (heapUsed() - before) / count;
  for (const controller of controllers) controller.abort();
  await new Promise((resolve) => setImmediate(resolve));
  return bytes;
}

export async function idleSupervised(count: number, withSignal: boolean): Promise<number> {
  const run = (context: Context): Promise<never> => wait(withSignal ? context.signal : undefined);
  const children = Array.from({ length: count }, (_, i) => task({ id: `child${i}`, shutdownMs: 0, run }));
  const root = supervisor({ id: 'root', children });
  const before = heapUsed();
  const tree = await root.start();
  const bytes = (heapUsed() - before) / count;
  await tree.stop();
  return bytes;
}
