/** What a tree on simulated time waits for that is outside of it: timers of the platform, sockets, files. */
import { ms } from './line.js';

/** A start or a stop of a child that is under way. */
export interface PendingChild {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** Which of its starts it is. */
  readonly incarnation: number;
  /** What it is at: `starting`, `stopping`, ... */
  readonly status: string;
}

// Taken now: a test runner may put fakes in their place.
const { performance: real, process: platform, setTimeout: later } = globalThis;

/** The timers of the kit itself: nothing of the tree waits for them. */
let own = 0;

/** Lets real time go by. */
export function sleep(durationMs: number): Promise<void> {
  own++;
  return new Promise((resolve) => {
    later(() => {
      own--;
      resolve();
    }, durationMs);
  });
}

/** So long, of real time, a start or a stop that waits for something real keeps simulated time waiting. */
export const PATIENCE_MS = 1_000;

/** What comes in the next turn anyway, or keeps a process alive and never ends by itself: nobody waits for that. */
const STEADY = new Set([
  'Immediate',
  'TCPServerWrap',
  'PipeServerWrap',
  'SignalWrap',
  'FSEventWrap',
  'TTYWrap',
]);

const CURE =
  `Put a stub in the place of what is real (stub, replace), wait with the sleep of the context, or let the tree run on ` +
  `real time: testTree(..., { time: 'real' }).`;

/**
 * Node tells how much it has in hand, though not for whom: what is more than before a start or a stop began may be for
 * that. So this only ever delays simulated time: what happens in the tree, and in which order, is the same for one that
 * waits for nothing real.
 */
export class Outside {
  readonly #pending: () => readonly PendingChild[];
  readonly #resources: () => readonly string[];
  /** What the process had in hand before the tree was there, such as the time limit of the test itself. */
  readonly #atFirst: Map<string, number>;
  /** The same, before what is pending now had begun. */
  #before: Map<string, number>;
  /** Since when each start and stop is known to be under way, in milliseconds of real time. */
  #since = new Map<string, number>();
  /** Those that something real has come with: they are waited for until they are over, since other things come and go. */
  readonly #real = new Set<string>();

  constructor(pending: () => readonly PendingChild[], resources = ofPlatform) {
    this.#pending = pending;
    this.#resources = resources;
    this.#atFirst = this.#count();
    this.#before = new Map(this.#atFirst);
  }

  /** Is a start or a stop under way that may wait for something real, and has it not had its time? */
  get isAwaited(): boolean {
    const now = this.#count();
    const isMore = moreThan(this.#before, now).length > 0;
    if (!isMore && this.#real.size === 0) return false;
    const keys = this.#look().map(keyOf);
    for (const key of this.#real) if (!keys.includes(key)) this.#real.delete(key);
    if (keys.length === 0) this.#before = now;
    if (isMore) for (const key of keys) this.#real.add(key);
    return keys.some((key) => this.#real.has(key) && real.now() - this.#since.get(key)! < PATIENCE_MS);
  }

  /** What the tree may be waiting for, in words, and what to do about it; empty: nothing outside is to be seen. */
  words(isClockEmpty: boolean): string {
    const inHand = moreThan(this.#atFirst, this.#count());
    if (inHand.length === 0 && !isClockEmpty) return '';
    const pending = this.#look().map((each) => this.#inWords(each));
    if (pending.length === 0 && inHand.length === 0) return '';
    const underWay =
      inHand.length === 0 ? [] : [`Real, and under way in this process: ${inHand.join(', ')}.`];
    return ['', '', ...pending, ...underWay, CURE].join('\n').trimEnd();
  }

  #inWords(pending: PendingChild): string {
    const { path, status } = pending;
    const duration = ms(Math.round(real.now() - this.#since.get(keyOf(pending))!));
    const what = status === 'starting' ? 'start' : 'stop';
    return (
      `${path} is ${status} since ${duration} of real time: its ${what} waits for something outside simulated time ` +
      `(a timer of its own, a socket), or for what never comes.`
    );
  }

  #look(): readonly PendingChild[] {
    const pending = this.#pending();
    this.#since = new Map(
      pending.map((each) => [keyOf(each), this.#since.get(keyOf(each)) ?? real.now()] as const),
    );
    return pending;
  }

  #count(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const kind of this.#resources())
      if (!STEADY.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }
}

/** What has come since, by kind; what has gone since may not come back unseen. */
function moreThan(before: Map<string, number>, now: ReadonlyMap<string, number>): string[] {
  for (const [kind, count] of before) before.set(kind, Math.min(count, now.get(kind) ?? 0));
  return [...now].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [more === 1 ? kind : `${more} ${kind}`] : [];
  });
}

const keyOf = ({ path, incarnation, status }: PendingChild): string => `${path}#${incarnation} ${status}`;

/** Other runtimes than Node may not tell. */
function ofPlatform(): readonly string[] {
  const all = (platform as Partial<NodeJS.Process> | undefined)?.getActiveResourcesInfo?.() ?? [];
  let left = own;
  return left === 0 ? all : all.filter((kind) => kind !== 'Timeout' || left-- <= 0);
}
