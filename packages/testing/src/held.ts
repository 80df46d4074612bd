/** What is made to hang on purpose, by the clock of its tree: a test tree lets go of all of it at its end. */
import type { Clock } from '@coppice/core';

const held = new WeakMap<Clock, Set<() => void>>();
const simulated = new WeakSet<Clock>();

const ending = new WeakSet<Clock>();

/** Notes how to let go of something that hangs. */
export function hold(clock: Clock, letGo: () => void): void {
  if (ending.has(clock)) return letGo();
  const known = held.get(clock);
  if (known) known.add(letGo);
  else held.set(clock, new Set([letGo]));
}

/** A promise that is settled only when the test is over. */
export function forever(clock: Clock): Promise<void> {
  return new Promise((resolve) => hold(clock, resolve));
}

/** Lets go of all that hangs on a clock, and of what begins to hang while `act` runs. */
export async function withoutHolds(clock: Clock, act: () => Promise<void>): Promise<void> {
  const known = held.get(clock);
  held.delete(clock);
  ending.add(clock);
  for (const letGo of known ?? []) letGo();
  try {
    await act();
  } finally {
    ending.delete(clock);
  }
}

/** From now on faults that go astray on this clock are caught by the kit. */
export const playFaultDomain = (clock: Clock): void => void simulated.add(clock);

/** Is it the kit that catches what goes astray on this clock? */
export const catchesStrays = (clock: Clock): boolean => simulated.has(clock);
