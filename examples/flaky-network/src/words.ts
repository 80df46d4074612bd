/** Numbers in words. */

/** `4 ms`, `12.3 s`. */
export function duration(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}

/** `1,234`. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

export const plural = (count: number, one: string): string =>
  `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
