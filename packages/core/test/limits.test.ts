/** The arithmetic of limits: against simulated runs, against brute force, and against the declarations it refuses. */
import {
  type BackoffOptions,
  SimulatedClock,
  type SpecError,
  type SupervisionEvent,
  seededRandom,
  service,
  supervisor,
  task,
} from '@coppice/core';
import fc from 'fast-check';
import type { Backoff } from '../src/model/backoff.js';
import { delayMs, shortestDelayMs } from '../src/model/backoff.js';
import { AT_ONCE, countedIn, hangsOf, outcomeOf, quickestMs } from '../src/spec/limits.js';

const fails = (): never => {
  throw new Error('no');
};

const backoffs: fc.Arbitrary<Backoff> = fc
  .record({
    minMs: fc.integer({ min: 1, max: 2_000 }),
    times: fc.integer({ min: 1, max: 200 }),
    factor: fc.constantFrom(1, 1.1, 1.5, 2, 3, 10),
    jitter: fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 1),
    resetAfterMs: fc.integer({ min: 1, max: 20_000 }),
  })
  .map(({ times, ...rest }) => ({ ...rest, maxMs: rest.minMs * times }));

const own = (maxRestarts: number, withinMs: number) => ({ maxRestarts, withinMs, owner: 'child' }) as const;
const shared = (maxRestarts: number, withinMs: number) =>
  ({ maxRestarts, withinMs, owner: 'supervisor' }) as const;

const caught = (declare: () => unknown): SpecError => {
  try {
    declare();
  } catch (error) {
    return error as SpecError;
  }
  throw new Error('expected it to throw');
};

/** When the root gives up on a child that fails at once, from its first failure on; undefined if it has not by then. */
async function gaveUpAfter(
  options: { backoff: BackoffOptions; maxRestarts: number; withinMs: number },
  isOwn: boolean,
  seed: number,
  watchMs: number,
): Promise<number | undefined> {
  const clock = new SimulatedClock();
  const { backoff, ...limit } = options;
  const child = task({ id: 'a', run: fails, backoff, ...(isOwn && limit) });
  const tree = supervisor({ id: 'root', children: [child], ...(!isOwn && limit) }).handle({
    clock,
    random: seededRandom(seed),
  });
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => void events.push(event));
  await tree.start();
  for (let next = clock.nextTimerAt; next !== undefined && next <= watchMs; next = clock.nextTimerAt)
    await clock.advance(next - clock.now());
  await clock.advance(0);
  const first = events.find(({ type }) => type === 'child:crashed')!.at;
  const end = events.find(({ type }) => type === (isOwn ? 'child:gave-up' : 'supervisor:gave-up'));
  await tree.stop();
  return end && end.at - first;
}

