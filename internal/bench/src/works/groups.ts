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

/** ns for each level: start, failure from the child up to the outermost, stop. */
const deepTree =
  (prepare: PrepareDeep, depth: number): Work =>
  async () => {
    const starting = new WaitingBody(true);
    const start = prepare(depth, starting);
    const started = starting.started(1);
    const from = now();
    const failing = await start();
    await started;
    const startTime = perOperation(from, depth);

    const crashing = now();
    starting.fail(0);
    await failing.failed;
    const failTime = perOperation(crashing, depth);
    verify('started', starting.starts, 1);

    const body = new WaitingBody(true);
    const again = body.started(1);
    const stoppable = await prepare(depth, body)();
    await again;
    const stopping = now();
    await stoppable.stop();
    const stopTime = perOperation(stopping, depth);
    verify('started', body.starts, 1);
    verify('ended', body.ends, 1);
    return [startTime, failTime, stopTime];
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
        { name: `${count(depth)} supervisors deep: stop, for each level`, unit: 'ns' },
      ],
      works: {
        loop: deepTree(deepByHand, depth),
        ours: deepTree(deep, depth),
        effect: deepTree(deepFibers, depth),
      },
      otp: { work: 'deep', args: [depth] },
    },
  ];
}
