/** What the bench measures: how long a core takes to hash a block. A noisy neighbour shows in the 99th percentile. */
import { createHash } from 'node:crypto';

/** What crosses the border between the referee and the hasher's thread. */
export interface HasherProtocol {
  toThread: { readonly hashForMs: number };
  fromThread: Measured;
}

export interface Measured {
  readonly hashes: number;
  /** Seconds for a block, in the median and at worst but for one in a hundred. */
  readonly p50: number;
  readonly p99: number;
}

export const BLOCK_BYTES = 64 * 1024;

/** Hashes for so long, and does nothing else meanwhile: heavy for an event loop, so it has one of its own. */
export function hashFor(ms: number): Measured {
  const block = Buffer.alloc(BLOCK_BYTES, 'coppice');
  const seconds: number[] = [];
  let now = performance.now();
  const endAt = now + ms;
  do {
    createHash('sha256').update(block).digest();
    const then = performance.now();
    seconds.push((then - now) / 1000);
    now = then;
  } while (now < endAt);
  const sorted = seconds.toSorted((a, b) => a - b);
  return { hashes: sorted.length, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

/** Of numbers in ascending order, at least one: the smallest that this share of them does not exceed. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
