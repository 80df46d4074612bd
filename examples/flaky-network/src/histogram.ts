/** How many things happened in which stretch of time. */

/** `counts[0]` happened from `from` to before `from + bucketMs`, and so on, up to the last that is not empty. */
export interface Histogram {
  readonly bucketMs: number;
  readonly counts: readonly number[];
}

/** What happened before `from` is not counted. Times and widths are in milliseconds. */
export function histogram(times: readonly number[], from: number, bucketMs: number): Histogram {
  const counts: number[] = [];
  for (const time of times) {
    if (time < from) continue;
    const bucket = Math.floor((time - from) / bucketMs);
    while (counts.length <= bucket) counts.push(0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return { bucketMs, counts };
}

export const largest = ({ counts }: Histogram): number => Math.max(0, ...counts);

export const total = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

/** The most that happened in any stretch of so many milliseconds, wherever it begins; each time counts from `from` on. */
export function fullest(times: readonly number[], from: number, widthMs: number): number {
  const sorted = times.filter((time) => time >= from).toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  sorted.forEach((time, last) => {
    while (time - (sorted[first] ?? time) >= widthMs) first++;
    most = Math.max(most, last - first + 1);
  });
  return most;
}
