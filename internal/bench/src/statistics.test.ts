import { median, medianRatio, toThreeDigits } from './statistics.js';

describe('median', () => {
  it('is the middle one, in whatever order', () => expect(median([9, 1, 5])).toBe(5));
  it('is halfway between two in the middle', () => expect(median([4, 100, 1, 2])).toBe(3));
  it('sorts by value, not as text', () => expect(median([10, 9, 100])).toBe(10));
  it('leaves the values as they are', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
  it('needs a value', () => expect(() => median([])).toThrow(RangeError));
});

describe('medianRatio', () => {
  it('is taken round by round, so that a slow round of both does not count', () => {
    expect(medianRatio([2, 200, 2], [1, 100, 1])).toBe(2);
  });
  it('is not the ratio of the medians', () => {
    expect(medianRatio([1, 4, 6], [1, 1, 3])).toBe(2);
    expect(median([1, 4, 6]) / median([1, 1, 3])).toBe(4);
  });
  it('needs as many rounds of both', () =>
    expect(() => medianRatio([1], [1, 2])).toThrow('1 rounds beside 2'));
});

describe('toThreeDigits', () => {
  it.each([
    [123_456.7, 123_457],
    [99.96, 100],
    [12.345, 12.3],
    [0.012345, 0.0123],
    [-0.5, -0.5],
    [0, 0],
  ])('%d becomes %d', (value, rounded) => expect(toThreeDigits(value)).toBe(rounded));
});
