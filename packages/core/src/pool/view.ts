/** What a pool looks like to those who borrow: from outside of the tree, or as one of its children. */
import type { Incarnation } from '../engine/incarnation.js';
import type { Tree } from '../engine/tree.js';
import { coppiceError } from '../model/errors.js';
import { checkOptions, checkSignal, show } from '../spec/checks.js';
import type { CheckoutOptions, Lease, Pool, PoolCounts } from '../spec/pool-types.js';
import type { Desk } from './desk.js';
import { deskAt } from './desks.js';

/** It finds the pool at its place anew each time, and so stays valid when that is started again. */
export class PoolView<V> implements Pool<V> {
  readonly #tree: Tree;
  readonly #path: string;
  readonly #caller: Incarnation | undefined;

  constructor(tree: Tree, path: string, caller: Incarnation | undefined) {
    this.#tree = tree;
    this.#path = path;
    this.#caller = caller;
  }

  async checkout(options: CheckoutOptions = {}): Promise<Lease<V>> {
    return this.#borrow('checkout', options);
  }

  async withResource<R>(
    fn: (value: V, lease: Lease<V>) => R | PromiseLike<R>,
    options: CheckoutOptions = {},
  ): Promise<R> {
    if (typeof fn !== 'function') {
      const expected = 'a function, which is called with the resource';
      throw coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'withResource', expected, got: show(fn) });
    }
    const lease = await this.#borrow('withResource', options);
    try {
      return await fn(lease.value, lease);
    } finally {
      lease.release();
    }
  }

  counts(): PoolCounts {
    return this.#desk.counts;
  }

  #borrow(call: string, options: CheckoutOptions): Promise<Lease<V>> {
    const { timeoutMs = Infinity, signal } = checkOptions(call, options, ['timeoutMs', 'signal']);
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
      const expected = 'timeoutMs: a number of milliseconds, 0 or more';
      throw coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected, got: show(timeoutMs) });
    }
    checkSignal(call, signal);
    return this.#desk.checkout({ timeoutMs, ...(signal && { signal }) }, this.#caller) as Promise<Lease<V>>;
  }

  get #desk(): Desk {
    const desk = deskAt(this.#tree, this.#path);
    if (desk?.isOpen) return desk;
    throw coppiceError('COPPICE_NOT_RUNNING', { path: this.#path, state: '' });
  }
}
