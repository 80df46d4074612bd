/** Where the items of a stream come from: one at a time, at once or later; closed once, whatever happens. */

type Taken<T> = IteratorResult<T, unknown>;

export class ItemSource<T> {
  readonly #items: Iterable<T> | AsyncIterable<T>;
  #iterator: Iterator<T> | AsyncIterator<T> | undefined = undefined;
  #isEnded = false;
  #isTaking = false;

  constructor(items: Iterable<T> | AsyncIterable<T>) {
    this.#items = items;
  }

  /** The next item, or the end. @throws, or rejects with, what the iterator throws: that is its end, too */
  take(): Taken<T> | Promise<Taken<T>> {
    try {
      const taken = (this.#iterator ??= iteratorOf(this.#items)).next();
      if (!isPromise(taken)) return this.#took(taken);
      this.#isTaking = true;
      return Promise.resolve(taken).then(
        (result) => this.#took(result),
        (error: unknown) => {
          this.#isEnded = true;
          throw error;
        },
      );
    } catch (error) {
      this.#isEnded = true;
      throw error;
    }
  }

  #took(taken: Taken<T>): Taken<T> {
    this.#isTaking = false;
    if (taken.done === true) this.#isEnded = true;
    return taken;
  }

  /**
   * No more items are wanted. Resolves when the iterator has cleaned up; if it is busy with the next item, which
   * may never come, it is told and not waited for.
   */
  close(): Promise<unknown> | undefined {
    if (this.#isEnded || !this.#iterator) return undefined;
    this.#isEnded = true;
    try {
      const closing: unknown = this.#iterator.return?.();
      if (!isPromise(closing)) return undefined;
      if (!this.#isTaking) return Promise.resolve(closing);
      Promise.resolve(closing).catch(() => {});
      return undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  const { [Symbol.asyncIterator]: later } = items as Partial<AsyncIterable<T>>;
  return later ? later.call(items) : (items as Iterable<T>)[Symbol.iterator]();
}

const isPromise = <V>(value: V | PromiseLike<V>): value is PromiseLike<V> =>
  typeof (value as Partial<PromiseLike<V>> | undefined)?.then === 'function';
