/** What holds of time, for all trees: slicing it changes nothing, and a tree that comes to rest does so. */
import {
  type Behaviour,
  beats,
  crashes,
  fromRun,
  onRun,
  scripted,
  startsSlowly,
  stopsSlowly,
  testTree,
  works,
} from '@coppice/testing';
import fc from 'fast-check';

const anyBehaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.nat(300).map((afterMs) => crashes('boom', { afterMs })),
  fc.nat(300).map((ms) => startsSlowly(ms)),
  fc.nat(300).map((ms) => stopsSlowly(ms)),
  fc.integer({ min: 1, max: 50 }).map((ms) => beats(ms, { times: 3 })),
);

/** Children that misbehave in their first three runs, and then work. */
const anyChildren = fc
  .array(fc.tuple(anyBehaviour, anyBehaviour, anyBehaviour), { minLength: 1, maxLength: 4 })
  .map(
    (plans) => () =>
      plans.map(([first, second, third], at) =>
        scripted(
          { id: `c${at}`, maxRestarts: Infinity, backoff: { minMs: 20, maxMs: 500 } },
          onRun(1, first),
          onRun(2, second),
          onRun(3, third),
          fromRun(4, works),
        ),
      ),
  );

test('time in any slices gives the same events', async () => {
  const storyOf = async (
    children: ReturnType<typeof scripted>[],
    slices: readonly number[],
  ): Promise<string> => {
    await using test = await testTree(children, { seed: 7 });
    for (const slice of slices) await test.advance(slice);
    return test.events.text;
  };
  await fc.assert(
    fc.asyncProperty(anyChildren, fc.array(fc.nat(1_999), { maxLength: 8 }), async (children, cuts) => {
      const points = [0, ...cuts.toSorted((one, two) => one - two), 2_000];
      const slices = points.slice(1).map((point, at) => point - points[at]!);
      expect(await storyOf(children(), slices)).toBe(await storyOf(children(), [2_000]));
    }),
    { numRuns: 40 },
  );
});

test('runUntilIdle ends, with nothing left to do, and a second one does nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyChildren, async (children) => {
      await using test = await testTree(children());
      await test.runUntilIdle();
      expect(test.pendingTimers).toBe(0);
      const [before, at] = [test.events.all.length, test.now];
      await test.runUntilIdle();
      expect([test.events.all.length, test.now]).toEqual([before, at]);
    }),
    { numRuns: 40 },
  );
});

test('whatever its children do, a tree is down at the end of its test, and no timer is left', async () => {
  await fc.assert(
    fc.asyncProperty(anyChildren, fc.nat(1_000), async (children, ms) => {
      const test = await testTree(children());
      await test.advance(ms);
      await test[Symbol.asyncDispose]();
      expect(test.tree.snapshot().phase).toBe('stopped');
      await test.runUntilIdle();
      expect(test.pendingTimers).toBe(0);
    }),
    { numRuns: 40 },
  );
});
