/** What a scripted child does in one of its lives: words that a plan is made of. */
import { isMainThread } from 'node:worker_threads';
import { type Clock, type Context, faultOwnerOf } from '@coppice/core';
import { clockOf } from '@coppice/core/kit';
import { count, duration, options } from './checked.js';
import { TestingError } from './errors.js';
import { catchesStrays, forever } from './held.js';

/**
 * What a child does that is special, at each of its three moments; and what it does not hear.
 *
 * @example
 * ```ts
 * const logsItsEnd: Behaviour = { stop: ({ log, attempt }) => log.info(`the end of run ${attempt}`) };
 * const db = scripted('db', logsItsEnd);
 * ```
 */
export interface Behaviour {
  /** Before what it really does at its start: may throw, may take time. */
  readonly start?: ((context: Context) => unknown) | undefined;
  /** When that has been done. What comes later it does by itself. */
  readonly up?: ((context: Context) => void) | undefined;
  /** At its end, when all that it really does there is done: may throw, may take time. */
  readonly stop?: ((context: Context) => unknown) | undefined;
  /** Does it not hear that it has to end? */
  readonly isDeaf?: boolean | undefined;
}

/** When, from when it has been started. */
export interface After {
  /** In milliseconds, by the clock of the tree. Default: 0, in the next turn. */
  readonly afterMs?: number | undefined;
}

/** What it fails with: an error, or its message. */
export type Failure = Error | string;

const errorOf = (failure: Failure): Error => (typeof failure === 'string' ? new Error(failure) : failure);

/** A promise that is resolved later, by the clock of the tree, also when the child has to end before. */
export function wait(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, durationMs));
}

/** Does something later in the life of a child; not if that is over by then. */
function later(of: string, after: After, act: (context: Context) => void): Behaviour {
  const afterMs = duration(of, 'afterMs', options(of, after, ['afterMs']).afterMs ?? 0);
  return {
    up: (context) => {
      const { signal } = context;
      void wait(clockOf(context), afterMs).then(() => {
        if (!signal.aborted) act(context);
      });
    },
  };
}

/**
 * It does what it is declared to do, and nothing else.
 *
 * @example
 * ```ts
 * const db = scripted('db', onRun(1, crashes()), fromRun(2, works));
 * ```
 */
export const works: Behaviour = Object.freeze({});

/**
 * It is up, and then it crashes.
 *
 * @example
 * ```ts
 * const db = scripted('db', onRun(2, crashes('connection lost', { afterMs: 500 })));
 * ```
 */
export function crashes(failure: Failure = 'it crashes as its script says', after: After = {}): Behaviour {
  return later('crashes()', after, ({ fail }) => fail(errorOf(failure)));
}

/**
 * It is up, and then it ends normally, as a task does that is done.
 *
 * @example
 * ```ts
 * const job = scripted({ id: 'job', restart: 'transient' }, completes({ afterMs: 1_000 }));
 * ```
 */
export function completes(after: After = {}): Behaviour {
  return later('completes()', after, ({ end }) => end());
}

/**
 * Its start fails.
 *
 * @example
 * ```ts
 * const db = scripted({ id: 'db', boot: 'retry', backoff: delays }, onRun(1, failsToStart('ECONNREFUSED')));
 * ```
 */
export function failsToStart(failure: Failure = 'it does not start, as its script says'): Behaviour {
  return {
    start: () => {
      throw errorOf(failure);
    },
  };
}

/**
 * Its start takes so many milliseconds; it stops waiting when it has to end.
 *
 * @example
 * ```ts
 * const cache = scripted('cache', startsSlowly(2_000));
 * ```
 */
export function startsSlowly(durationMs: number): Behaviour {
  duration('startsSlowly()', 'durationMs', durationMs);
  return { start: ({ sleep }) => sleep(durationMs) };
}

/**
 * Its start takes for ever, and it does not hear that it has to end.
 *
 * @example
 * ```ts
 * const db = scripted({ id: 'db', startTimeoutMs: 5_000 }, onRun(1, hangsAtStart));
 * ```
 */
export const hangsAtStart: Behaviour = Object.freeze({
  start: (context: Context) => forever(clockOf(context)),
});

/**
 * Its end takes so many milliseconds.
 *
 * @example
 * ```ts
 * const queue = scripted({ id: 'queue', shutdownMs: 1_000 }, stopsSlowly(800));
 * ```
 */
export function stopsSlowly(durationMs: number): Behaviour {
  duration('stopsSlowly()', 'durationMs', durationMs);
  return { stop: (context) => wait(clockOf(context), durationMs) };
}

/**
 * Its end takes for ever, whatever it ends by.
 *
 * @example
 * ```ts
 * const queue = scripted({ id: 'queue', shutdownMs: 1_000 }, hangsAtStop);
 * ```
 */
