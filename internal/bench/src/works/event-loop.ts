/** How long others have to wait for the event loop while very many children are stopped or restarted. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { WaitingBody } from '../bodies.js';
import type { Fleet, Prepare } from '../contenders/contender.js';
import { fibers, groupOfFibers } from '../contenders/effect.js';
import { byHand, groupByHand } from '../contenders/loop.js';
import { actors } from '../contenders/nact.js';
import { declared, dynamic, group } from '../contenders/ours.js';
import { collectGarbage } from '../heap.js';
import { verify } from '../measure.js';
import type { Group, Work } from '../row.js';
import type { Sizes } from '../sizes.js';
import { count } from '../words.js';

type Act = (fleet: Fleet, body: WaitingBody, size: number) => Promise<void>;

/** The 99th percentile of the delay, in ms, while something is done with a whole fleet. */
const delayDuring =
  (prepare: Prepare, size: number, act: Act): Work =>
  async () => {
    const body = new WaitingBody(true);
    const allStarted = body.started(size);
    const fleet = await prepare(size, body)();
    await allStarted;
    collectGarbage();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, 5)); // it measures from its second tick on
    await act(fleet, body, size);
    await new Promise((resolve) => setTimeout(resolve, 2)); // the delay is seen by the tick after it
    delay.disable();
    const milliseconds = delay.percentile(99) / 1e6;
    if (body.ends < size) await fleet.stopAll();
    return [milliseconds];
  };

const stopInOrder: Act = async (fleet, body, size) => {
  await fleet.stopInOrder!();
  verify('ended', body.ends, size);
};

const stopAll: Act = async (fleet, body, size) => {
  await fleet.stopAll();
  verify('ended', body.ends, size);
};

const crashAll: Act = async (_fleet, body, size) => {
  await body.crashAll(size);
  verify('started', body.starts, 2 * size);
};

const crashOne: Act = async (_fleet, body, size) => {
  const again = body.started(2 * size);
  body.fail(0);
  await again;
  verify('started', body.starts, 2 * size);
};

export function eventLoop({ many, heavyRounds }: Sizes): Group[] {
  const row = (name: string, act: Act, prepare: Readonly<Record<string, Prepare>>): Group => ({
    section: 'The event loop meanwhile',
    rounds: heavyRounds,
    isHeavy: true,
    rows: [{ name: `delay (p99) while ${count(many)} are ${name}`, unit: 'ms', target: { value: 50 } }],
    works: Object.fromEntries(
      Object.entries(prepare).map(([column, by]) => [column, delayDuring(by, many, act)]),
    ),
  });
  return [
    row('stopped in order', stopInOrder, { loop: byHand, ours: declared, effect: fibers }),
    row('stopped by a dynamic supervisor', stopAll, {
      loop: byHand,
      ours: dynamic,
      nact: actors,
      effect: fibers,
    }),
    row('restarted one-for-all', crashOne, { loop: groupByHand, ours: group, effect: groupOfFibers }),
    row('crashed all at once and restarted', crashAll, {
      loop: byHand,
      ours: dynamic,
      nact: actors,
      effect: fibers,
    }),
  ];
}
