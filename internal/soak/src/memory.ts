/** What the process holds, over time: does it grow? */
import { readdirSync } from 'node:fs';
import type { Findings } from './findings.js';

const MB = 2 ** 20;

export interface Sample {
  /** In megabytes, after a collection. */
  readonly heap: number;
  readonly rss: number;
  /** What keeps the process alive: `process.getActiveResourcesInfo()`. */
  readonly handles: number;
  readonly files: number;
  readonly threads: number;
}

export type Quantity = keyof Sample;

/** By so much the median of the last quarter may be above that of the second, which is past the warming up. */
export const BOUNDS: Readonly<Record<Quantity, number>> = {
  heap: 2,
  rss: 24,
  handles: 8,
  files: 8,
  threads: 4,
};

/** In less than that nothing can be said of a trend. */
export const LEAST_MINUTES = 5;

export interface Trend {
  readonly of: Quantity;
  /** The median of each quarter of the time. */
  readonly quarters: readonly number[];
  readonly most: number;
}

export function sampleNow(): Sample {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    heap: heapUsed / MB,
    rss: rss / MB,
    handles: process.getActiveResourcesInfo().length,
    files: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
}

export function trendsOf(samples: readonly Sample[]): Trend[] {
  const quarter = Math.floor(samples.length / 4);
  return (Object.keys(BOUNDS) as Quantity[]).map((of) => {
    const values = samples.map((sample) => sample[of]);
    const quarters = [0, 1, 2, 3].map((n) => median(values.slice(n * quarter, (n + 1) * quarter)));
    return { of, quarters, most: Math.max(...values) };
  });
}

export function judgeTrends(trends: readonly Trend[], findings: Findings): void {
  for (const { of, quarters } of trends) {
    const [, second = NaN, , last = NaN] = quarters;
    const grown = last - second;
    if (!(grown <= BOUNDS[of]))
      findings.add(
        'growth',
        `${of}: by ${grown.toFixed(1)} to ${last.toFixed(1)}; by ${BOUNDS[of]} is allowed`,
      );
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (low + high) / 2;
}
