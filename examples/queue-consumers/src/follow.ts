/** Keeps the consumers as the broker has assigned them: those that go stop, those that come start, the others run on. */
import { type SupervisorHandle, isCoppiceError } from 'coppice';
import type { Orders } from './orders.js';

/**
 * Call it before the tree is started.
 *
 * @param tree - the handle of the application, or of the same tree under a test
 * @param onError - hears of what could not be changed; the next rebalance tries again
 */
export function follow(
  tree: SupervisorHandle,
  { group, connection, consumer }: Omit<Orders, 'app'>,
  onError: (error: unknown) => void,
): void {
  let assigned: readonly number[] | undefined;
  const reconcile = (): void => {
    if (!assigned) return;
    // The list is the whole truth, so the connection is in it, too.
    tree
      .supervisor(group)
      .reconcile([connection, ...assigned.map(consumer)], { by: 'rebalance' })
      .catch((error: unknown) => {
        // The group is about to start, which is heard of below, or about to end.
        if (!isCoppiceError(error, 'COPPICE_NOT_RUNNING')) onError(error);
      });
  };
  const assign = (partitions: readonly number[]): void => {
    assigned = partitions;
    reconcile();
  };

  // Each incarnation of the connection is a member of its own, and is told what it gets.
  const place = `${tree.path}/${group.id}`;
  tree.on('child:started', ({ path }) => {
    if (path !== `${place}/${connection.id}`) return;
    const member = tree.use(connection);
    member.on('rebalanced', assign);
    assign(member.assigned);
  });
  tree.on('supervisor:started', ({ path }) => {
    if (path === place) reconcile();
  });
}
