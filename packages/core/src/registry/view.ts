/** What a registry looks like to those who use it: from outside of the tree, or as one of its children. */
import type { Incarnation } from '../engine/incarnation.js';
import { timeoutOf } from '../engine/readiness.js';
import type { Tree } from '../engine/tree.js';
import { coppiceError } from '../model/errors.js';
import { show } from '../spec/checks.js';
import type { LinkedDuplicateRegistry, LinkedUniqueRegistry, RegistryEntry } from '../spec/registry-types.js';
import type { WhenReadyOptions } from '../spec/types.js';
import { tableAt } from './tables.js';
import type { Entry, Table } from './table.js';

/** It finds the registry at its place anew each time, and so stays valid when that is started again. */
abstract class RegistryView<V, K> {
  readonly #tree: Tree;
  readonly #path: string;
  readonly #caller: Incarnation | undefined;

  constructor(tree: Tree, path: string, caller?: Incarnation) {
    this.#tree = tree;
    this.#path = path;
    this.#caller = caller;
  }

  count(): number {
    return this.table.count;
  }

  keys(): IterableIterator<K> {
    return this.table.keys() as IterableIterator<K>;
  }

  register(key: K, value?: V): void {
    this.table.register(this.#self('register'), key, value);
  }

  unregister(key: K): boolean {
    return this.table.unregister(this.#self('unregister'), key);
  }

  ownKeys(): K[] {
    return this.table.ownKeys(this.#self('ownKeys')) as K[];
  }

  protected get table(): Table {
    const table = tableAt(this.#tree, this.#path);
    if (table?.isUp) return table;
    throw coppiceError('COPPICE_NOT_RUNNING', { path: this.#path, state: '' });
  }

  protected async wait(key: K, options: WhenReadyOptions): Promise<V> {
    const timeoutMs = timeoutOf(options, 'whenRegistered');
    const { clock } = this.#tree;
    const startedAt = clock.now();
    const caller = this.#caller;
    for (;;) {
      if (caller?.quitReason !== undefined) throw caller.quitReason;
      const { table } = this;
      const entry = table.findFirst(key);
      if (entry) return entry.value as V;
      await table.wait(key, timeoutMs, startedAt + timeoutMs - clock.now(), caller);
    }
  }

  /** Only the types keep those outside from calling what is for children. */
  #self(call: string): Incarnation {
    if (this.#caller) return this.#caller;
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call,
      expected: 'a child to register: use(registry) of its context',
      got: 'a handle',
    });
  }
}

export class UniqueView<V, K> extends RegistryView<V, K> implements LinkedUniqueRegistry<V, K> {
  use(key: K): V {
    const { table } = this;
    const entry = table.findFirst(key);
    if (entry) return entry.value as V;
    throw table.notRegistered(key);
  }

  lookup(key: K): RegistryEntry<V, K> | undefined {
    const entry = this.table.findFirst(key);
    return entry && shown<V, K>(entry);
  }

  whenRegistered(key: K, options: WhenReadyOptions = {}): Promise<V> {
    return this.wait(key, options);
  }
}

export class DuplicateView<V, K> extends RegistryView<V, K> implements LinkedDuplicateRegistry<V, K> {
  lookup(key: K): RegistryEntry<V, K>[] {
    return this.table.find(key).map((entry) => shown<V, K>(entry));
  }

  dispatch(key: K, call: (value: V, entry: RegistryEntry<V, K>) => void): number {
    if (typeof call !== 'function') {
      const got = show(call);
      throw coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'dispatch', expected: 'a function', got });
    }
    const errors: unknown[] = [];
    let count = 0;
    for (const entry of this.table.find(key)) {
      // A call before it may have ended this one.
      if (!entry.isFound) continue;
      count++;
      try {
        call(entry.value as V, shown<V, K>(entry));
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 0) return count;
    if (errors.length === 1) throw errors[0];
    throw new AggregateError(errors, `${errors.length} of ${count} calls for ${show(key)} have failed`);
  }
}

const shown = <V, K>({ key, value, owner: { incarnation } }: Entry): RegistryEntry<V, K> => ({
  key: key as K,
  value: value as V,
  path: incarnation.path,
  incarnation: incarnation.incarnation,
});
