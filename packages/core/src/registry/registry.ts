/** `registry`: declares where children are found by keys. */
import { incarnationOf } from '../engine/context.js';
import { addView } from '../engine/views.js';
import { oneOf } from '../spec/checks.js';
import { CHILD_KEYS, type Keys, checkKeys } from '../spec/keys.js';
import { WORKER_KEYS } from '../spec/policies.js';
import type { DuplicateRegistrySpec, RegistryOptions, UniqueRegistrySpec } from '../spec/registry-types.js';
import { service } from '../spec/service.js';
import type { ChildOptions, Context } from '../spec/types.js';
import { readOptions } from '../spec/validate.js';
import { openTable } from './tables.js';
import { DuplicateView, UniqueView } from './view.js';

const OPTIONS: Keys = { of: 'registry', known: ['keys', ...CHILD_KEYS, ...WORKER_KEYS] };

/**
 * Declares a registry: children register under keys, with a value, and are found by them from anywhere in the tree and
 * through its handles. Elixir's `Registry`. An entry belongs to one incarnation: it is not found any more as soon as
 * that has failed or is asked to stop, and frees its key when it has ended, whatever way. A restart of the registry
 * loses nothing: those who live are found again.
 *
 * It is a service. Let it stand before those who use it; then it is there before them, and goes after them.
 *
 * @typeParam V - what children register; by default nothing
 * @typeParam K - the keys, compared as those of a `Map`; by default strings
 * @returns the declaration as frozen data, and the reference for `use`: in a child with `register`
 * @throws SpecError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * const rooms = registry<Room>({ id: 'rooms', keys: 'unique' });
 * const room = service({
 *   id: 'room',
 *   start: ({ use }, name: string) => {
 *     const room = new Room(name);
 *     use(rooms).register(name, room);
 *     return room;
 *   },
 * });
 * tree.use(rooms).use('kitchen').say('hello');
 * await tree.use(rooms).whenRegistered('cellar', { timeoutMs: 1_000 });
 * ```
 */
export function registry<V = undefined, K = string>(
  options: RegistryOptions<'unique'>,
): UniqueRegistrySpec<V, K>;
/** A registry in which any number of children can have a key: `lookup` gives all of them, `dispatch` calls them. */
export function registry<V = undefined, K = string>(
  options: RegistryOptions<'duplicate'>,
): DuplicateRegistrySpec<V, K>;
export function registry(options: RegistryOptions<'unique' | 'duplicate'>): unknown {
  const given = readOptions('a registry', options);
  const path = typeof given['id'] === 'string' ? given['id'] : '';
  checkKeys(given, OPTIONS, path);
  const { keys, ...rest } = given;
  oneOf({ keys }, 'keys', ['unique', 'duplicate'], 'COPPICE_INVALID_CHOICE', path);
  const isUnique = keys === 'unique';
  const View = isUnique ? UniqueView : DuplicateView;
  const start = (context: Context): unknown => {
    const { tree } = incarnationOf(context).process;
    const table = openTable(tree, context.path, isUnique);
    context.defer(() => table.close());
    return new View(tree, context.path);
  };
  addView(start, {
    below: '',
    show: ({ process, path: at, caller }) => new View(process.tree, at, caller),
  });
  // Two that are declared alike are the same, so that `reconcile` leaves what runs alone.
  const same: ChildOptions = { revision: keys as string, ...(rest as unknown as ChildOptions) };
  return service<unknown>({ ...same, start });
}
