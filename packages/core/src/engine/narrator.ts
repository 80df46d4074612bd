/** Trees whose beginning and end are told by somebody else too: an application does that of its own. */
import { type Viewpoint, treeOf } from './living.js';

const narrators = new WeakMap<object, () => boolean>();

/** @param isTelling - does it tell of them now, in the log of the tree? */
export function narrate(from: Viewpoint, isTelling: () => boolean): void {
  narrators.set(treeOf(from), isTelling);
}

/** Asks whether the tree's beginning and end are told by somebody else now; false for what is no tree. */
export function narrationOf(from: unknown): () => boolean {
  try {
    const tree = treeOf(from as Viewpoint);
    return () => narrators.get(tree)?.() === true;
  } catch {
    return () => false;
  }
}
