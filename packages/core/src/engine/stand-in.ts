/** Declarations that are put in the place of others before a tree starts: for test kits. */
import { isSameDeclaration, succeed } from '../spec/lineage.js';
import type { ChildSpec, Service } from '../spec/types.js';
import { addView, viewOf } from './views.js';

export { isSameDeclaration };

/** From now on a reference to either means the child that stands in the tree: `use(old)` gives what `current` is. */
export function standIn(current: object, old: object): void {
  succeed(current, old);
}

/** The same for a copy of a service whose `start` is wrapped: what a registry shows to those who ask, it shows too. */
export function standInAsCopy(current: Service, old: Service): void {
  succeed(current, old);
  const view = viewOf(old);
  const mark: { readonly start: object } = current;
  if (view !== undefined) addView(mark.start, view);
}

/** Is it a registry, a pool or partitions? The children of the last two are not to be exchanged one by one. */
export const isViewed = (spec: ChildSpec): boolean => viewOf(spec) !== undefined;
