/**
 * The entries of one registry: by key, and by who has registered them.
 *
 * An entry belongs to an incarnation, not to the registry: it is found until that incarnation begins to end, keeps its
 * key from others until it has ended, and outlives a restart of the registry, which loses nothing by that.
 */
import type { Clock } from '../engine/clock.js';
import type { Incarnation } from '../engine/incarnation.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import { show } from '../spec/checks.js';

/** One incarnation that has entries. */
class Owner {
  readonly entries = new Map<unknown, Entry>();
  isLeaving = false;
  /** Calls off what it has asked its incarnation for. */
  release: () => void = () => {};

  constructor(readonly incarnation: Incarnation) {}
}

export class Entry {
  constructor(
    readonly owner: Owner,
    readonly key: unknown,
    public value: unknown,
  ) {}

  /** Is it to be found? Not from the moment at which its incarnation has failed, or is asked to stop. */
  get isFound(): boolean {
    return !this.owner.incarnation.isLeaving;
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Table {
  readonly path: string;
  readonly clock: Clock;
  readonly #forget: () => void;
  /** One that is alone under its key stands there by itself. */
  readonly #byKey = new Map<unknown, Entry | Set<Entry>>();
  readonly #byOwner = new Map<Incarnation, Owner>();
  #size = 0;
  /** Entries of incarnations that are on their way out. */
  #leaving = 0;
  #isUnique = false;
  /** Incarnations of the registry: two, while one takes the place of the other. */
  #openings = 0;
  readonly #waiting = new Map<unknown, Set<Waiter>>();

  /** @param forget - called when it is down and empty */
  constructor(path: string, clock: Clock, forget: () => void) {
    this.path = path;
    this.clock = clock;
    this.#forget = forget;
  }

  get isUp(): boolean {
    return this.#openings > 0;
  }

  /** Is nothing kept for anybody? */
  get isEmpty(): boolean {
    return this.#byOwner.size === 0 && this.#byKey.size === 0 && this.#size === 0 && this.#leaving === 0;
  }

  get count(): number {
    return this.#size - this.#leaving;
  }

  /** An incarnation of the registry has started. @throws `COPPICE_BAD_COMBINATION` if keys have to be unique that are not */
  open(isUnique: boolean): void {
    if (isUnique && !this.#isUnique) this.#checkUnique();
    this.#isUnique = isUnique;
    this.#openings++;
  }

  close(): void {
    this.#openings--;
    if (this.isUp) return;
    for (const waiters of this.#waiting.values()) for (const { reject } of waiters) reject(this.notRunning());
    this.#forgetIfEmpty();
  }

  /** The entries under a key that are to be found. */
  find(key: unknown): Entry[] {
    const bucket = this.#byKey.get(key);
    if (!bucket) return [];
    return bucket instanceof Entry ? (bucket.isFound ? [bucket] : []) : [...bucket].filter((e) => e.isFound);
  }

  /** The first of them. */
  findFirst(key: unknown): Entry | undefined {
    const bucket = this.#byKey.get(key);
    if (bucket instanceof Entry) return bucket.isFound ? bucket : undefined;
    for (const entry of bucket ?? []) if (entry.isFound) return entry;
    return undefined;
  }

  *keys(): IterableIterator<unknown> {
    for (const key of this.#byKey.keys()) if (this.findFirst(key)) yield key;
  }

  register(incarnation: Incarnation, key: unknown, value: unknown): void {
    if (incarnation.isLeaving) {
      throw incarnation.quitReason ?? coppiceError('COPPICE_ENDED', { path: incarnation.path });
    }
    const known = this.#byOwner.get(incarnation)?.entries.get(key);
    if (known) {
      known.value = value;
      return;
    }
    const bucket = this.#byKey.get(key);
    if (bucket && this.#isUnique) throw this.#taken(key, bucket);
    const owner = this.#ownerOf(incarnation);
    const entry = new Entry(owner, key, value);
    owner.entries.set(key, entry);
    if (bucket instanceof Set) bucket.add(entry);
    else this.#byKey.set(key, bucket ? new Set([bucket, entry]) : entry);
    this.#size++;
    for (const { resolve } of this.#waiting.get(key) ?? []) resolve();
  }

  unregister(incarnation: Incarnation, key: unknown): boolean {
    const owner = this.#byOwner.get(incarnation);
    const entry = owner?.entries.get(key);
    if (!owner || !entry) return false;
    owner.entries.delete(key);
    this.#remove(entry);
    if (owner.entries.size === 0) this.#drop(owner);
    return true;
  }

  ownKeys(incarnation: Incarnation): unknown[] {
    return [...(this.#byOwner.get(incarnation)?.entries.keys() ?? [])];
  }

  /** Resolves when somebody registers under the key. `quit` rejects earlier; returns how to call that off. */
  async wait(
    key: unknown,
    timeoutMs: number,
    leftMs: number,
    quitter: Incarnation | undefined,
  ): Promise<void> {
    const waiters = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiters);
    let waiter!: Waiter;
    const registered = new Promise<void>((resolve, reject) => {
      waiter = { resolve, reject };
    });
    waiters.add(waiter);
    const timeout = (): void => waiter.reject(this.notRegistered(key, ` within ${timeoutMs} ms`));
    const timer = timeoutMs === Infinity ? undefined : this.clock.setTimer(timeout, Math.max(0, leftMs));
    const stay = quitter?.onQuit(waiter.reject);
    try {
      await registered;
    } finally {
      stay?.();
      if (timer !== undefined) this.clock.clearTimer(timer);
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiting.get(key) === waiters) this.#waiting.delete(key);
    }
  }

  notRegistered(key: unknown, state = ''): CoppiceError {
    return coppiceError('COPPICE_NOT_REGISTERED', { path: this.path, key: show(key), state });
  }

  notRunning(): CoppiceError {
    return coppiceError('COPPICE_NOT_RUNNING', { path: this.path, state: '' });
  }

  #ownerOf(incarnation: Incarnation): Owner {
    const known = this.#byOwner.get(incarnation);
    if (known) return known;
    const owner = new Owner(incarnation);
    this.#byOwner.set(incarnation, owner);
    const stay = incarnation.onQuit(() => {
      owner.isLeaving = true;
      this.#leaving += owner.entries.size;
    });
    const unwatch = incarnation.onOver(() => {
      for (const entry of owner.entries.values()) this.#remove(entry);
      this.#drop(owner);
    });
    owner.release = () => {
      stay();
      unwatch();
    };
    return owner;
  }

  #remove(entry: Entry): void {
    const { key, owner } = entry;
    const bucket = this.#byKey.get(key);
    if (bucket instanceof Set && bucket.size > 1) bucket.delete(entry);
    else this.#byKey.delete(key);
    this.#size--;
    if (owner.isLeaving) this.#leaving--;
  }

  #drop(owner: Owner): void {
    owner.release();
    this.#byOwner.delete(owner.incarnation);
    this.#forgetIfEmpty();
  }

  #forgetIfEmpty(): void {
    if (!this.isUp && this.isEmpty) this.#forget();
  }

  #taken(key: unknown, bucket: Entry | Set<Entry>): CoppiceError {
    const { owner } = bucket instanceof Entry ? bucket : ([...bucket][0] as Entry);
    const { incarnation, isLeaving } = owner;
    const state = isLeaving || incarnation.isLeaving ? ', which is ending, but has not ended' : '';
    const details = { path: this.path, key: show(key), owner: incarnation.path, state };
    return coppiceError('COPPICE_KEY_TAKEN', details);
  }

  #checkUnique(): void {
    for (const [key, bucket] of this.#byKey) {
      if (bucket instanceof Entry || bucket.size === 1) continue;
      throw coppiceError('COPPICE_BAD_COMBINATION', {
        problem: `keys cannot be unique from now on: ${bucket.size} children are registered as ${show(key)}`,
        cure: 'give the new registry another id, or end those children first',
        path: this.path,
      });
    }
  }
}
