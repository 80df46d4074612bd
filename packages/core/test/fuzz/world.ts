/** A tree with one of everything in it, to be called in all the wrong ways. */
import {
  type DynamicSupervisorHandle,
  SimulatedClock,
  type TreeOptions,
  dynamicSupervisor,
  isCoppiceError,
  partitionSupervisor,
  pool,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { settled } from './judge.js';

const start = (): string => 'value';

export function newWorld(options: TreeOptions = {}) {
  const db = service({ id: 'db', start });
  const worker = task({ id: 'worker', run: ({ sleep }) => sleep(1e9) });
  const leaf = service({ id: 'leaf', start });
  const sub = supervisor({ id: 'sub', children: [leaf] });
  const dyn = dynamicSupervisor({
    id: 'dyn',
    child: service({ id: 'conn', start: (_, a: number, b: number) => a + b }),
  });
  const tasks = taskSupervisor({ id: 'tasks' });
  const names = registry<number>({ id: 'names', keys: 'unique' });
  const conns = pool({ id: 'conns', size: 2, child: service({ id: 'r', start }) });
  const parts = partitionSupervisor({ id: 'parts', partitions: 2, child: service({ id: 'p', start }) });
  const children = [db, worker, sub, dyn, tasks, names, conns, parts];
  const root = supervisor({ id: 'root', maxRestarts: 100, children });
  const clock = new SimulatedClock();
  const tree = root.handle({ clock, recorder: true, ...options });
  // Whoever gives up is heard, also after another start: else its error would be an unhandled rejection.
  tree.on('supervisor:gave-up', () => {});
  return { clock, tree, root, children, db, worker, leaf, sub, dyn, tasks, names, conns, parts };
}

export type World = ReturnType<typeof newWorld>;

async function hasGivenUp(tree: World['tree']): Promise<boolean> {
  const { reason } = await tree.whenStopped();
  return reason.kind === 'shutdown' && isCoppiceError(reason.cause, 'COPPICE_GAVE_UP');
}

/** Whatever was done to it, it can be read, used, stopped, started and stopped again; then nothing is left. */
export async function expectSound(world: World): Promise<void> {
  const { tree, clock } = world;
  JSON.stringify(tree.snapshot());
  for (let round = 0; round < 2; round++) {
    const stopped = await settled(clock, tree.stop({ shutdownMs: 100 }));
    expect(stopped.error).toBeUndefined();
    expect(tree.whichChildren().map(({ status }) => status)).toEqual(
      tree.whichChildren().map(() => 'stopped'),
    );
    expect(clock.pendingTimers).toBe(0);
    if (round === 1) return;
    const started = await settled(clock, tree.start());
    expect(started.error).toBeUndefined();
    const probe = { kind: 'service', id: 'a probe', start } as never;
    const probed = await settled(clock, tree.startChild(probe));
    // A declaration that was reconciled may crash at once, and again: then all has ended, and says so.
    if (isCoppiceError(probed.error, 'COPPICE_NOT_RUNNING') && (await hasGivenUp(tree))) continue;
    if (probed.isError) throw probed.error;
    expect(probed.value).toMatchObject({ status: 'running' });
    await settled(clock, tree.terminateChild('a probe'));
    await settled(clock, tree.deleteChild('a probe'));
    const dyn =
      tree.child('dyn') &&
      (tree.supervisor('dyn') as unknown as DynamicSupervisorHandle<readonly [number, number]>);
    if (dyn) expect((await settled(clock, dyn.startChild({ args: [1, 2] }))).isError).toBe(false);
  }
}
