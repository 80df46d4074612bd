/** One crashes and all start again; and supervisors one in the other. */
import { WaitingBody } from '../bodies.js';
import { now, perOperation } from '../clock.js';
import type { Prepare, PrepareDeep } from '../contenders/contender.js';
import { deepFibers, groupOfFibers } from '../contenders/effect.js';
import { deepByHand, groupByHand } from '../contenders/loop.js';
import { deep, group } from '../contenders/ours.js';
import { collectGarbage } from '../heap.js';
import { verify } from '../measure.js';
import type { Group, Work } from '../row.js';
import type { Sizes } from '../sizes.js';
import { count } from '../words.js';

/** ns for each child, from the crash of one until all have started again. */
const restartAll =
  (prepare: Prepare, size: number): Work =>
  async () => {
    const body = new WaitingBody(true);
    const allStarted = body.started(size);
    const fleet = await prepare(size, body)();
    await allStarted;
    collectGarbage();
    const again = body.started(2 * size);
    const from = now();
    body.fail(size >> 1);
    await again;
    const time = perOperation(from, size);
    verify('started', body.starts, 2 * size);
    verify('stopped', body.ends, size - 1);
    await fleet.stopAll();
    return [time];
  };

/** A tree that is up, and the ns for each level that its start took. */
async function startDeep(prepare: PrepareDeep, depth: number) {
  const body = new WaitingBody(true);
  const start = prepare(depth, body);
  const started = body.started(1);
  const from = now();
  const tree = await start();
  await started;
  const time = perOperation(from, depth);
  verify('started', body.starts, 1);
  return { body, tree, time };
}

/** ns for each level: start, and failure from the child up to the outermost. */
const deepFailure =
  (prepare: PrepareDeep, depth: number): Work =>
  async () => {
    const { body, tree, time } = await startDeep(prepare, depth);
    const from = now();
    body.fail(0);
    await tree.failed;
    const failTime = perOperation(from, depth);
    verify('started in all', body.starts, 1);
    return [time, failTime];
  };

const deepStop =
  (prepare: PrepareDeep, depth: number): Work =>
  async () => {
    const { body, tree } = await startDeep(prepare, depth);
    const from = now();
    await tree.stop();
    const time = perOperation(from, depth);
    verify('ended', body.ends, 1);
    return [time];
  };

export function groups({ group: size, depth, rounds }: Sizes): Group[] {
  const section = 'Groups and depth';
  return [
    {
      section,
      rounds,
      rows: [{ name: `one-for-all with ${count(size)} children: crash of one, for each child`, unit: 'ns' }],
      works: {
        loop: restartAll(groupByHand, size),
        ours: restartAll(group, size),
        effect: restartAll(groupOfFibers, size),
      },
      otp: { work: 'group', args: [size] },
    },
    {
      section,
      rounds,
      rows: [
        { name: `${count(depth)} supervisors deep: start, for each level`, unit: 'ns' },
        {
          name: `${count(depth)} supervisors deep: failure of the leaf ends the root, for each level`,
          unit: 'ns',
        },
      ],
      works: {
        loop: deepFailure(deepByHand, depth),
        ours: deepFailure(deep, depth),
        effect: deepFailure(deepFibers, depth),
      },
      otp: { work: 'deep', args: [depth] },
    },
    {
      section,
      rounds,
      rows: [{ name: `${count(depth)} supervisors deep: stop, for each level`, unit: 'ns' }],
      works: { loop: deepStop(deepByHand, depth), ours: deepStop(deep, depth) },
      otp: { work: 'deep_stop', args: [depth] },
    },
  ];
}
