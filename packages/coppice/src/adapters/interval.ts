/** `interval`: something that is done at a steady pace. */
import { type Context, type Task, type WorkerOptions } from '@coppice/core';
import { idle } from '@coppice/core/kit';
import { type Checks, checkOptions, declare, durationAbove0, flag } from './options.js';
import { noMaxRunMs } from './rounds.js';

/** The options of {@link interval}. */
export interface IntervalOptions<A extends readonly unknown[] = readonly []>
  extends Omit<WorkerOptions, 'maxRunMs'> {
  /** Milliseconds from the start of a run to the start of the next one; above 0. */
  readonly everyMs: number;
  /** Whether the first run is at once instead of after `everyMs`; so also after a crash. Default: false. */
  readonly immediately?: boolean | undefined;
  /** Called for each run. When it throws, or its promise is rejected, the task has crashed. */
  run(context: Context, ...args: A): unknown;
}

const CHECKS: Checks = { everyMs: durationAbove0, immediately: flag, run: 'function', maxRunMs: noMaxRunMs };

/**
 * A task that calls `run` every `everyMs` milliseconds, counted from start to start. Runs never overlap: while one
 * takes longer than `everyMs`, the ticks that it misses are skipped, and the next run is at the next tick (10 ms of
 * work every 4 ms is done at 0, 12, 24, ...). Asked to stop, it ends between two runs; a run that is under way gets
 * `context.signal` and is waited for, at most `shutdownMs`.
 *
 * `context.end()` in a run ends the task by itself. A run that throws is a crash: `restart` says what follows.
 *
 * `staleAfterMs` is for a run that hangs: it may take so long, or longer if it calls `context.heartbeat()` in between;
 * the time between two runs does not count. With `awaitReady` the task is up when its first run has ended, or has
 * called `context.ready()`.
 *
 * @returns the declaration as frozen data
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError: an option is wrong or unknown
 *
 * @example
 * ```ts
 * const report = interval({ id: 'report', everyMs: 60_000, run: ({ use }) => use(db).report() });
 * ```
 */
export function interval<A extends readonly unknown[] = readonly []>(options: IntervalOptions<A>): Task<A> {
  const own = checkOptions('interval', options, CHECKS);
  const run = async (context: Context, ...args: A): Promise<void> => {
    const { sleep, heartbeat, ready } = context;
    idle(context);
    let isRunning = false;
    const nextTick = async (): Promise<void> => {
      do await sleep(own.everyMs);
      while (isRunning);
    };
    if (own.immediately !== true) await nextTick();
    for (;;) {
      const tick = nextTick();
      // It is rejected when the task ends, and then nobody may be waiting for it any more.
      tick.catch(() => {});
      isRunning = true;
      heartbeat();
      await own.run(context, ...args);
      idle(context);
      ready();
      isRunning = false;
      await tick;
    }
  };
  return declare('task', own, CHECKS, { run }) as Task<A>;
}
