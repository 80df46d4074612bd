/**
 * Streams at random: items that take their time, fail, hang or stop slowly, and readers that are slow or leave.
 * Whatever happens: no more tasks than allowed, never too far ahead, each item once, results as they should be,
 * and nothing is left.
 */
import type { Context, TaskStreamOptions } from '@coppice/core';
import fc from 'fast-check';
import { SEED } from '../simulation/seed.js';
import { bootTasks } from './support.js';

interface Item {
  readonly ms: number;
  readonly fails: boolean;
  /** How long it takes to stop when it is asked to. */
  readonly stopMs: number;
}

const TIMEOUT_MS = 50;
const SHUTDOWN_MS = 30;

const item: fc.Arbitrary<Item> = fc.record({
  // Never as long as the timeout, so that there is no doubt about what comes first.
  ms: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 49 }), fc.integer({ min: 51, max: 90 })),
  fails: fc.boolean(),
  stopMs: fc.constantFrom(0, 0, 10, 1_000),
});
const calm: fc.Arbitrary<Item> = item.map((given) => ({ ...given, fails: false }));

const plan = fc.record({
  items: fc.oneof(fc.array(calm, { maxLength: 12 }), fc.array(item, { maxLength: 12 })),
  concurrency: fc.integer({ min: 1, max: 5 }),
  ordered: fc.boolean(),
  settled: fc.boolean(),
  limited: fc.constantFrom('no', 'fail', 'skip'),
  isAsync: fc.boolean(),
  /** How long the reader takes for each result. */
  readMs: fc.constantFrom(0, 0, 7, 40),
  /** After so many results the reader leaves. */
  leaveAfter: fc.option(fc.nat(10), { nil: Infinity }),
});

test('any items, any reader', async () => {
  await fc.assert(
    fc.asyncProperty(
      plan,
      async ({ items, concurrency, ordered, settled, limited, isAsync, readMs, leaveAfter }) => {
        const { tree, clock } = await bootTasks({ task: { shutdownMs: SHUTDOWN_MS } });
        const pause = (ms: number) => new Promise<void>((resolve) => clock.setTimer(resolve, ms));
        const worked: number[] = [];
        let read = 0;
        let taken = 0;
        let skipped = 0;
        let isOpen = false;
        const pull = (): number => {
          // One more than there is room for: the result that is on its way to the reader.
          expect(taken - skipped - read).toBeLessThanOrEqual(concurrency);
          return taken++;
        };
        function* sync(): Generator<number> {
          isOpen = true;
          try {
            while (taken < items.length) yield pull();
          } finally {
            isOpen = false;
          }
        }
        async function* later(): AsyncGenerator<number> {
          isOpen = true;
          try {
            while (taken < items.length) {
              await pause(3);
              yield pull();
            }
          } finally {
            isOpen = false;
          }
        }
        const work = async (at: number, { sleep, defer, signal }: Context): Promise<number> => {
          const { ms, fails, stopMs } = items[at]!;
          expect(tree.countChildren().active).toBeLessThanOrEqual(concurrency);
          worked.push(at);
          if (limited === 'skip' && ms > TIMEOUT_MS) signal.addEventListener('abort', () => skipped++);
          let isDone = false;
          if (stopMs > 0) defer(() => (isDone ? undefined : pause(stopMs)));
          await sleep(ms);
          isDone = true;
          if (fails) throw new Error(`item ${at}`);
          return at;
        };
        const options: TaskStreamOptions = {
          concurrency,
          ordered,
          ...(limited !== 'no' && { timeoutMs: TIMEOUT_MS }),
          ...((limited === 'skip' || limited === 'fail') && { onTimeout: limited }),
        };

        const results: unknown[] = [];
        let error: unknown;
        const source = isAsync ? later() : sync();
        const reading = (async () => {
          const stream: AsyncIterable<unknown> = settled
            ? tree.asyncStream(source, work, { ...options, settled })
            : tree.asyncStream(source, work, options);
          if (leaveAfter === 0) return;
          for await (const result of stream) {
            results.push(result);
            read++;
            if (read >= leaveAfter) break;
            if (readMs > 0) await pause(readMs);
          }
        })().catch((caught: unknown) => (error = caught));
        await clock.runUntilIdle();
        await reading;

        // Nothing is left.
        expect([tree.whichChildren(), clock.pendingTimers, isOpen]).toEqual([[], 0, false]);
        // Each item once, in their order, and none that was not asked for.
        expect(worked).toEqual(worked.map((_, at) => at));
        if (read < leaveAfter && error === undefined) expect(worked).toHaveLength(items.length);

        // What each item comes to.
        const outcomes = items.map(({ ms, fails }, at) => {
          if (limited !== 'no' && ms > TIMEOUT_MS)
            return limited === 'skip' ? 'skipped' : 'COPPICE_TASK_TIMEOUT';
          return fails ? `item ${at}` : at;
        });
        const seen = results.map((result) => {
          if (!settled) return result;
          const one = result as PromiseSettledResult<number>;
          return one.status === 'fulfilled' ? one.value : nameOf(one.reason);
        });
        const wanted = outcomes.filter((outcome) => outcome !== 'skipped');
        const failed = settled ? -1 : wanted.findIndex((outcome) => typeof outcome === 'string');
        if (ordered) {
          const whole = failed < 0 ? wanted : wanted.slice(0, failed);
          expect(seen).toEqual(whole.slice(0, leaveAfter));
          const meetsFailure = failed >= 0 && whole.length < leaveAfter;
          expect(error === undefined ? undefined : nameOf(error)).toBe(
            meetsFailure ? wanted[failed] : undefined,
          );
        } else {
          const left = [...wanted];
          for (const each of seen) {
            const at = left.indexOf(each as number);
            expect(at).toBeGreaterThanOrEqual(0);
            left.splice(at, 1);
          }
          if (error !== undefined) expect(left).toContain(nameOf(error));
          else if (read < leaveAfter) expect(left).toEqual([]);
          if (settled || failed < 0) expect(error).toBeUndefined();
        }
      },
    ),
    { seed: SEED, numRuns: 500 },
  );
}, 60_000);

const nameOf = (error: unknown): string => {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return code ?? message;
};
