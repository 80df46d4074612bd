import type { SupervisionEvent } from 'coppice';
import { allowedAfter, delaysIn, isAllowed, meanPosition } from './delays.js';

const backoff = { minMs: 100, maxMs: 1_000, factor: 3, jitter: 0.5, resetAfterMs: 5_000 };

test.each([
  [1, 50, 100],
  [2, 150, 300],
  [3, 450, 900],
  [4, 500, 1_000],
  [1_000, 500, 1_000],
])('after failure %i a delay of %i to %i ms is allowed', (failures, minMs, maxMs) => {
  expect(allowedAfter(backoff, failures)).toEqual({ minMs, maxMs });
});

test('without jitter there is one delay only; with all of it any', () => {
  expect(allowedAfter({ ...backoff, jitter: 0 }, 2)).toEqual({ minMs: 300, maxMs: 300 });
  expect(allowedAfter({ ...backoff, jitter: 1 }, 2)).toEqual({ minMs: 0, maxMs: 300 });
});

test('the ends of a range belong to it; delays are whole milliseconds, rounded up', () => {
  const allowed = { minMs: 12.5, maxMs: 25.4 };
  expect([12, 13, 25, 26, 27].map((delayMs) => isAllowed({ delayMs, allowed }))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test('delays are found in the events, with how long it was until the next start', () => {
  const event = (type: string, path: string, at: number, more = {}) =>
    ({ type, path, at, ...more }) as unknown as SupervisionEvent;
  const events = [
    event('child:starting', 'a', 0),
    event('child:backing-off', 'a', 10, { failures: 1, delayMs: 60, nextStartAt: 69 }),
    event('child:backing-off', 'b', 11, { failures: 2, delayMs: 299, nextStartAt: 310 }),
    event('child:starting', 'a', 71),
    event('child:starting', 'a', 99), // not after a delay
    event('child:backing-off', 'a', 100, { failures: 2, delayMs: 301, nextStartAt: 401 }),
  ];
  const delays = delaysIn(events, (path) => ({ ...backoff, jitter: path === 'a' ? 0.5 : 0 }));
  expect(delays).toEqual([
    { path: 'a', at: 9, failures: 1, delayMs: 60, allowed: { minMs: 50, maxMs: 100 }, waitedMs: 62 },
    {
      path: 'b',
      at: 11,
      failures: 2,
      delayMs: 299,
      allowed: { minMs: 300, maxMs: 300 },
      waitedMs: undefined,
    },
    {
      path: 'a',
      at: 100,
      failures: 2,
      delayMs: 301,
      allowed: { minMs: 150, maxMs: 300 },
      waitedMs: undefined,
    },
  ]);
  expect(delays.map(isAllowed)).toEqual([true, false, false]);
});

test('the average position of delays in their ranges leaves out those that have no choice', () => {
  const at = (delayMs: number, minMs: number, maxMs: number) => ({ delayMs, allowed: { minMs, maxMs } });
  expect(meanPosition([at(50, 50, 100), at(200, 100, 200), at(125, 100, 200), at(10, 10, 10)])).toBeCloseTo(
    1.25 / 3,
  );
  expect(meanPosition([at(10, 10, 10)])).toBeNaN();
});
