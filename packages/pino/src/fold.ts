/**
 * Crash loops in the log: of a child that fails again and again with the same error, the stack is not printed again
 * and again. How often it came is said in each record, and once more when it is over.
 *
 * What is known is bounded: one error and some numbers for each of the {@link MOST} children that failed last.
 */
import type { Clock, ErrorWire, EventOf, SupervisionEvent } from '@coppice/core';
import { duration, says } from './words.js';

/** The `event` of the record that ends a series. Those of the tree are in the union; this one is the log's own. */
export const FOLDED: SeriesRecord['event'] = 'log:folded';

/** How equal errors are folded. */
export interface FoldOptions {
  /** So many are printed in full, a whole number, 0 or more. Default: 3. */
  readonly after?: number | undefined;
  /** Within so many milliseconds; then the series ends, and the next one is printed in full again. Default: 60,000. */
  readonly withinMs?: number | undefined;
}

/** Why a series is over. */
export type SeriesEnd = 'other-error' | 'gave-up' | 'stopped' | 'recovered' | 'time';

/** How often the same error came. */
export interface SeriesRecord {
  /** Its own name, since no event of the tree is behind it. */
  readonly event: 'log:folded';
  /** The child: ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** The `seq` of the first record, which has the stack. */
  readonly sameAs: number;
  /** How often it came. */
  readonly times: number;
  /** From the first time to the last, in milliseconds. */
  readonly forMs: number;
  /** Why the series is over. */
  readonly ended: SeriesEnd;
}

/** What is said of an error that came before. */
export interface Repeated {
  /** The `seq` of the first record, which has the stack. */
  readonly sameAs: number;
  /** Which time this is. */
  readonly times: number;
}

interface Series {
  readonly path: string;
  readonly error: ErrorWire;
  readonly sameAs: number;
  readonly since: number;
  times: number;
  last: number;
  /** When it came up after the last failure; undefined if it did not. */
  upSince: number | undefined;
}

const MOST = 256;

/** Writes the record that tells of a series. */
export type TellSeries = (record: SeriesRecord, message: string) => void;

export class Folder {
  readonly #series = new Map<string, Series>();
  readonly #clock: Clock;
  readonly #after: number;
  readonly #withinMs: number;
  readonly #tell: TellSeries;
  #timer: unknown = undefined;

  constructor({ after = 3, withinMs = 60_000 }: FoldOptions, clock: Clock, tell: TellSeries) {
    this.#after = after;
    this.#withinMs = withinMs;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Takes in what ends a series, before the record of this event is written. */
  look(event: SupervisionEvent): void {
    if (this.#series.size === 0) return;
    switch (event.type) {
      case 'child:started':
        return this.#note(event.path, event.at);
      case 'child:stopping':
        // One that goes with another is back at once, and may go on failing.
        if (event.because === 'sibling' || event.because === 'bond') return this.#note(event.path, undefined);
        return this.#end(event.path, 'stopped', event.at);
      case 'child:not-restarted':
      case 'child:removed':
        return this.#end(event.path, 'stopped', event.at);
      case 'child:gave-up':
        return this.#end(event.path, 'gave-up', event.at);
      case 'supervisor:gave-up':
        return this.#end(event.offender.path, 'gave-up', event.at);
      case 'supervisor:stopped':
        return this.close(event.at, `${event.path}/`);
      default:
    }
  }

  #note(path: string, upSince: number | undefined): void {
    const series = this.#series.get(path);
    if (series) series.upSince = upSince;
  }

  /** Counts a failure. @returns what to say instead of its stack, or undefined if it is to be printed in full */
  count({ path, seq, at, error }: EventOf<'child:crashed' | 'child:start-failed'>): Repeated | undefined {
    let series = this.#series.get(path);
    if (series && at - series.since >= this.#withinMs) this.#end(path, 'time', at);
    else if (series && !isSame(series.error, error)) this.#end(path, 'other-error', at);
    series = this.#series.get(path);
    if (!series) {
      this.#makeRoom(at);
      series = { path, error, sameAs: seq, since: at, times: 0, last: at, upSince: undefined };
    }
    series.times++;
    series.last = at;
    series.upSince = undefined;
    // The one that failed last stands last.
    this.#series.delete(path);
    this.#series.set(path, series);
    if (series.times <= this.#after) return undefined;
    this.#wait(series.since + this.#withinMs, at);
    return { sameAs: series.sameAs, times: series.times };
  }

  /** Ends all series, or those of the children below a supervisor. */
  close(at: number | undefined, below = ''): void {
    for (const { path, last } of this.#series.values())
      if (path.startsWith(below)) this.#end(path, 'stopped', at ?? last);
  }

  #wait(until: number, now: number): void {
    this.#timer ??= this.#clock.setTimer(() => {
      this.#timer = undefined;
      this.#endOver(until);
    }, until - now);
  }

  /** Ends those whose time is over, and waits for the next. */
  #endOver(now: number): void {
    let next = Infinity;
    for (const series of this.#series.values()) {
      const until = series.since + this.#withinMs;
      if (until <= now) this.#end(series.path, hasHeld(series, now) ? 'recovered' : 'time', now);
      else if (series.times > this.#after) next = Math.min(next, until);
    }
    if (next < Infinity) this.#wait(next, now);
  }

  #end(path: string, ended: SeriesEnd, at: number): void {
    const series = this.#series.get(path);
    if (!series) return;
    this.#series.delete(path);
    // Where nothing is left to tell of, nothing may keep the process alive.
    if (this.#series.size === 0 && this.#timer !== undefined) {
      this.#clock.clearTimer(this.#timer);
      this.#timer = undefined;
    }
    if (series.times <= this.#after) return;
    const { sameAs, times, since, last } = series;
    const forMs = Math.round(last - since);
    const how = WORDS[ended](duration(at - (series.upSince ?? at)));
    this.#tell(
      { event: FOLDED, path, sameAs, times, forMs, ended },
      `${path} failed ${times} times in ${duration(forMs)} with the same error${how}: ${says(series.error)}`,
    );
  }

  /** The one that has not failed for the longest time is forgotten. */
  #makeRoom(at: number): void {
    if (this.#series.size < MOST) return;
    for (const path of this.#series.keys()) return this.#end(path, 'time', at);
  }
}

/** Has it been up for clearly longer than it was between its failures? */
const hasHeld = ({ upSince, since, last, times }: Series, now: number): boolean =>
  upSince !== undefined && now - upSince > (2 * (last - since)) / (times - 1);

const WORDS: Readonly<Record<SeriesEnd, (upFor: string) => string>> = {
  'other-error': () => ', and now with another one',
  'gave-up': () => ', before it was given up',
  stopped: () => ', until it was stopped',
  recovered: (upFor) => `, and has been up for ${upFor} since`,
  time: () => '',
};

/** The same from the first word to the last frame, with all its causes. */
function isSame(a: ErrorWire | undefined, b: ErrorWire | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b;
  return (
    a.message === b.message &&
    a.stack === b.stack &&
    a.name === b.name &&
    a.code === b.code &&
    isSame(a.cause, b.cause) &&
    a.errors?.length === b.errors?.length &&
    (a.errors ?? []).every((error, at) => isSame(error, b.errors?.[at]))
  );
}