export const hangsAtStop: Behaviour = Object.freeze({
  stop: (context: Context) => forever(clockOf(context)),
});

/**
 * Its clean-up fails.
 *
 * @example
 * ```ts
 * const queue = scripted('queue', failsToStop('already closed'));
 * ```
 */
export function failsToStop(failure: Failure = 'it does not stop, as its script says'): Behaviour {
  return {
    stop: () => {
      throw errorOf(failure);
    },
  };
}

/**
 * It goes on as if nobody had asked it to stop: what it really runs has a signal that is never aborted.
 *
 * @example
 * ```ts
 * const deaf = misbehaving(poller, ignoresAbort);
 * ```
 */
export const ignoresAbort: Behaviour = Object.freeze({ isDeaf: true });

/**
 * Its heartbeats come at this interval; so many of them, and then it stalls.
 *
 * @example
 * ```ts
 * const feed = scripted({ id: 'feed', staleAfterMs: 100 }, onRun(1, beats(50, { times: 3 })), fromRun(2, beats(50)));
 * ```
 */
export function beats(everyMs: number, given: { readonly times?: number | undefined } = {}): Behaviour {
  duration('beats()', 'everyMs', everyMs);
  const times = count('beats()', 'times', options('beats()', given, ['times']).times ?? Infinity, 0);
  return {
    up: ({ heartbeat, sleep }) => {
      const beat = async (): Promise<void> => {
        for (let beaten = 0; beaten < times; beaten++) {
          await sleep(everyMs);
          heartbeat();
        }
      };
      // The only way to end it is the end of its life.
      beat().catch(() => {});
    },
  };
}

/**
 * One of its callbacks throws, in a turn of the event loop where nobody catches it. In a test tree the kit is the fault
 * domain that `faults: 'contain'` would install, so that the child crashes; elsewhere the fault really goes astray.
 *
 * @example
 * ```ts
 * const feed = misbehaving(feedSpec, onRun(1, throwsInCallback('x is undefined')));
 * ```
 */
export function throwsInCallback(
  failure: Failure = 'thrown in a callback, as its script says',
  after: After = {},
): Behaviour {
  return later('throwsInCallback()', after, (context) =>
    goAstray(context, errorOf(failure), (act) => setImmediate(act)),
  );
}

/**
 * A promise is rejected that nobody looks after; otherwise as {@link throwsInCallback}.
 *
 * @example
 * ```ts
 * const feed = misbehaving(feedSpec, onRun(1, failsInStrayPromise('reset by peer', { afterMs: 50 })));
 * ```
 */
export function failsInStrayPromise(
  failure: Failure = 'rejected in a stray promise, as its script says',
  after: After = {},
): Behaviour {
  return later('failsInStrayPromise()', after, (context) =>
    goAstray(context, errorOf(failure), (act) => void Promise.resolve().then(act)),
  );
}

function goAstray(context: Context, error: Error, astray: (act: () => void) => void): void {
  const act = context.bind((): void => {
    throw error;
  });
  if (!catchesStrays(clockOf(context))) return astray(act);
  try {
    act();
  } catch (thrown) {
    faultOwnerOf(thrown)?.fault(thrown);
  }
}

/** A behaviour that leaves something behind. */
export interface Leaky extends Behaviour {
  /** Takes it away again, of all of its lives. */
  clear(): void;
}

/**
 * It sets a timer of the platform at each start, and never clears it: the process does not end by itself any more.
 *
 * @example
 * ```ts
 * const leak = leaksTimer(60_000);
 * const sloppy = scripted('sloppy', leak);
 * afterEach(() => leak.clear());
 * ```
 */
export function leaksTimer(everyMs = 60_000): Leaky {
  duration('leaksTimer()', 'everyMs', everyMs);
  const timers: NodeJS.Timeout[] = [];
  return {
    up: () => void timers.push(setInterval(() => {}, everyMs)),
    clear: () => {
      for (const timer of timers.splice(0)) clearInterval(timer);
    },
  };
}

/**
 * It ends the thread, or the process, that it runs in: for the file that a thread or a subprocess runs. In the process
 * that runs the tests it fails instead.
 *
 * @example
 * ```ts
 * // worker.ts
 * await runThread(supervisor({ id: 'worker', children: [misbehaving(parser, exits(3, { afterMs: 100 }))] }));
 * ```
 */
export function exits(code = 1, given: After & { readonly evenHere?: boolean | undefined } = {}): Behaviour {
  count('exits()', 'code', code, 0);
  const { evenHere, ...after } = options('exits()', given, ['afterMs', 'evenHere']);
  return later('exits()', after, ({ fail }) => {
    // A subprocess that was made with a channel has one.
    const isOurs = evenHere === true || !isMainThread || process.send !== undefined;
    if (isOurs) process.exit(code);
    else fail(new TestingError('COPPICE_TEST_EXIT', {}));
  });
}
