/**
 * Backoff: how long to wait before a child is started again.
 *
 * The delay grows by `factor` with each failure in a row, up to `maxMs`; `jitter` takes a random part off
 * it, so that those who failed together do not come back together ("equal jitter" and "full jitter" in Marc
 * Brooker, Exponential Backoff and Jitter, 2015, are a jitter of 0.5 and 1).
 */

/** A number from 0 to below 1. */
export type Chance = () => number;

/** The delays before a child is started again, complete. */
export interface Backoff {
  /** The delay after the first failure, in milliseconds. */
  readonly minMs: number;
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number;
  /** So many times the last delay is the next. */
  readonly factor: number;
  /** The share of each delay that chance may take off, 0 to 1. */
  readonly jitter: number;
  /** After a run of so many milliseconds the delays begin anew. */
  readonly resetAfterMs: number;
}

/** The longest delay after so many failures in a row (1: the first), in milliseconds. */
export function longestDelayMs({ minMs, maxMs, factor }: Backoff, failures: number): number {
  return Math.min(maxMs, minMs * factor ** (failures - 1));
}

/** The shortest delay after so many failures in a row. */
export function shortestDelayMs(backoff: Backoff, failures: number): number {
  const longest = longestDelayMs(backoff, failures);
  // As below, so that rounding never makes it longer than a delay can be.
  return Math.ceil(longest - longest * backoff.jitter);
}

/** The delay after so many failures in a row, in whole milliseconds as far as `maxMs` is: between the two above. */
export function delayMs(backoff: Backoff, failures: number, chance: Chance): number {
  const longest = longestDelayMs(backoff, failures);
  return Math.min(backoff.maxMs, Math.ceil(longest - longest * backoff.jitter * chance()));
}
