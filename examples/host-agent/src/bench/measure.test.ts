import { hashFor, percentile } from './measure.js';

test('percentiles are numbers that occur', () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(percentile(sorted, 0.5)).toBe(50);
  expect(percentile(sorted, 0.99)).toBe(99);
  expect(percentile([7], 0.5)).toBe(7);
});

test('it hashes at least once, and says how long that takes', () => {
  const { hashes, p50, p99 } = hashFor(0);
  expect(hashes).toBeGreaterThanOrEqual(1);
  expect(p50).toBeGreaterThan(0);
  expect(p99).toBeGreaterThanOrEqual(p50);
});
