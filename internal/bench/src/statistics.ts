/** The arithmetic of the harness. */

/** The middle one of the values; of an even number of them, halfway between the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * `values` as multiples of `yardstick`, round by round, and of these the median: what slows down a whole round
 * (a neighbour on the machine) slows down both, and drops out.
 */
export function medianRatio(values: readonly number[], yardstick: readonly number[]): number {
  if (values.length !== yardstick.length) {
    throw new RangeError(`${values.length} rounds beside ${yardstick.length}`);
  }
  return median(values.map((value, round) => value / yardstick[round]!));
}

/** Rounded to three digits that count, but never to less than a whole number from 100 on. */
export function toThreeDigits(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
