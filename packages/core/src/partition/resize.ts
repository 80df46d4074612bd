/** Changes the number of partitions while they run. */
import type { ReconcilePlan } from '../engine/reconcile-plan.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { coppiceError, isCoppiceError } from '../model/errors.js';
import type { ChildSpec } from '../spec/types.js';
import { checkCount, countOf, partitioningOf, routeBy } from './partitioning.js';

const busy = new WeakMap<SupervisorProcess, Promise<unknown>>();

/**
 * One change after the other; each as a whole or not at all. Keys are routed to what stays from the moment at which
 * others are going to be removed, and to what is new as soon as all of it is up.
 */
export function resize(
  process: SupervisorProcess,
  given: unknown,
  reconcile: (children: readonly ChildSpec[]) => Promise<ReconcilePlan>,
): Promise<ReconcilePlan> {
  const partitioning = partitioningOf(process, 'resize');
  const count = checkCount(given, (expected, got) =>
    coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'resize', expected, got }),
  );
  const change = async (): Promise<ReconcilePlan> => {
    const before = countOf(process, 'resize');
    routeBy(process, Math.min(before, count));
    try {
      return await reconcile(partitioning.specs(count));
    } catch (error) {
      // Partitions are numbered without gaps: if one of the new ones does not start, none of them stays.
      if (isCoppiceError(error, 'COPPICE_RECONCILE_FAILED')) await reconcile(partitioning.specs(before));
      throw error;
    } finally {
      routeBy(process, undefined);
    }
  };
  const changed = (busy.get(process) ?? Promise.resolve()).then(change);
  busy.set(
    process,
    changed.catch(() => undefined),
  );
  return changed;
}
