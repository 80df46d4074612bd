/** `poller`: something that is done again and again, with a pause in between. */
import { type Context, type Random, type Task, type WorkerOptions } from '@coppice/core';
import { idle } from '@coppice/core/kit';
import { type Check, type Checks, checkOptions, declare, durationFrom0 } from './options.js';
import { noMaxRunMs } from './rounds.js';

/** The options of {@link poller}. */
export interface PollerOptions<A extends readonly unknown[] = readonly []>
  extends Omit<WorkerOptions, 'maxRunMs'> {
  /** Milliseconds from the end of a run to the start of the next one; 0 or more. */
  readonly pauseMs: number;
  /**
   * By which share of itself each pause may be shorter or longer, 0 to 1, so that many pollers do not fall into
   * step: 0.1 makes 900 to 1,100 of 1,000 ms. Default: 0.
   */
  readonly jitter?: number | undefined;
  /** Where the chance for `jitter` comes from. Default: `Math.random`. */
  readonly random?: Random | undefined;
  /** Called for each run. When it throws, or its promise is rejected, the task has crashed. */
  run(context: Context, ...args: A): unknown;
}

const share: Check = {
  expected: 'a number from 0 to 1, the share of pauseMs',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  optional: true,
};

const CHECKS: Checks = {
  pauseMs: durationFrom0,
  jitter: share,
  random: 'function?',
  run: 'function',
  maxRunMs: noMaxRunMs,
};

/**
 * A task that calls `run` at once, and again `pauseMs` milliseconds after each run has ended; so runs never overlap,
 * and a slow answer slows the pace instead of piling up. Asked to stop, it ends in the pause; a run that is under way
 * gets `context.signal` and is waited for, at most `shutdownMs`.
 *
 * `context.end()` in a run ends the task by itself. A run that throws is a crash: `restart` says what follows.
 *
 * `staleAfterMs` is for a run that hangs: it may take so long, or longer if it calls `context.heartbeat()` in between;
 * the pauses do not count. With `awaitReady` the task is up when its first run has ended, or has called
 * `context.ready()`.
 *
 * @returns the declaration as frozen data
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError: an option is wrong or unknown
 *
 * @example
 * ```ts
 * const inbox = poller({
 *   id: 'inbox',
 *   pauseMs: 1_000,
 *   jitter: 0.1,
 *   run: async ({ signal }) => store(await fetch(url, { signal })),
 * });
 * ```
 */
export function poller<A extends readonly unknown[] = readonly []>(options: PollerOptions<A>): Task<A> {
  const own = checkOptions('poller', options, CHECKS);
  const { pauseMs, jitter = 0, random = Math.random } = own;
  const run = async (context: Context, ...args: A): Promise<never> => {
    const { sleep, heartbeat, ready } = context;
    for (;;) {
      heartbeat();
      await own.run(context, ...args);
      idle(context);
      ready();
      await sleep(pauseMs * (1 + jitter * (2 * random() - 1)));
    }
  };
  return declare('task', own, CHECKS, { run }) as Task<A>;
}
