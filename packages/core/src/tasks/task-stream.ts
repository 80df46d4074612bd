/**
 * The results of tasks that are run for items, as an iterator that is read at the reader's pace.
 *
 * A slot is an item that was taken from the source and whose result was not handed out: in the order of the
 * items, or, if the stream is unordered, of the results. There are never more than `concurrency` slots, nor more
 * tasks that live. The tail says how the stream ends, when there is nothing before it any more and all tasks are
 * down: with the source, or with the failure that has cut off all that would have come after it.
 *
 * Tasks settle inside a step of the tree. What follows from that is done in a microtask, so that neither the
 * code of the source nor that of the reader is run in there.
 */
import { Queue } from '../model/queue.js';
import { ItemSource } from './item-source.js';
import type { Job, JobWatcher, SettledBy } from './job.js';
import type { StreamOptions } from './options.js';

/** What a stream needs of whoever it belongs to. */
export interface StreamHost<T> {
  /** Starts the task of an item. @throws if there is no supervisor to start it */
  start(item: T, watcher: JobWatcher): Job;
  throwIfAborted(): void;
  /** Calls `quit` when the stream is not wanted any more; returns what takes that back. */
  whenQuits(quit: (reason: unknown) => void): () => void;
}

interface Slot {
  job: Job | undefined;
  state: 'working' | 'ready' | 'skipped' | 'void';
  value: unknown;
}

/** How it ends: with an error, in a box, or without. */
interface Tail {
  readonly failure?: { readonly error: unknown };
}

interface Request {
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

const DONE: IteratorResult<unknown> = Object.freeze({ done: true, value: undefined });

export class TaskStream<T> implements AsyncIterableIterator<unknown> {
  readonly #source: ItemSource<T>;
  readonly #options: StreamOptions;
  readonly #host: StreamHost<T>;
  readonly #isOrdered: boolean;
  #slots: Slot[] = [];
  /** Slots of tasks that are not down. */
  readonly #live = new Set<Slot>();
  /** How many are being worked on, for a result that is wanted. */
  #working = 0;
  readonly #requests = new Queue<Request>();
  #tail: Tail | undefined = undefined;
  #isTaking = false;
  #isClosing = false;
  #closeFailure: Tail['failure'] = undefined;
  #hasBegun = false;
  #hasLeft = false;
  #isOver = false;
  #isDue = false;
  #release: () => void = () => {};
  #whenOver: (() => void)[] = [];

  constructor(items: Iterable<T> | AsyncIterable<T>, options: StreamOptions, host: StreamHost<T>) {
    this.#source = new ItemSource(items);
    this.#options = options;
    this.#host = host;
    this.#isOrdered = options.ordered ?? true;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#requests.push({ resolve, reject });
      if (!this.#hasBegun) this.#begin();
      this.#turn();
    });
  }

  /** The reader has enough: all that is under way is stopped, and waited for. */
  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    if (!this.#isOver) {
      this.#hasLeft = true;
      this.#endWith({});
      await new Promise<void>((resolve) => {
        this.#whenOver.push(resolve);
        this.#turn();
      });
      if (this.#closeFailure) throw this.#closeFailure.error;
    }
    return { done: true, value };
  }

