/** The last so many of something; takes room only for what is there. */
export class Ring<T> {
  readonly #most: number;
  readonly #items: T[] = [];
  /** Where the oldest one is, once it is full. */
  #head = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get last(): T | undefined {
    return this.#items.at(this.#head - 1);
  }

  push(item: T): void {
    if (this.#items.length < this.#most) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#head] = item;
    this.#head = (this.#head + 1) % this.#most;
  }

  findLast(holds: (item: T) => boolean): T | undefined {
    for (let i = this.#items.length - 1; i >= 0; i--) {
      const item = this.#items[(this.#head + i) % this.#items.length] as T;
      if (holds(item)) return item;
    }
    return undefined;
  }

  /** The oldest one first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#head), ...this.#items.slice(0, this.#head)];
  }
}
