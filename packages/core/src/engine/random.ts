/** The chance port: all chance comes from here, so that it can be repeated. */

/** Gives numbers from 0 to below 1, like `Math.random`. */
export type Random = () => number;

/**
 * The same numbers for the same seed: mulberry32 (Tommy Ettinger, 2017). Not for secrets.
 *
 * @param seed - any number; its lower 32 bits count
 *
 * @example
 * ```ts
 * const random = seededRandom(7);
 * const shuffled = cards.toSorted(() => random() - 0.5); // the same order in each run
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
