/** `consume`: something is done with each item of a stream, a queue, a list. */
import { type Context, type Task, type WorkerOptions } from '@coppice/core';
import { idle, isAbortOf, show } from '@coppice/core/kit';
import { OptionError } from '../shared/option-error.js';
import { type Check, type Checks, checkOptions, declare } from './options.js';
import { Turns } from './turns.js';

/** What items come from: anything that `for await` takes, a Node stream, a web stream. */
export type ItemSource<T> = AsyncIterable<T> | Iterable<T> | ReadableStreamLike<T>;

/** A web ReadableStream, by what is used of it. */
export interface ReadableStreamLike<T> {
  /** The reader by which its items are taken, and by which it is cancelled. */
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** The options of {@link consume}. */
export interface ConsumeOptions<T, A extends readonly unknown[] = readonly []> extends WorkerOptions {
  /** Called for each incarnation. What waits for items in it should end with `context.signal`. */
  source(context: Context, ...args: A): ItemSource<T> | Promise<ItemSource<T>>;
  /** Called with each item. When it throws, or its promise is rejected, the task has crashed. */
  each(item: T, context: Context): unknown;
  /** So many items are worked on at once at most; no more are taken in. With 1, in order. Default: 1. */
  readonly concurrency?: number | undefined;
}

const limit: Check = {
  expected: 'a whole number from 1, or Infinity',
  holds: (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1),
  optional: true,
};

const CHECKS: Checks = { source: 'factory', each: 'function', concurrency: limit };

/**
 * A task that calls `each` with every item of `source`. An error of the source or of `each` is a crash; what is being
 * worked on then is waited for, at most `shutdownMs`, before the next incarnation starts.
 *
 * Asked to stop, it takes no more items, calls the iterator's `return()` (and destroys a Node stream, cancels a web
 * stream), and waits for the items that are being worked on. An item that has been taken is worked on.
 *
 * When the source is at its end, the task has ended normally. A `permanent` one, which is the default, is then started
 * again and reads its source anew, and that counts as a restart: give a source that has an end `restart: 'transient'`.
 *
 * `staleAfterMs` is for items that hang: while items are in hand, so long may pass until the next one is done or comes
 * in, or until `each` calls `context.heartbeat()`; waiting for items does not count. With `awaitReady` the task is up
 * when `source` has returned, or has called `context.ready()`.
 *
 * @returns the declaration as frozen data
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError: an option is wrong or unknown
 *
 * @example
 * ```ts
 * const orders = consume({
 *   id: 'orders',
 *   source: ({ signal, use }) => use(queue).messages({ signal }),
 *   each: (message, { use }) => use(db).save(message),
 *   concurrency: 4,
 * });
 * ```
 */
export function consume<T, A extends readonly unknown[] = readonly []>(
  options: ConsumeOptions<T, A>,
): Task<A> {
  const own = checkOptions('consume', options, CHECKS);
  const run = async (context: Context, ...args: A): Promise<void> => {
    const { signal, fail, heartbeat, ready } = context;
    const source = await own.source(context, ...args);
    const items = open(source, context.path);
    ready();
    const busy = new Set<Promise<void>>();
    let isOver: boolean = signal.aborted;
    let isTaking = false;
    let isDone = false;
    let cut: Promise<unknown> | undefined;
    const turns = new Turns();

    const work = async (item: T): Promise<void> => {
      try {
        await own.each(item, context);
      } catch (error) {
        isOver = true;
        // What `each` leaves off because it was asked to is no failure; of several failures the first one counts.
        if (!signal.aborted || !isAbortOf(signal.reason as Error, error)) fail(error);
      }
    };
    const stop = (): void => {
      isOver = true;
      // Only a `next()` that waits has to be cut short; otherwise the iterator is closed after the last item.
      if (!isTaking) return;
      cut = items.cut();
      cut.catch(() => {}); // waited for below, unless the source fails
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!isOver) {
        isTaking = true;
        if (busy.size === 0) idle(context);
        const { done, value } = await items.next();
        isTaking = false;
        isDone = done === true;
        heartbeat();
        if (isDone) break;
        const working = work(value as T).finally(() => {
          busy.delete(working);
          heartbeat();
          // Nothing is in hand while the next item is waited for.
          if (isTaking && busy.size === 0) idle(context);
        });
        busy.add(working);
        if (busy.size >= (own.concurrency ?? 1)) await Promise.race(busy);
        // A source that always has a next item would otherwise keep everything else from running.
        await turns.give();
      }
    } catch (error) {
      // The error that a stream makes of being destroyed here is none.
      if (cut && isPremature(error)) return void (await Promise.all(busy));
      if (signal.aborted) throw error;
      // Told before the work in hand is waited for, so that it is asked to stop, and has to do so in time.
      isDone = true;
      fail(error);
    }
    await Promise.all(busy);
    await (cut ?? (isDone ? undefined : items.close()));
  };
  return declare('task', own, CHECKS, { run }) as Task<A>;
}

interface Items<T> {
  next(): Promise<{ done?: boolean | undefined; value?: T | undefined }>;
  /** Closes it between two items. */
  close(): Promise<unknown>;
  /** Closes it while `next()` waits. */
  cut(): Promise<unknown>;
}

function open<T>(source: ItemSource<T>, path: string): Items<T> {
  const given = source as Partial<AsyncIterable<T> & Iterable<T> & ReadableStreamLike<T>> & {
    destroy?: () => unknown;
  };
  // A reader can be cancelled while it reads; the iterator of a web stream cannot.
  if (typeof given?.getReader === 'function') {
    const reader = given.getReader();
    return { next: () => reader.read(), close: () => reader.cancel(), cut: () => reader.cancel() };
  }
  const iterator = given?.[Symbol.asyncIterator]?.() ?? given?.[Symbol.iterator]?.();
  if (iterator === undefined) {
    throw new OptionError({
      key: 'source',
      of: 'consume()',
      expected: 'an iterable or a stream',
      got: show(source),
      isResult: true,
      path,
    });
  }
  const close = async (): Promise<unknown> => iterator.return?.();
  return {
    next: async () => iterator.next(),
    close,
    cut: () => {
      // The iterator of a Node stream is a generator: its `return()` waits for the `next()` that is to be cut short.
      if (typeof given.destroy === 'function') given.destroy();
      return close();
    },
  };
}

const isPremature = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
