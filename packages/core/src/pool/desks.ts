/** The desks of the pools of each tree, by path. One that is closed and has nothing left is forgotten. */
import { supervisorAt } from '../engine/places.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import type { Tree } from '../engine/tree.js';
import { Desk } from './desk.js';

const desks = new WeakMap<Tree, Map<string, Desk>>();

export const deskAt = (tree: Tree, path: string): Desk | undefined => desks.get(tree)?.get(path);

/** The desk of a pool: the one that is there, with what it has lent; or a new one. */
export function deskOf(pool: SupervisorProcess, resources: string): Desk {
  const { tree, path } = pool;
  const known = desks.get(tree) ?? new Map<string, Desk>();
  desks.set(tree, known);
  const there = known.get(path);
  if (there) return there;
  const find = (): SupervisorProcess | undefined => supervisorAt(pool, `${path}/${resources}`);
  const desk = new Desk(path, tree.clock, find, () => known.delete(path));
  known.set(path, desk);
  return desk;
}
