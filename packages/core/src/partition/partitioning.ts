/** What makes a supervisor one of partitions: its children are made from one declaration, by their numbers. */
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { viewOf } from '../engine/views.js';
import { coppiceError } from '../model/errors.js';
import { isSupervisorKind } from '../model/policy.js';
import { show } from '../spec/checks.js';
import type { PartitionKey } from '../spec/partition-types.js';
import type { ChildSpec, Service, SupervisorSpec } from '../spec/types.js';
import { completeChild } from '../spec/validate.js';
import { isTaskSupervisor } from '../tasks/job.js';
import { partitionOf } from './hash.js';

/** By each partition's declaration: also copies of the supervisor's declaration have these. */
const partitionings = new WeakMap<object, Partitioning>();

export class Partitioning {
  readonly #path: string;
  readonly #child: unknown;
  readonly #made: ChildSpec[] = [];

  /** @param path - of the supervisor, as far as it is known where it is declared */
  constructor(path: string, child: unknown) {
    this.#path = path;
    this.#child = child;
  }

  /** The declarations of the first partitions: the same ones each time, so that what runs can stay. */
  specs(count: number): ChildSpec[] {
    for (let partition = this.#made.length; partition < count; partition++) {
      const child = this.#child;
      const given: unknown =
        typeof child === 'function' ? (child as (partition: number) => unknown)(partition) : child;
      // What is none is refused as such, with its place.
      const one = completeChild(given, this.#path);
      const spec = completeChild({ ...one, id: `${one.id}#${partition}` }, this.#path);
      partitionings.set(spec, this);
      this.#made.push(spec);
    }
    return this.#made.slice(0, count);
  }
}

/** All are declared at once; more than that nobody means. */
const MAX_COUNT = 100_000;

/** How many partitions there are to be: checked where somebody says it. @throws what `fail` makes */
export function checkCount(count: unknown, fail: (expected: string, got: string) => Error): number {
  if (Number.isSafeInteger(count) && (count as number) >= 1 && (count as number) <= MAX_COUNT)
    return count as number;
  throw fail('a whole number, 1 to 100,000', show(count));
}

/** While a supervisor is resized: by how many partitions it routes. */
const routed = new WeakMap<SupervisorProcess, number>();

/** Has it route by another number until it is called with undefined. */
export function routeBy(process: SupervisorProcess, count: number | undefined): void {
  if (count === undefined) routed.delete(process);
  else routed.set(process, count);
}

export function partitioningOf({ spec, path }: SupervisorProcess, call: string): Partitioning {
  const partitioning = spec.kind === 'supervisor' && partitionings.get(spec.children[0] ?? spec);
  if (partitioning) return partitioning;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: 'a partition supervisor, made with partitionSupervisor({ id, partitions, child })',
    got: `'${path}', a ${spec.kind}`,
  });
}

/** How many partitions a supervisor routes by. */
export function countOf(process: SupervisorProcess, call: string): number {
  partitioningOf(process, call);
  return routed.get(process) ?? (process.spec as SupervisorSpec).children.length;
}

/** The number of the partition of a key. */
export function route(process: SupervisorProcess, key: PartitionKey, call: string): number {
  const count = countOf(process, call);
  if (typeof key === 'string' || Number.isFinite(key)) return partitionOf(key, count);
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: 'a key that is a string or a finite number',
    got: show(key),
  });
}

/** The declaration of the partition of a key. */
export function specFor(process: SupervisorProcess, key: PartitionKey, call: string): ChildSpec {
  const number = route(process, key, call);
  return partitioningOf(process, call).specs(number + 1)[number] as ChildSpec;
}

/** The declaration of one that has a value: supervisors have handles, tasks have nothing. */
export function withValue(spec: ChildSpec, call: string): Service {
  const isSeen = isSupervisorKind(spec.kind) && viewOf(spec) !== undefined;
  const hasChildren = spec.kind === 'dynamic-supervisor' && !isTaskSupervisor(spec);
  if (spec.kind === 'service' || isSeen || hasChildren) return spec as Service;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: 'partitions that have a value; tree.supervisor(...).for(key) has the handles of others',
    got: `a ${spec.kind}`,
  });
}
