/** Many children are started, and stopped. */
import { WaitingBody } from '../bodies.js';
import { now, perOperation } from '../clock.js';
import type { Prepare } from '../contenders/contender.js';
import { fibers } from '../contenders/effect.js';
import { byHand } from '../contenders/loop.js';
import { actors } from '../contenders/nact.js';
import { declarations, declared, dynamic, dynamicAtOnce } from '../contenders/ours.js';
import { collectGarbage } from '../heap.js';
import { verify } from '../measure.js';
import type { Group, Work } from '../row.js';
import type { Sizes } from '../sizes.js';
import { count } from '../words.js';

type Stop = 'stopInOrder' | 'stopAll';

/** ns to start one and to stop one. Without a signal the body does not end: then the stop is not measured. */
const startAndStop =
  (prepare: Prepare, size: number, usesSignal: boolean, stop?: Stop): Work =>
  async () => {
    const body = new WaitingBody(usesSignal);
    const start = prepare(size, body);
    const allStarted = body.started(size);
    const from = now();
    const fleet = await start();
    await allStarted;
    const startTime = perOperation(from, size);
    verify('started', body.starts, size);
    if (!stop) {
      await fleet.stopAll();
      return [startTime];
    }
    collectGarbage();
    const stopping = now();
    await fleet[stop]!();
    const stopTime = perOperation(stopping, size);
    verify('ended', body.ends, size);
    if (stop === 'stopInOrder') verify('ended out of order', body.disorder, 0);
    verify('started in all', body.starts, size);
    return [startTime, stopTime];
  };

const declare =
  (size: number): Work =>
  async () => {
    const from = now();
    const { children } = declarations(size, new WaitingBody(true));
    const time = perOperation(from, size);
    verify('declared', children.length, size);
    return [time];
  };

export function startStop({ many, rounds }: Sizes): Group[] {
  const section = 'Starting and stopping';
  const all = (ours: Prepare, usesSignal: boolean, stop?: Stop, loopStop = stop) => ({
    loop: startAndStop(byHand, many, usesSignal, loopStop),
    ours: startAndStop(ours, many, usesSignal, stop),
  });
  return [
    {
      section,
      rounds,
      rows: [
        {
          name: `start ${count(many)} children of a dynamic supervisor, signal used`,
          unit: 'ns',
          target: { ratio: 1.25 },
        },
        { name: `stop ${count(many)} children of a dynamic supervisor`, unit: 'ns' },
      ],
      works: {
        ...all(dynamic, true, 'stopAll'),
        nact: startAndStop(actors, many, true, 'stopAll'),
        effect: startAndStop(fibers, many, true, 'stopAll'),
      },
      otp: { work: 'dynamic', args: [many] },
    },
    {
      section,
      rounds,
      rows: [
        {
          name: `start ${count(many)} children of a dynamic supervisor, signal not used`,
          unit: 'ns',
          target: { ratio: 0.8 },
        },
      ],
      works: {
        ...all(dynamic, false),
        nact: startAndStop(actors, many, false),
        effect: startAndStop(fibers, many, false),
      },
    },
    {
      section,
      rounds,
      rows: [
        {
          name: `the same, all ${count(many)} asked for at once`,
          unit: 'ns',
          target: { ratio: 0.8 },
        },
      ],
      works: all(dynamicAtOnce, false),
    },
    {
      section,
      rounds,
      rows: [
        { name: `start ${count(many)} declared children, signal used`, unit: 'ns', target: { ratio: 1.25 } },
        { name: `stop ${count(many)} declared children in order`, unit: 'ns', target: { ratio: 1.25 } },
      ],
      works: {
        ...all(declared, true, 'stopInOrder'),
        effect: startAndStop(fibers, many, true, 'stopInOrder'),
      },
      otp: { work: 'declared', args: [many] },
    },
    {
      section,
      rounds,
      rows: [
        {
          name: `start ${count(many)} declared children, signal not used`,
          unit: 'ns',
          target: { ratio: 0.8 },
        },
      ],
      works: all(declared, false),
    },
    {
      section,
      rounds,
      rows: [{ name: `declare ${count(many)} children: make and check the declarations`, unit: 'ns' }],
      works: { ours: declare(many) },
    },
  ];
}
