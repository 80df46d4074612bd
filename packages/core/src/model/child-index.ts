/**
 * Finds the children of one supervisor by their ids. Those that it has named itself are found by the number in that id,
 * in pages of 64: numbers come one after the other, so that nothing is hashed, and what is gone leaves at most the rest
 * of a page. All others stand in a map.
 */
import type { Child } from './child.js';

const PAGE = 64;

interface Page {
  /** The number of its first place. */
  readonly from: number;
  readonly places: (Child | undefined)[];
  held: number;
}

export class ChildIndex {
  readonly #others = new Map<string, Child>();
  readonly #pages = new Map<number, Page>();
  /** The page of the last number: it stays, though it may be empty, as the next one goes there. */
  #last: Page | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: string): Child | undefined {
    return this.#others.get(id) ?? this.#getByNumber(id);
  }

  #getByNumber(id: string): Child | undefined {
    if (this.#last === undefined) return undefined;
    const number = Number(id.slice(id.lastIndexOf('#') + 1));
    const child = this.#at(number);
    return child?.id === id ? child : undefined;
  }

  /** Is there one that somebody else than its supervisor has named? */
  get hasOthers(): boolean {
    return this.#others.size > 0;
  }

  /** Is it this very record that is found under its id, and not another? */
  holds(child: Child): boolean {
    const { number } = child;
    return (number === 0 ? this.#others.get(child.id) : this.#at(number)) === child;
  }

  add(child: Child): void {
    this.#size++;
    const { number } = child;
    if (number === 0) {
      this.#others.set(child.id, child);
      return;
    }
    const page = this.#last && number - this.#last.from < PAGE ? this.#last : this.#newPage(number);
    page.places[number % PAGE] = child;
    page.held++;
  }

  delete(child: Child): void {
    this.#size--;
    const { number } = child;
    const page = number === 0 ? undefined : this.#pageOf(number);
    if (!page) {
      this.#others.delete(child.id);
      return;
    }
    page.places[number % PAGE] = undefined;
    page.held--;
    this.#dropIfEmpty(page);
  }

  /** Another record is found in the place of one that was. */
  replace(old: Child, by: Child): void {
    const page = old.number === 0 ? undefined : this.#pageOf(old.number);
    if (page) page.places[old.number % PAGE] = by;
    else this.#others.set(old.id, by);
  }

  #at(number: number): Child | undefined {
    return this.#pageOf(number)?.places[number % PAGE];
  }

  #pageOf(number: number): Page | undefined {
    return this.#pages.get(number - (number % PAGE));
  }

  #newPage(number: number): Page {
    const full = this.#last;
    const page = {
      from: number - (number % PAGE),
      places: new Array<undefined>(PAGE).fill(undefined),
      held: 0,
    };
    this.#last = page;
    this.#pages.set(page.from, page);
    if (full) this.#dropIfEmpty(full);
    return page;
  }

  #dropIfEmpty(page: Page): void {
    if (page.held === 0 && page !== this.#last) this.#pages.delete(page.from);
  }
}
