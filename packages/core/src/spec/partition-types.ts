/** What a user declares and gets where one declaration runs several times, and keys say which of them is meant. */
import type { DynamicChildren } from './dynamic-types.js';
import type { LinkedTaskRunner, TaskSupervisorSpec } from './task-types.js';
import type {
  ChildSpec,
  DynamicSupervisorSpec,
  Service,
  SupervisorOptions,
  SupervisorSpec,
  WhenReadyOptions,
} from './types.js';
import type { Views } from './view-types.js';

/** What is routed by: a number counts as its decimal text, so that 7 and '7' go to the same partition. */
export type PartitionKey = string | number;

/** A supervisor of partitions. */
export interface PartitionSupervisorOptions<C extends ChildSpec> extends Omit<SupervisorOptions, 'children'> {
  /** How many, a whole number, 1 to 100,000. It can be changed while they run: `resize`. */
  readonly partitions: number;
  /**
   * What runs in each of them: a service, a dynamic supervisor, ... or a function that makes it from the number of
   * the partition (from 0). Each is called by its id and its number: `sessions#0`.
   */
  readonly child: C | ((partition: number) => C);
}

/** Present in the type of a partition supervisor: what each partition is. */
declare const each: unique symbol;

/** A declared partition supervisor as data; `partitionSupervisor()` gives it `start` and `handle`. */
export interface PartitionSupervisorSpec<C extends ChildSpec = ChildSpec>
  extends SupervisorSpec,
    Views<Partitions<PartitionValue<C>>, Partitions<LinkedPartitionValue<C>>> {
  /** In the types only: what runs in each partition. */
  readonly [each]: C;
}

/** Which partition a key belongs to. */
export interface PartitionRouter {
  /** How many there are now. */
  readonly partitions: number;
  /** The number of the partition that a key belongs to, from 0. The same for the same key, in each process, for ever. */
  partitionOf(key: PartitionKey): number;
}

/** What `use` gives of a partition supervisor whose partitions have a value: of services, registries, pools. */
export interface Partitions<T> extends PartitionRouter {
  /**
   * What the partition of a key has, as `use` gives it of a child. Ask each time it is needed.
   *
   * @throws NotRunningError `COPPICE_NOT_RUNNING` if that partition is down
   */
  for(key: PartitionKey): T;
  /** The same, but waits until it is up. @throws NotRunningError `COPPICE_NOT_READY` */
  whenReady(key: PartitionKey, options?: WhenReadyOptions): Promise<T>;
}

/** What `use` of a handle gives of one partition, by what runs in it. */
export type PartitionValue<C> =
  C extends Views<infer O, unknown>
    ? O
    : C extends TaskSupervisorSpec
      ? never
      : C extends DynamicSupervisorSpec<infer A>
        ? DynamicChildren<A>
        : C extends Service<infer V>
          ? V
          : never;

/** What `use` of a child gives of one partition, by what runs in it. */
export type LinkedPartitionValue<C> =
  C extends Views<unknown, infer I>
    ? I
    : C extends TaskSupervisorSpec
      ? LinkedTaskRunner
      : C extends DynamicSupervisorSpec<infer A>
        ? DynamicChildren<A>
        : C extends Service<infer V>
          ? V
          : never;
