/** One child crashes and is started again: among so many siblings, or alone, again and again. */
import { CrashingBody, WaitingBody } from '../bodies.js';
import { now, perOperation } from '../clock.js';
import type { Prepare } from '../contenders/contender.js';
import { fibers } from '../contenders/effect.js';
import { byHand } from '../contenders/loop.js';
import { actors } from '../contenders/nact.js';
import { declared, dynamic } from '../contenders/ours.js';
import { collectGarbage } from '../heap.js';
import { verify } from '../measure.js';
import type { Group, Row, Work } from '../row.js';
import type { Sizes } from '../sizes.js';
import { count } from '../words.js';

/** So many of the siblings crash in turn, spread over all of them. */
const CRASHING = 64;

/** ns of one crash and restart. What starting the siblings has left to collect is collected before. */
const oneAmong =
  (prepare: Prepare, siblings: number, times: number): Work =>
  async () => {
    const body = new WaitingBody(false);
    const allStarted = body.started(siblings);
    const fleet = await prepare(siblings, body)();
    await allStarted;
    const time = await crashInTurn(body, siblings, times);
    await fleet.stopAll();
    return [time];
  };

export async function crashInTurn(body: WaitingBody, siblings: number, times: number): Promise<number> {
  const step = Math.max(1, Math.floor(siblings / CRASHING));
  const crash = (i: number): Promise<void> => body.crash(((i % CRASHING) * step) % siblings);
  collectGarbage();
  for (let i = 0; i < times / 10; i++) await crash(i); // to get warm again
  const before = body.starts;
  const from = now();
  for (let i = 0; i < times; i++) await crash(i);
  const time = perOperation(from, times);
  verify('restarts', body.starts - before, times);
  return time;
}

/** ns of one crash and restart of a task that crashes as soon as it runs. */
const crashLoop =
  (prepare: Prepare, times: number, usesSignal: boolean): Work =>
  async () => {
    const body = new CrashingBody(times, usesSignal);
    const start = prepare(1, body);
    const from = now();
    const fleet = await start();
    await body.finished;
    const time = perOperation(from, times);
    verify('runs', body.runs, times);
    await fleet.stopAll();
    return [time];
  };

export function restart(sizes: Sizes): Group[] {
  const { few, many, million, crashes, rounds, heavyRounds, burst, bursts, pauseMs } = sizes;
  const name = (siblings: number): string => `crash and restart one among ${count(siblings)}`;
  const among = (siblings: number, ours: Prepare, row: Omit<Row, 'unit'>, isHeavy = false): Group => ({
    section: 'Crashing and restarting',
    rounds: isHeavy ? heavyRounds : rounds,
    isHeavy,
    rows: [{ unit: 'ns', ...row }],
    works: {
      loop: oneAmong(byHand, siblings, crashes),
      ours: oneAmong(ours, siblings, crashes),
      nact: oneAmong(actors, siblings, Math.ceil(crashes / 4)),
      effect: oneAmong(fibers, siblings, Math.ceil(crashes / 4)),
    },
    otp: { work: 'restart', args: [siblings, burst, bursts, pauseMs] },
  });
  const loop = (usesSignal: boolean, row: Omit<Row, 'unit'>): Group => ({
    section: 'Crashing and restarting',
    rounds,
    rows: [{ unit: 'ns', ...row }],
    works: {
      loop: crashLoop(byHand, crashes, usesSignal),
      ours: crashLoop(declared, crashes, usesSignal),
      nact: crashLoop(actors, Math.ceil(crashes / 4), usesSignal),
      effect: crashLoop(fibers, crashes, usesSignal),
    },
    ...(!usesSignal && { otp: { work: 'crash_loop', args: [Math.ceil(crashes / 10)] } }),
  });
  const target = { ratio: 1.25 };
  return [
    among(few, dynamic, { name: name(few) }),
    among(many, dynamic, { name: name(many), target }),
    among(many, declared, { name: `${name(many)}, declared`, target }),
    among(million, dynamic, { name: name(million), target: { timesRow: name(few), ratio: 1.5 } }, true),
    loop(false, {
      name: `a child that crashes at once, ${count(crashes)} times, signal not used`,
      target: { ratio: 2 },
    }),
    loop(true, { name: `a child that crashes at once, ${count(crashes)} times, signal used` }),
  ];
}
