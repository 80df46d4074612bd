/** Those who wait for a child to be up, by its path. */
import type { ChildStatus } from '../model/child.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import { checkOptions, show } from '../spec/checks.js';
import type { WhenReadyOptions } from '../spec/types.js';
import type { Clock } from './clock.js';

/** Whoever waits. Not an AbortSignal: hundreds may be waited for at a time, and Node takes that for a leak. */
export interface Quit {
  /** Why it has to end; undefined if it has not to. */
  readonly quitReason: unknown;
  /** Calls back as soon as it has to. Returns how to call that off. */
  onQuit(quit: (reason: unknown) => void): () => void;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

export class Readiness {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the child at `path` comes up. `state` says, for the error, how it is when time is over. */
  async wait(
    path: string,
    state: () => NotUp,
    { timeoutMs, leftMs }: { readonly timeoutMs: number; readonly leftMs: number },
    quit?: Quit,
  ): Promise<void> {
    const { promise, resolve, reject } = deferred();
    const waiter: Waiter = { resolve, reject };
    const waiters = this.#waiting.get(path) ?? new Set();
    this.#waiting.set(path, waiters.add(waiter));
    const timer =
      timeoutMs === Infinity
        ? undefined
        : this.#clock.setTimer(() => reject(notReady(path, timeoutMs, state())), Math.max(0, leftMs));
    const stay = quit?.onQuit(reject);
    try {
      await promise;
    } finally {
      stay?.();
      if (timer !== undefined) this.#clock.clearTimer(timer);
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiting.delete(path);
    }
  }

  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** The child at a path is up. */
  up(path: string): void {
    for (const waiter of this.#waiting.get(path) ?? []) waiter.resolve();
  }

  /** The whole tree has ended: nobody will come up any more. */
  ended(): void {
    for (const [path, waiters] of this.#waiting) {
      for (const waiter of waiters) waiter.reject(neverReady(path));
    }
  }
}

/** How a child that is not up is: its plain status, if it is there, and in words. */
export interface NotUp {
  readonly status: ChildStatus | undefined;
  readonly state: string;
}

const notReady = (path: string, timeoutMs: number, { status, state }: NotUp): CoppiceError =>
  coppiceError('COPPICE_NOT_READY', { path, status, state: `after ${timeoutMs} ms: ${state}` });

/** Nobody in the tree will come up any more. */
export const neverReady = (path: string): CoppiceError =>
  coppiceError('COPPICE_NOT_READY', { path, state: 'and will not be: its tree has ended' });

/** How long to wait at most, in milliseconds. */
export function timeoutOf(options: WhenReadyOptions, call = 'whenReady'): number {
  const { timeoutMs = Infinity } = checkOptions(call, options, ['timeoutMs']);
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return timeoutMs;
  const expected = 'timeoutMs: a number of milliseconds, 0 or more';
  throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected, got: show(timeoutMs) });
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
