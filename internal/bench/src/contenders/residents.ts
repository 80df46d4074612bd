/**
 * One idle child of each contender, as there is one at any time in any service. Where for a moment there is none, a
 * collection takes away the hidden classes of its objects, and with them the code that V8 has optimised for them.
 */
import { IdleBody } from '../bodies.js';
import type { Prepare } from './contender.js';
import { fibers } from './effect.js';
import { byHand } from './loop.js';
import { actors } from './nact.js';
import { declared, dynamic } from './ours.js';

/** Starts them; the function that it returns stops them. */
export async function startResidents(): Promise<() => Promise<void>> {
  const contenders: readonly Prepare[] = [byHand, dynamic, declared, actors, fibers];
  const fleets = await Promise.all(contenders.map((prepare) => prepare(1, new IdleBody(true))()));
  return async () => {
    await Promise.all(fleets.map((fleet) => fleet.stopAll()));
  };
}
