/** What a tree on simulated time waits for that is outside of it: timers of the platform, sockets, files. */
import { ms } from './line.js';

/** A start or a stop of a child that is under way. */
export interface Pending {
  readonly path: string;
  readonly incarnation: number;
  readonly status: string;
}

// Taken now: a test runner may put fakes in their place.
const { performance: real, process: platform } = globalThis;

/** So long, of real time, a start or a stop that waits for something real keeps simulated time waiting. */
export const PATIENCE_MS = 1_000;

/** What keeps a process alive without ever coming to an end by itself: nobody waits for that. */
const STEADY = new Set(['TCPServerWrap', 'PipeServerWrap', 'SignalWrap', 'FSEventWrap', 'TTYWrap']);

const CURE =
  `Put a stub in the place of what is real (stub, replace), wait with the sleep of the context, or let the tree run on ` +
  `real time: testTree(..., { time: 'real' }).`;

/**
 * Node tells what it has in hand, though not for whom. So this only ever delays simulated time: what happens in the tree,
 * and in which order, is the same for one that waits for nothing real.
 */
export class Outside {
  readonly #pending: () => readonly Pending[];
  /** What the process had in hand before the tree was there, such as the time limit of the test itself. */
  readonly #before = resources();
  /** Since when each start and stop is known to be under way, in milliseconds of real time. */
  #since = new Map<string, number>();

  constructor(pending: () => readonly Pending[]) {
    this.#pending = pending;
  }

  /** Is something real under way, and a start or a stop that may wait for it, and has it not had its time? */
  get isAwaited(): boolean {
    if (this.#inHand().length === 0) return false;
    this.#look();
    return [...this.#since.values()].some((since) => real.now() - since < PATIENCE_MS);
  }

  /** What the tree may be waiting for, in words, and what to do about it; empty: nothing outside is to be seen. */
  words(isClockEmpty: boolean): string {
    const inHand = this.#inHand();
    if (inHand.length === 0 && !isClockEmpty) return '';
    const pending = this.#look().map((each) => this.#inWords(each));
    if (pending.length === 0 && inHand.length === 0) return '';
    const real = inHand.length === 0 ? [] : [`Real, and under way in this process: ${inHand.join(', ')}.`];
    return ['', '', ...pending, ...real, CURE].join('\n').trimEnd();
  }

  #inWords(pending: Pending): string {
    const { path, status } = pending;
    const duration = ms(Math.round(real.now() - this.#since.get(keyOf(pending))!));
    const what = status === 'starting' ? 'start' : 'stop';
    return (
      `${path} is ${status} since ${duration} of real time: its ${what} waits for something outside simulated time ` +
      `(a timer of its own, a socket), or for what never comes.`
    );
  }

  #look(): readonly Pending[] {
    const pending = this.#pending();
    this.#since = new Map(
      pending.map((each) => [keyOf(each), this.#since.get(keyOf(each)) ?? real.now()] as const),
    );
    return pending;
  }

  /** What has come since, by kind; what has gone since may not come back unseen. */
  #inHand(): string[] {
    const now = resources();
    const before = this.#before;
    for (const [kind, count] of before) before.set(kind, Math.min(count, now.get(kind) ?? 0));
    return [...now].flatMap(([kind, count]) => {
      const more = count - (before.get(kind) ?? 0);
      return more > 0 ? [more === 1 ? kind : `${more} ${kind}`] : [];
    });
  }
}

const keyOf = ({ path, incarnation, status }: Pending): string => `${path}#${incarnation} ${status}`;

/** How many of each kind the process has. Other runtimes than Node may not tell. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  const kinds = (platform as Partial<NodeJS.Process> | undefined)?.getActiveResourcesInfo?.() ?? [];
  for (const kind of kinds) if (!STEADY.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
