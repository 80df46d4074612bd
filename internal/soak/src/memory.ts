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
  readonly second: number;
  readonly last: number;
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
    return {
      of,
      second: median(values.slice(quarter, 2 * quarter)),
      last: median(values.slice(values.length - quarter)),
      most: Math.max(...values),
    };
  });
}

export function judgeTrends(trends: readonly Trend[], findings: Findings): void {
  for (const { of, second, last } of trends)
    if (last - second > BOUNDS[of])
      findings.add(
        'growth',
        `${of}: ${last.toFixed(1)} at the end, ${second.toFixed(1)} before; ${BOUNDS[of]} is allowed`,
      );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (low + high) / 2;
}
