/** The trees of tests that are up, or have left children behind: a leak check names them. */
import type { AnySupervisorHandle, ChildSnapshot, SupervisorSnapshot, UnstoppedChild } from '@coppice/core';
import { ms } from '../line.js';
import { framesOf } from './frames.js';
import type { Leak } from './leak.js';

/** As much of a tree as a leak check has to know. */
export interface LivingTree {
  readonly handle: AnySupervisorHandle;
  /** Where it was made, as far as that is known. */
  readonly made: Error | undefined;
}

/** All test trees that are not at their end, and those that have children left that have not settled. */
export const living = new Set<LivingTree>();

export function leaksOf({ handle, made }: LivingTree): Leak[] {
  const snapshot = handle.snapshot();
  const madeAt = framesOf(made?.stack ?? '');
  const isUp = snapshot.phase !== 'idle' && snapshot.phase !== 'stopped';
  const tree: Leak = { kind: 'tree', what: `the tree '${handle.path}', which is ${snapshot.phase}`, madeAt };
  const abandoned = abandonedIn(snapshot).map(
    ({ path, incarnation, phase, waitedMs }): Leak => ({
      kind: 'abandoned-child',
      what:
        `'${path}#${incarnation}', which was abandoned while ${phase}, after ${ms(waitedMs)}, and still runs ` +
        `(in the tree '${handle.path}')`,
      madeAt,
    }),
  );
  return isUp ? [tree, ...abandoned] : abandoned;
}

export function abandonedIn(snapshot: SupervisorSnapshot): UnstoppedChild[] {
  const ofChild = ({ abandoned, supervisor }: ChildSnapshot): readonly UnstoppedChild[] =>
    supervisor ? [...abandoned, ...abandonedIn(supervisor)] : abandoned;
  return [...snapshot.abandoned, ...snapshot.children.flatMap(ofChild)];
}
