/** The tables of the registries of each tree, by path. One that is down and empty is forgotten. */
import type { Tree } from '../engine/tree.js';
import { Table } from './table.js';

const tables = new WeakMap<Tree, Map<string, Table>>();

export const tableAt = (tree: Tree, path: string): Table | undefined => tables.get(tree)?.get(path);

/** The one that is there, with the entries of all who are still alive; or a new one. */
export function openTable(tree: Tree, path: string, isUnique: boolean): Table {
  const known = tables.get(tree) ?? new Map<string, Table>();
  tables.set(tree, known);
  const table = known.get(path) ?? new Table(path, tree.clock, () => known.delete(path));
  table.open(isUnique);
  known.set(path, table);
  return table;
}
