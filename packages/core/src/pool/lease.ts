/** One resource, lent to one borrower, until it is given back or ends. */
import type { Lease } from '../spec/pool-types.js';

export class LeaseOf<V> implements Lease<V> {
  readonly value: V;
  #giveBack: ((isUsable: boolean) => void) | undefined;
  #controller: AbortController | undefined = undefined;
  /** Why the resource has ended, in a box. */
  #lost: { readonly reason: unknown } | undefined = undefined;

  /** @param giveBack - called once, unless the resource ends before */
  constructor(value: V, giveBack: (isUsable: boolean) => void) {
    this.value = value;
    this.#giveBack = giveBack;
  }

  get isOpen(): boolean {
    return this.#giveBack !== undefined;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#lost) this.#controller.abort(this.#lost.reason);
    }
    return this.#controller.signal;
  }

  release(): void {
    this.#end(true);
  }

  discard(): void {
    this.#end(false);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** The resource has ended: there is nothing to give back. */
  void(reason: unknown): void {
    this.#giveBack = undefined;
    this.#lost = { reason };
    this.#controller?.abort(reason);
  }

  #end(isUsable: boolean): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    giveBack?.(isUsable);
  }
}
