/** Whoever keeps something of a child that is gone keeps nothing of those that came after it. */
import { type Context, type SupervisorHandle, dynamicSupervisor, task } from '@coppice/core';
import { incarnationOf } from '../src/engine/context.js';
import { boot, deferred } from './support/scripted.js';

/** How many other children can be reached from what a context holds. */
function reachable(context: Context): number {
  const seen = new Set<unknown>();
  const open: unknown[] = [incarnationOf(context).child];
  for (let child = open.pop(); child !== undefined; child = open.pop()) {
    if (seen.has(child)) continue;
    seen.add(child);
    const { previous, next } = child as { previous?: unknown; next?: unknown };
    open.push(previous, next);
  }
  return seen.size - 1;
}

const gates: ReturnType<typeof deferred<void>>[] = [];
const contexts: Context[] = [];
const run = (context: Context): Promise<void> => {
  contexts.push(context);
  gates.push(deferred());
  return gates.at(-1)!.promise;
};

beforeEach(() => {
  gates.length = 0;
  contexts.length = 0;
});

/** Children that overlap: each ends when the one after it is up. */
async function relay(start: (n: number) => Promise<unknown>, settle: () => Promise<void>): Promise<void> {
  for (let n = 0; n < 100; n++) {
    await start(n);
    if (n > 0) gates[n - 1]!.resolve();
    await settle();
  }
}

test('of a dynamic supervisor', async () => {
  const dyn = dynamicSupervisor({ id: 'dyn', child: task({ id: 'one', restart: 'temporary', run }) });
  const { tree, settle } = await boot({ children: [dyn] });
  const handle = tree.supervisor(dyn);
  await relay(() => handle.startChild(), settle);
  expect(handle.whichChildren()).toHaveLength(1);
  expect(reachable(contexts[0]!)).toBeLessThanOrEqual(1);
  gates.at(-1)!.resolve();
  await tree.stop();
});

test('of a supervisor that is given temporary children', async () => {
  const { tree, settle } = await boot({});
  const start = (n: number) =>
    (tree as SupervisorHandle).startChild(task({ id: `one${n}`, restart: 'temporary', run }));
  await relay(start, settle);
  expect(tree.whichChildren()).toHaveLength(1);
  expect(reachable(contexts[0]!)).toBeLessThanOrEqual(1);
  gates.at(-1)!.resolve();
  await tree.stop();
});
