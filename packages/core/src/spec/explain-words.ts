/** Numbers and lists as a person would say them. */
import { type Backoff, longestDelayMs, shortestDelayMs } from '../model/backoff.js';
import { type Span, WHOLE_LIFE_MS } from './limits.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration as it was declared, to the millisecond: `350 ms`, `1.5 s`, `4 min 10 s`, `1 h 0.5 s`. */
export function exact(ms: number): string {
  if (ms === Infinity) return 'for ever';
  if (ms >= WHOLE_LIFE_MS) return 'its whole life';
  if (ms < SECOND) return `${plain(ms)} ms`;
  const parts: string[] = [];
  let left = ms;
  for (const [unit, name] of [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
  ] as const) {
    const count = Math.floor(left / unit);
    if (count > 0) parts.push(`${count} ${name}`);
    left -= count * unit;
  }
  if (left > 0 || parts.length === 0) parts.push(`${plain(left / SECOND)} s`);
  return parts.join(' ');
}

/** The last digit that is told of a duration: fine for short ones, coarse for long ones. */
const grainOf = (ms: number): number =>
  ms < SECOND
    ? 1
    : ms < 10 * SECOND
      ? 100
      : ms < HOUR
        ? SECOND
        : ms < DAY
          ? MINUTE
          : ms < 100 * DAY
            ? HOUR
            : DAY;

/** A duration that was computed: `530 ms`, `1.4 s`, `4 min 10 s`, `3 h 20 min`. */
export function rough(ms: number, round: (value: number) => number = Math.round): string {
  if (ms === Infinity) return exact(ms);
  const grain = grainOf(ms);
  return exact(round(ms / grain) * grain);
}

/** From the shorter to the longer, rounded outwards: `50 to 100 ms`, `3 min 20 s to 5 min`. */
export function range({ minMs, maxMs }: Span): string {
  const shortest = minMs === 0 ? '0' : rough(minMs, Math.floor);
  const longest = rough(maxMs, Math.ceil);
  if (shortest === longest || maxMs === 0) return longest;
  const [, unit] = longest.split(' ');
  const isOneUnit = shortest.split(' ').length === 2 && longest.split(' ').length === 2;
  return isOneUnit && shortest.endsWith(` ${unit}`)
    ? `${shortest.split(' ')[0]} to ${longest}`
    : `${shortest} to ${longest}`;
}

/** What is to be expected, and between what: `about 4 min 10 s (3 min 20 s to 5 min)`. */
export function about(span: Span): string {
  const all = range(span);
  const middle = rough((span.minMs + span.maxMs) / 2);
  return all === middle || rough(span.minMs, Math.floor) === rough(span.maxMs, Math.ceil)
    ? all
    : `about ${middle} (${all})`;
}

/** The delay after so many failures in a row. */
export const delayRange = (backoff: Backoff, failures: number): string =>
  range({ minMs: shortestDelayMs(backoff, failures), maxMs: Math.ceil(longestDelayMs(backoff, failures)) });

/** A number as it stands in code: `50_000`. */
export const literal = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '_');

/** At most three digits behind the point. */
const plain = (value: number): string => String(Number(value.toFixed(3)));

/** `1st`, `2nd`, `11th`. */
export function nth(n: number): string {
  const last = n % 10;
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  return `${plain(n)}${isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][last] ?? 'th')}`;
}

/** `1 restart`, `3 restarts`. */
export const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** `'a'`, `'a' and 'b'`, `'a', 'b' and 7 more`. */
export function names(ids: readonly string[], most = 5): string {
  const shown = ids.length <= most ? ids : ids.slice(0, most - 1);
  const words = shown.map((id) => `'${id}'`);
  if (shown.length < ids.length) words.push(`${ids.length - shown.length} more`);
  const last = words.pop() ?? 'none';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}

/** A sum as it would be written down: `50 ms + 100 ms + ... + 5 s`. */
export function sum(terms: number, termMs: (nth: number) => number): string {
  const term = (n: number): string => exact(Math.round(termMs(n)));
  if (terms <= 5) return Array.from({ length: terms }, (_, at) => term(at + 1)).join(' + ');
  return `${term(1)} + ${term(2)} + ${term(3)} + ... + ${term(terms)}`;
}