  #begin(): void {
    this.#hasBegun = true;
    try {
      this.#host.throwIfAborted();
    } catch (error) {
      return this.#endWith({ failure: { error } });
    }
    this.#release = this.#host.whenQuits((error) => {
      this.#endWith({ failure: { error } });
      this.#turnSoon();
    });
  }

  // --- the order of things ---

  #turnSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#turn();
    });
  }

  /** Hands out what is there, takes what there is room for, and ends when it is time. */
  #turn(): void {
    if (this.#isOver) return;
    this.#handOut();
    if (this.#tail) this.#close();
    else this.#fill();
    this.#handOut();
    const isLast = this.#tail && this.#slots.length === 0 && this.#working === 0;
    const isDown = this.#live.size === 0 && !this.#isClosing;
    if (isLast && isDown && (this.#requests.size > 0 || this.#hasLeft)) this.#finish(this.#tail as Tail);
  }

  #handOut(): void {
    for (let head = this.#slots[0]; head && head.state !== 'working'; head = this.#slots[0]) {
      if (head.state === 'ready') {
        const request = this.#requests.shift();
        if (!request) return;
        request.resolve({ done: false, value: head.value });
      }
      this.#slots.shift();
    }
  }

  #fill(): void {
    while (!this.#tail && !this.#isTaking && this.#hasRoom()) {
      try {
        const taken = this.#source.take();
        if (taken instanceof Promise) return this.#await(taken);
        this.#took(taken);
      } catch (error) {
        this.#tail = { failure: { error } };
      }
    }
  }

  #hasRoom(): boolean {
    const { concurrency } = this.#options;
    const open = this.#slots.length + (this.#isOrdered ? 0 : this.#working);
    return open < concurrency && this.#live.size < concurrency;
  }

  #await(taken: Promise<IteratorResult<T, unknown>>): void {
    this.#isTaking = true;
    taken
      .then(
        (result) => this.#took(result),
        (error: unknown) => void (this.#tail ??= { failure: { error } }),
      )
      .finally(() => {
        this.#isTaking = false;
        this.#turn();
      });
  }

  #took({ done, value }: IteratorResult<T, unknown>): void {
    // It may have been cut off while this item was on its way.
    if (this.#tail) return;
    if (done === true) this.#tail = {};
    else this.#startTask(value);
  }

  // --- the tasks ---

  #startTask(item: T): void {
    const slot: Slot = { job: undefined, state: 'working', value: undefined };
    if (this.#isOrdered) this.#slots.push(slot);
    this.#live.add(slot);
    this.#working++;
    const gone = (): void => {
      this.#live.delete(slot);
      this.#turnSoon();
    };
    try {
      slot.job = this.#host.start(item, { settled: (outcome, by) => this.#settled(slot, outcome, by), gone });
      if (isVoid(slot)) slot.job.cancel(undefined);
    } catch (reason) {
      this.#settled(slot, { status: 'rejected', reason }, 'refused');
      gone();
    }
  }

  #settled(slot: Slot, outcome: PromiseSettledResult<unknown>, by: SettledBy): void {
    if (slot.state !== 'working') return;
    const { settled, onTimeout } = this.#options;
    this.#turnSoon();
    if (outcome.status === 'rejected') {
      if (by === 'timeout' && onTimeout === 'skip') return this.#put(slot, 'skipped');
      // Where nothing can be started, nothing more will come.
      if (!settled || by === 'refused') return this.#endWith({ failure: { error: outcome.reason } }, slot);
    }
    slot.value = settled ? outcome : (outcome as PromiseFulfilledResult<unknown>).value;
    this.#put(slot, 'ready');
  }

  #put(slot: Slot, state: 'ready' | 'skipped'): void {
    slot.state = state;
    this.#working--;
    if (!this.#isOrdered && state === 'ready') this.#slots.push(slot);
  }

  // --- the end ---

  /** Cuts off all that comes at a slot, or after it; without a slot all that there is. */
  #endWith(tail: Tail, at?: Slot): void {
    this.#tail = tail;
    const keep = at === undefined ? 0 : this.#isOrdered ? this.#slots.indexOf(at) : this.#slots.length;
    const cut = new Set(this.#slots.splice(keep));
    for (const slot of this.#live) if (!this.#isOrdered || at === undefined) cut.add(slot);
    for (const slot of cut) {
      if (slot.state === 'working') this.#working--;
      slot.state = 'void';
    }
    for (const { job } of cut) job?.cancel(undefined);
  }

  #close(): void {
    if (this.#isClosing) return;
    const closing = this.#source.close();
    if (!closing) return;
    this.#isClosing = true;
    closing
      .catch((error: unknown) => void (this.#closeFailure = { error }))
      .finally(() => {
        this.#isClosing = false;
        this.#turn();
      });
  }

  #finish({ failure }: Tail): void {
    this.#isOver = true;
    this.#release();
    const first = this.#requests.shift();
    if (failure && first) first.reject(failure.error);
    else first?.resolve(DONE);
    for (let next = this.#requests.shift(); next; next = this.#requests.shift()) next.resolve(DONE);
    for (const resolve of this.#whenOver) resolve();
    this.#whenOver = [];
  }
}

/** Others may have changed it meanwhile. */
const isVoid = ({ state }: Slot): boolean => state === 'void';
