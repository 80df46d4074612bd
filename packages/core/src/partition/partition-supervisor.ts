/** `partitionSupervisor`: declares several of one declaration, among which keys choose. */
import type { PartitionSupervisorHandle, Startable } from '../engine/handle-types.js';
import { addView } from '../engine/views.js';
import { coppiceError } from '../model/errors.js';
import { KEYS, type Keys, checkKeys } from '../spec/keys.js';
import type { PartitionSupervisorOptions, PartitionSupervisorSpec } from '../spec/partition-types.js';
import type { ChildSpec } from '../spec/types.js';
import { completeSpec, readOptions } from '../spec/validate.js';
import { type Declared, declared } from '../supervisor.js';
import { Partitioning, checkCount } from './partitioning.js';
import { PartitionsView } from './view.js';

/** A whole tree whose root is a partition supervisor. */
export interface PartitionSupervisorTree<C extends ChildSpec>
  extends PartitionSupervisorHandle<C>,
    Startable {}

/** A declared partition supervisor: frozen data, that can be a child, or be started as the root of a tree. */
export interface DeclaredPartitionSupervisor<C extends ChildSpec>
  extends PartitionSupervisorSpec<C>,
    Declared<PartitionSupervisorTree<C>> {}

/** Those of a supervisor, but for its children. */
const OPTIONS: Keys = {
  of: 'partition supervisor',
  known: ['partitions', 'child', ...KEYS.supervisor.filter((key) => key !== 'children')],
  meant: { children: 'child', size: 'partitions' },
};

/**
 * Declares a supervisor of several partitions, all of one declaration: Elixir's `PartitionSupervisor`. A key belongs to
 * one of them, always to the same one: `tree.supervisor(sessions).for(key)`. What cannot be shared out over keys (a
 * queue, a lock, a limit of restarts) there is once for each.
 *
 * Their number can be changed while they run (`resize`): from n to n + 1 one key in n + 1 moves.
 *
 * @throws SpecError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * const sessions = partitionSupervisor({
 *   id: 'sessions',
 *   partitions: 8,
 *   child: dynamicSupervisor({ id: 'group', child: session }),
 * });
 * await tree.supervisor(sessions).for(userId).startChild({ id: userId, args: [userId] });
 * ```
 */
export function partitionSupervisor<C extends ChildSpec>(
  options: PartitionSupervisorOptions<C>,
): DeclaredPartitionSupervisor<C> {
  const given = readOptions('a partition supervisor', options);
  const path = typeof given['id'] === 'string' ? given['id'] : '';
  checkKeys(given, OPTIONS, path);
  const { partitions, child, ...own } = given;
  const count = checkCount(partitions, (expected, got) =>
    coppiceError('COPPICE_INVALID_NUMBER', { key: 'partitions', expected, got, path }),
  );
  const specs = new Partitioning(path, child).specs(count);
  const [first] = specs;
  // The first one is there as long as there are any, also in copies.
  addView(first as object, { below: undefined, show: (asker) => new PartitionsView(asker) });
  const spec = { ...own, children: specs };
  return completeSpec('supervisor', spec, '', declared) as DeclaredPartitionSupervisor<C>;
}
