/** Which delays a client was given, read off the lifecycle events; and which ones it may be given. */
import type { Backoff, SupervisionEvent } from 'coppice';

export interface Range {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface Delay {
  readonly path: string;
  /** When it was decided on, by the clock of the tree, in milliseconds. */
  readonly at: number;
  /** How often the child had failed in a row. */
  readonly failures: number;
  readonly delayMs: number;
  readonly allowed: Range;
  /** From then to the next start; undefined if that has not come. */
  readonly waitedMs: number | undefined;
}

/**
 * The delays that a backoff allows after so many failures in a row. Worked out here once more, from what the
 * documentation says: a check by the code that is checked would check nothing.
 */
export function allowedAfter({ minMs, maxMs, factor, jitter }: Backoff, failures: number): Range {
  let longest = minMs;
  for (let failure = 1; failure < failures && longest < maxMs; failure++) longest *= factor;
  longest = Math.min(longest, maxMs);
  return { minMs: longest * (1 - jitter), maxMs: longest };
}

/** Delays are whole milliseconds, rounded up. */
export const isAllowed = ({ delayMs, allowed }: Pick<Delay, 'delayMs' | 'allowed'>): boolean =>
  delayMs >= allowed.minMs && delayMs <= Math.ceil(allowed.maxMs);

/** All delays, in the order in which they were decided on. `backoffOf` says what a child has declared. */
export function delaysIn(events: readonly SupervisionEvent[], backoffOf: (path: string) => Backoff): Delay[] {
  const delays: Delay[] = [];
  const open = new Map<string, number>();
  for (const event of events) {
    const { type, path } = event;
    if (type === 'child:backing-off') {
      const { failures, delayMs, nextStartAt } = event;
      const at = nextStartAt - delayMs;
      const allowed = allowedAfter(backoffOf(path), failures);
      open.set(path, delays.push({ path, at, failures, delayMs, allowed, waitedMs: undefined }) - 1);
    } else if (type === 'child:starting') {
      const index = open.get(path);
      const delay = index === undefined ? undefined : delays[index];
      if (index !== undefined && delay) delays[index] = { ...delay, waitedMs: event.at - delay.at };
      open.delete(path);
    }
  }
  return delays;
}

/** Where in their ranges delays are, on average: 0 at the beginning, 1 at the end; NaN if none of them may vary. */
export function meanPosition(delays: readonly Pick<Delay, 'delayMs' | 'allowed'>[]): number {
  const positions = delays
    .filter(({ allowed: { minMs, maxMs } }) => maxMs > minMs)
    .map(({ delayMs, allowed: { minMs, maxMs } }) => (delayMs - minMs) / (maxMs - minMs));
  return positions.reduce((sum, each) => sum + each, 0) / positions.length;
}
