/** Trees whose servers listen on any free port instead of their own: those of tests, which are not to meet. */
import type { Context } from '../spec/types.js';
import { ChildContext } from './context.js';
import type { AnySupervisorHandle } from './handle-types.js';
import { treeOf } from './living.js';
import type { Tree } from './tree.js';

const trees = new WeakSet<Tree>();

/** From now on servers of this tree that ask `portFor` take a free port. */
export function takeFreePorts(handle: AnySupervisorHandle): void {
  trees.add(treeOf(handle));
}

/** Where a server is to listen: where it is declared to, or, in a tree that takes free ports, 0. */
export function portFor(context: Context, declared: number): number {
  const tree = ChildContext.find(context)?.process.tree;
  return tree && trees.has(tree) ? 0 : declared;
}
