/**
 * Events for a `for await` loop: what comes while the loop is busy waits in a buffer that is bounded, so that a slow
 * reader harms nobody. If it is full, the oldest one is dropped, and counted.
 */
import type { SupervisionEvent } from '../model/event.js';
import { Queue } from '../model/queue.js';

/** How to read events in a loop. */
export interface EventsOptions<N extends string = 'event'> {
  /** The name of the events to read. Default: `'event'`, which are all. */
  readonly name?: N | undefined;
  /** So many events wait for the loop at most; beyond that the oldest are dropped. Default: 1,024. */
  readonly buffer?: number | undefined;
  /** Ends the loop: it throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** Events to be read one after the other; a loop over it that is left unsubscribes. */
export interface EventStream<E = SupervisionEvent> extends AsyncIterableIterator<E> {
  /** How many events were dropped because the loop was too slow. (Each leaves a gap in `seq`.) */
  readonly dropped: number;
  /** Unsubscribes, without a loop. */
  [Symbol.asyncDispose](): Promise<void>;
  /** The same; a `for await` that is left calls it. */
  return(): Promise<IteratorResult<E>>;
}

export const DEFAULT_BUFFER = 1_024;

interface Waiting<E> {
  readonly resolve: (result: IteratorResult<E>) => void;
  readonly reject: (reason: unknown) => void;
}

export class BufferedEvents<E> implements EventStream<E> {
  dropped = 0;
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  readonly #buffer = new Queue<E>();
  readonly #waiting = new Queue<Waiting<E>>();
  #unsubscribe: (() => void) | undefined;
  #hasAborted = false;

  /** @param subscribe - begins to `push`, and to `end` with the tree; returns how to call that off */
  constructor(
    limit: number,
    signal: AbortSignal | undefined,
    subscribe: (stream: BufferedEvents<E>) => () => void,
  ) {
    this.#limit = limit;
    this.#signal = signal;
    if (signal?.aborted) this.#hasAborted = true;
    else {
      this.#unsubscribe = subscribe(this);
      signal?.addEventListener('abort', this.#abort);
    }
  }

  push(event: E): void {
    const waiting = this.#waiting.shift();
    if (waiting) return waiting.resolve({ value: event, done: false });
    if (this.#buffer.size === this.#limit) {
      this.#buffer.shift();
      this.dropped++;
    }
    this.#buffer.push(event);
  }

  /** No more events come; what is in the buffer can still be read. */
  end(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#signal?.removeEventListener('abort', this.#abort);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.resolve(DONE);
  }

  next(): Promise<IteratorResult<E>> {
    const value = this.#buffer.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#hasAborted) {
      // Once: whoever asks again is told that it is over.
      this.#hasAborted = false;
      return Promise.reject(this.#signal?.reason as Error);
    }
    if (this.#unsubscribe === undefined) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<E>> {
    this.#clear();
    this.#hasAborted = false;
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  readonly #abort = (): void => {
    this.#clear();
    const waiting = this.#waiting.shift();
    if (waiting) waiting.reject(this.#signal?.reason);
    else this.#hasAborted = true;
    this.end();
  };

  #clear(): void {
    while (this.#buffer.shift() !== undefined);
  }
}

const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };
