import { fullest, histogram, largest, total } from './histogram.js';

test('a bucket has its beginning and not its end; what comes before the first is not counted', () => {
  expect(histogram([99, 100, 199.9, 200, 450], 100, 100)).toEqual({ bucketMs: 100, counts: [2, 1, 0, 1] });
});

test('the order of the times does not matter', () => {
  expect(histogram([30, 10, 20, 11], 0, 10)).toEqual(histogram([10, 11, 20, 30], 0, 10));
});

test('nothing at all', () => {
  const empty = histogram([], 0, 10);
  expect(empty.counts).toEqual([]);
  expect([largest(empty), total(empty)]).toEqual([0, 0]);
});

test('the largest, and all together', () => {
  const found = histogram([1, 2, 3, 11], 0, 10);
  expect([largest(found), total(found)]).toEqual([3, 4]);
});

test('the fullest stretch may begin anywhere: a bucket may cut a crowd in two', () => {
  const times = [199, 95, 98, 101, 104, 300];
  expect(histogram(times, 0, 100).counts).toEqual([2, 3, 0, 1]);
  expect(fullest(times, 0, 100)).toBe(4);
  expect(fullest(times, 98, 100)).toBe(3);
  expect(fullest(times, 0, 105)).toBe(5);
  expect(fullest([], 0, 100)).toBe(0);
});