describe('a child that fails at once', () => {
  test.each([true, false])('gives up within the computed time (own limit: %s)', async (isOwn) => {
    await fc.assert(
      fc.asyncProperty(
        backoffs,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 50, max: 150 }),
        fc.integer(),
        async (backoff, maxRestarts, percent, seed) => {
          // Of one reset only by what does not happen here: a run that is long enough.
          const loose = outcomeOf(shared(maxRestarts, 1e12), backoff, AT_ONCE).after;
          const withinMs = Math.max(1, Math.round((loose.maxMs * percent) / 100));
          const limit = isOwn ? own(maxRestarts, withinMs) : shared(maxRestarts, withinMs);
          const { trips, after } = outcomeOf(limit, backoff, AT_ONCE);
          if (isOwn && trips === 'never') {
            expect(caught(() => task({ id: 'a', run: fails, backoff, maxRestarts, withinMs })).code).toBe(
              'COPPICE_LIMIT_NEVER_TRIPS',
            );
            return;
          }
          const time = await gaveUpAfter({ backoff, maxRestarts, withinMs }, isOwn, seed, 3 * after.maxMs);
          if (trips === 'never') expect(time).toBeUndefined();
          else if (trips === 'always') {
            expect(time).toBeGreaterThanOrEqual(after.minMs);
            expect(time).toBeLessThanOrEqual(after.maxMs);
          } else if (time !== undefined) expect(time).toBeGreaterThanOrEqual(after.minMs);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('gives up at the very edge of the window, and not one millisecond beyond', async () => {
    const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };
    expect(await gaveUpAfter({ backoff, maxRestarts: 3, withinMs: 700 }, true, 1, 10_000)).toBe(700);
    expect(() => task({ id: 'a', run: fails, backoff, maxRestarts: 3, withinMs: 699 })).toThrow(
      /can never trip.*100 ms \+ 200 ms \+ 400 ms = 700 ms at least between its first failure and its 4th/,
    );
  });

  test('without delays gives up in no time', () => {
    expect(outcomeOf(own(3, 5_000), undefined, AT_ONCE)).toEqual({
      trips: 'always',
      after: { minMs: 0, maxMs: 0 },
    });
  });

  test('never gives up where no limit is', () => {
    const backoff = { minMs: 1, maxMs: 1, factor: 1, jitter: 0, resetAfterMs: 1 };
    expect(outcomeOf(own(Infinity, 5_000), backoff, AT_ONCE).trips).toBe('never');
  });
});

describe('a million restarts', () => {
  test('are added up in no time, whatever the factor', () => {
    const backoff = { minMs: 10, maxMs: 1e9, jitter: 0.5, resetAfterMs: 1e9 };
    expect(outcomeOf(own(1e6, 1e9), { ...backoff, factor: 1 }, AT_ONCE).after).toEqual({
      minMs: 5e6,
      maxMs: 1e7,
    });
    const slow = outcomeOf(own(1e6, 1e9), { ...backoff, factor: 1.000001 }, AT_ONCE).after;
    expect(slow.minMs).toBeGreaterThan(5e6);
    expect(slow.maxMs).toBeGreaterThan(slow.minMs);
    expect(outcomeOf(own(1e6, 1e9), { ...backoff, maxMs: 20, factor: 2 }, AT_ONCE).after).toEqual({
      minMs: 5 + 999_999 * 10,
      maxMs: 10 + 999_999 * 20,
    });
  });

  test('bounds hold where not every delay is added up', () => {
    const backoff = { minMs: 1, maxMs: 100_000, factor: 1.0005, jitter: 0, resetAfterMs: 1 };
    let sum = 0;
    for (let n = 1; n <= 20_000; n++) sum += shortestDelayMs(backoff, n);
    const { after } = outcomeOf(shared(20_000, 1), backoff, AT_ONCE);
    expect(after.minMs).toBeLessThanOrEqual(sum);
    expect(after.maxMs).toBeGreaterThanOrEqual(sum);
  });
});

describe('the quickest way to use up a limit', () => {
  /** All ways to reset in between, tried one after the other. */
  function bruteForce(intervals: number, delays: Backoff): number {
    let best = Infinity;
    for (let mask = 0; mask < 2 ** (intervals - 1); mask++) {
      let failures = 1;
      let ms = 0;
      for (let at = 0; at < intervals; at++) {
        ms += shortestDelayMs(delays, failures);
        const isReset = at < intervals - 1 && (mask & (1 << at)) !== 0;
        if (isReset) ms += delays.resetAfterMs;
        failures = isReset ? 1 : failures + 1;
      }
      best = Math.min(best, ms);
    }
    return best;
  }

  test('is found among all ways to let delays begin anew', () => {
    fc.assert(
      fc.property(backoffs, fc.integer({ min: 1, max: 10 }), (delays, intervals) => {
        expect(quickestMs(intervals, delays).ms).toBe(bruteForce(intervals, delays));
      }),
      { numRuns: 500 },
    );
  });

  test('is what a child can do, and not a millisecond less', async () => {
    const backoff = { minMs: 100, maxMs: 10_000, factor: 100, jitter: 0, resetAfterMs: 500 };
    expect(quickestMs(4, backoff)).toEqual({ ms: 1_900, resets: 3 });
    const ends = [];
    for (const withinMs of [1_900, 1_899]) {
      const clock = new SimulatedClock();
      const child = task({
        id: 'a',
        backoff,
        run: async ({ sleep, attempt }) => {
          // Five failures with four delays of 100 ms and three runs of 500 ms between them; then it is well.
          if (attempt > 1 && attempt < 5) await sleep(500);
          if (attempt > 5) await sleep(1e9);
          throw new Error('no');
        },
      });
      const tree = supervisor({ id: 'root', maxRestarts: 4, withinMs, children: [child] }).handle({ clock });
      let end: number | undefined;
      tree.on('supervisor:gave-up', ({ at }) => void (end = at)).on('supervisor:warning', () => {});
      await tree.start();
      await clock.advance(30_000);
      ends.push(end);
      if (end === undefined) await tree.stop();
    }
    expect(ends).toEqual([1_900, undefined]);
  });
});

describe('hangs', () => {
  test('take their time limit, and their time to stop if they ignore the signal', () => {
    const spec = service({
      id: 'a',
      start: () => 1,
      kill: () => {},
      shutdownMs: 2_000,
      startTimeoutMs: 10_000,
      staleAfterMs: 20_000,
      maxRunMs: 30_000,
    });
    expect(hangsOf(spec)).toEqual([
      {
        what: 'start',
        option: 'startTimeoutMs',
        limitMs: 10_000,
        prompt: { ms: 10_000, upMs: 0 },
        stubborn: { ms: 12_000, upMs: 0 },
      },
      {
        what: 'stale',
        option: 'staleAfterMs',
        limitMs: 20_000,
        prompt: { ms: 20_000, upMs: 20_000 },
        stubborn: { ms: 23_000, upMs: 23_000 },
      },
      {
        what: 'long',
        option: 'maxRunMs',
        limitMs: 30_000,
        prompt: { ms: 30_000, upMs: 30_000 },
        stubborn: { ms: 33_000, upMs: 33_000 },
      },
    ]);
    expect(hangsOf(service({ ...spec, onStuck: 'wait' })).map(({ stubborn }) => stubborn)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('after a run as long as resetAfterMs the delays begin anew; each failure counts all the same', () => {
    const delays = { minMs: 100, maxMs: 200, factor: 2, jitter: 0, resetAfterMs: 1_000 };
    for (const limit of [own(3, 3_300), shared(3, 3_300)]) {
      expect(outcomeOf(limit, delays, { ms: 1_000, upMs: 1_000 })).toEqual({
        trips: 'always',
        after: { minMs: 3_300, maxMs: 3_300 },
      });
      expect(outcomeOf(limit, delays, { ms: 999, upMs: 999 })).toEqual({
        trips: 'never',
        after: { minMs: 3_497, maxMs: 3_497 },
      });
    }
  });

  test.each(['prompt', 'stubborn'] as const)('a %s hanging start gives up when computed', async (how) => {
    const clock = new SimulatedClock();
    const child = service({
      id: 'a',
      start: async ({ sleep, attempt }) => {
        if (attempt === 1) return 1;
        if (how === 'stubborn') return new Promise<number>(() => {});
        await sleep(1e9);
        return 1;
      },
      startTimeoutMs: 1_000,
      shutdownMs: 500,
      maxRunMs: 100,
      backoff: { minMs: 100, maxMs: 400, jitter: 0 },
      maxRestarts: 3,
      withinMs: 60_000,
      giveUp: 'park',
    });
    const [hang] = hangsOf(child);
    const { after } = outcomeOf(countedIn(child, undefined)!, child.backoff, hang![how]!);
    const tree = supervisor({ id: 'root', children: [child] }).handle({ clock });
    let end: number | undefined;
    tree.on('child:gave-up', ({ at }) => void (end = at)).on('supervisor:warning', () => {});
    await tree.start();
    await clock.advance(20_000);
    expect(end).toBe(100 + after.maxMs);
    await tree.stop();
    expect(after.maxMs).toBe(3 * (how === 'prompt' ? 1_000 : 1_500) + 700);
  });
});

describe('COPPICE_LIMIT_NEVER_TRIPS', () => {
  const backoff = { minMs: 10_000, maxMs: 60_000 };

  test('says why, and what to do', () => {
    const error = caught(() => task({ id: 'a', run: fails, backoff, maxRestarts: 5, withinMs: 20_000 }));
    expect(error.code).toBe('COPPICE_LIMIT_NEVER_TRIPS');
    expect(error.message).toBe(
      'its limit of 5 restarts within 20 s can never trip: even if every run fails at once, its backoff puts ' +
        '5 s + 10 s + 20 s + 30 s + 30 s = 1 min 35 s at least between its first failure and its 6th; make withinMs ' +
        'at least 190_000, which is what these delays can take, and more for what the runs take; or allow fewer ' +
        'restarts; or say maxRestarts: Infinity if it is never to give up (at a)',
    );
  });

  test('what it advises is taken', () => {
    expect(task({ id: 'a', run: fails, backoff, maxRestarts: 5, withinMs: 190_000 }).withinMs).toBe(190_000);
    expect(task({ id: 'a', run: fails, backoff, maxRestarts: Infinity }).maxRestarts).toBe(Infinity);
    expect(task({ id: 'a', run: fails, backoff, maxRestarts: 1, withinMs: 20_000 }).maxRestarts).toBe(1);
  });

  test('with a giveUp, which needs a limit, it does not advise to have none and keep that', () => {
    const declare = () =>
      task({ id: 'a', run: fails, backoff, maxRestarts: 5, withinMs: 20_000, giveUp: 'park' });
    expect(caught(declare).message).toContain('say maxRestarts: Infinity, without giveUp, if');
  });

  test('the delays of its supervisor count as its own do', async () => {
    const child = task({ id: 'a', run: fails, maxRestarts: 3, withinMs: 20_000 });
    const error = caught(() => supervisor({ id: 'root', childBackoff: backoff, children: [child] }));
    expect(error).toMatchObject({ code: 'COPPICE_LIMIT_NEVER_TRIPS', path: 'root/a' });
    expect(error.message).toContain('the childBackoff of its supervisor puts 5 s + 10 s + 20 s = 35 s');
    const tree = await supervisor({ id: 'root', childBackoff: backoff, children: [] }).start();
    await expect(tree.startChild(child)).rejects.toMatchObject({ code: 'COPPICE_LIMIT_NEVER_TRIPS' });
    await tree.stop();
    const quick = task({ ...child, backoff: { minMs: 10, maxMs: 10 } });
    expect(() => supervisor({ id: 'root', childBackoff: backoff, children: [quick] })).not.toThrow();
  });

  test('with a jitter of 1 there is always a chance', () => {
    const full = { ...backoff, jitter: 1 };
    expect(() => task({ id: 'a', run: fails, backoff: full, maxRestarts: 5, withinMs: 20 })).not.toThrow();
  });
});

test('the shortest delay is never longer than one that chance gives', () => {
  // 1 - 0.7 is a little more than 0.3.
  expect(shortestDelayMs({ minMs: 10, maxMs: 10, factor: 1, jitter: 0.7, resetAfterMs: 1 }, 1)).toBe(3);
  fc.assert(
    fc.property(
      backoffs,
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (backoff, n, x) => {
        const chance = () => Math.min(x, 1 - Number.EPSILON);
        expect(delayMs(backoff, n, chance)).toBeGreaterThanOrEqual(shortestDelayMs(backoff, n));
      },
    ),
    { numRuns: 2_000 },
  );
});
