/** A clock that is right most of the time; when it is not, is the user's fault, and nobody's but the test's idea. */
import fc from 'fast-check';
import type { Clock, SimulatedClock } from '@coppice/core';
import { type Hostile, Sabotage, anyHostile } from './hostile.js';

const NOW = ['right', 'right', 'right', 'back', 'forth', 'hostile', 'throws'] as const;
/** `never` is not here: what cannot be seen cannot be mended, and has a test of its own. */
const SET = [
  'right',
  'right',
  'right',
  'at once',
  'twice',
  'throws',
  'hostile id',
  'at once and later',
] as const;
const CLEAR = ['right', 'right', 'forgotten', 'throws'] as const;

export interface ClockFaults {
  readonly now: readonly (typeof NOW)[number][];
  readonly set: readonly ((typeof SET)[number] | 'never')[];
  readonly clear: readonly (typeof CLEAR)[number][];
  readonly value: Hostile;
  readonly jumpMs: number;
}

const some = <T>(words: readonly T[]): fc.Arbitrary<T[]> =>
  fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 });

export const clockFaults: fc.Arbitrary<ClockFaults> = fc.record({
  now: some(NOW),
  set: some(SET),
  clear: some(CLEAR),
  value: anyHostile,
  jumpMs: fc.constantFrom(1, 1_000, 86_400_000, 2 ** 53),
});

/** Each method goes through its list of faults, again and again. */
export function brokenClock(sim: SimulatedClock, faults: ClockFaults): Clock {
  const turn = { now: 0, set: 0, clear: 0 };
  const next = <K extends keyof typeof turn>(of: K): ClockFaults[K][number] => {
    const list: readonly ClockFaults[K][number][] = faults[of];
    return list[turn[of]++ % list.length] as ClockFaults[K][number];
  };
  return {
    now() {
      switch (next('now')) {
        case 'back':
          return sim.now() - faults.jumpMs;
        case 'forth':
          return sim.now() + faults.jumpMs;
        case 'hostile':
          return faults.value.make() as number;
        case 'throws':
          throw new Sabotage('now');
        default:
          return sim.now();
      }
    },
    setTimer(callback, ms) {
      switch (next('set')) {
        case 'at once':
          callback();
          return undefined;
        case 'at once and later':
          callback();
          return sim.setTimer(callback, ms);
        case 'twice':
          sim.setTimer(callback, ms);
          return sim.setTimer(callback, ms);
        case 'throws':
          throw new Sabotage('setTimer');
        case 'hostile id':
          sim.setTimer(callback, ms);
          return faults.value.make();
        case 'never':
          return undefined;
        default:
          return sim.setTimer(callback, ms);
      }
    },
    clearTimer(timer) {
      const how = next('clear');
      if (how === 'throws') throw new Sabotage('clearTimer');
      if (how === 'right' && isOfSim(timer)) sim.clearTimer(timer);
    },
  };
}

const isOfSim = (timer: unknown): boolean => {
  try {
    return typeof timer === 'object' && timer !== null && 'cancelled' in timer;
  } catch {
    return false;
  }
};
