/** What a user declares, gets and calls where children are found by keys. */
import type { ChildOptions, Service, WhenReadyOptions } from './types.js';
import type { Views } from './view-types.js';

/** A registry. */
export interface RegistryOptions<Keys extends 'unique' | 'duplicate'> extends ChildOptions {
  /** `unique`: a key belongs to one child at a time. `duplicate`: any number of children can have it. */
  readonly keys: Keys;
}

/** One child under one key. */
export interface RegistryEntry<V, K> {
  /** The key. */
  readonly key: K;
  /** What the child has registered. */
  readonly value: V;
  /** The child: ids from the root down, joined by `/`. */
  readonly path: string;
  /** Which of its incarnations. */
  readonly incarnation: number;
}

/** What registries of both kinds can do. It stays valid when the registry is started again. */
export interface AnyRegistry<K> {
  /** How many entries there are. O(1); one that has failed in this very turn may still be counted. */
  count(): number;
  /** The keys under which somebody is found, one after the other, each once. What comes meanwhile may be left out. */
  keys(): IterableIterator<K>;
}

/** A registry in which a key belongs to one child at a time. */
export interface UniqueRegistry<V, K> extends AnyRegistry<K> {
  /**
   * The value under a key. O(1). Ask each time it is needed: after a restart of the child there is a new one.
   *
   * @throws NotRunningError `COPPICE_NOT_REGISTERED` if nobody has it now; `COPPICE_NOT_RUNNING` if the registry is down
   */
  use(key: K): V;
  /** The entry under a key; undefined if nobody has it now. O(1). @throws `COPPICE_NOT_RUNNING` */
  lookup(key: K): RegistryEntry<V, K> | undefined;
  /**
   * The value under a key, as soon as somebody has it. In a child it rejects when that has to end before.
   *
   * @throws NotRunningError `COPPICE_NOT_REGISTERED` if that takes longer than `timeoutMs` (default: no limit);
   * `COPPICE_NOT_RUNNING` if the registry is down, or goes down meanwhile
   */
  whenRegistered(key: K, options?: WhenReadyOptions): Promise<V>;
}

/** A registry in which any number of children can have a key. */
export interface DuplicateRegistry<V, K> extends AnyRegistry<K> {
  /** The entries under a key, in the order in which they came. @throws `COPPICE_NOT_RUNNING` */
  lookup(key: K): RegistryEntry<V, K>[];
  /**
   * Calls a function for each entry under a key, and says for how many. Those that come meanwhile are left out,
   * and those that go. One call that throws does not keep the others from being made.
   *
   * @throws what a call has thrown, when all are made; an AggregateError if several have. `COPPICE_NOT_RUNNING`
   */
  dispatch(key: K, call: (value: V, entry: RegistryEntry<V, K>) => void): number;
}

/** What a child can do besides: `use(registry)` in its code. */
export interface LinkedRegistry<V, K> {
  /**
   * Registers this incarnation under a key. It is found from now on; not any more as soon as it has to end, for
   * whatever reason. The key is free again when it has ended. Again under the same key: another value.
   *
   * @throws CommandError `COPPICE_KEY_TAKEN` if another child has the key; `COPPICE_NOT_RUNNING` if the registry is
   * down; the reason of its `signal` if this incarnation has to end
   */
  register(...entry: undefined extends V ? [key: K, value?: V] : [key: K, value: V]): void;
  /** Takes the entry of this incarnation under a key back; false if there was none. */
  unregister(key: K): boolean;
  /** The keys of this incarnation. */
  ownKeys(): K[];
}

/** What `use` gives a child of a registry with unique keys: it can register. */
export interface LinkedUniqueRegistry<V, K> extends UniqueRegistry<V, K>, LinkedRegistry<V, K> {}
/** What `use` gives a child of a registry with duplicate keys: it can register. */
export interface LinkedDuplicateRegistry<V, K> extends DuplicateRegistry<V, K>, LinkedRegistry<V, K> {}

/** A declared registry with unique keys: a service, whose value depends on who asks. */
export interface UniqueRegistrySpec<V, K>
  extends Service<UniqueRegistry<V, K>>,
    Views<UniqueRegistry<V, K>, LinkedUniqueRegistry<V, K>> {}

/** A declared registry with duplicate keys: a service, whose value depends on who asks. */
export interface DuplicateRegistrySpec<V, K>
  extends Service<DuplicateRegistry<V, K>>,
    Views<DuplicateRegistry<V, K>, LinkedDuplicateRegistry<V, K>> {}
