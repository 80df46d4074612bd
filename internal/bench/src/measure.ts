/** Measures pieces of work side by side: alternating, in one process, the median of several rounds. */

/** Does the work once and says how long the part that counts took, in nanoseconds per operation. */
export type Work = () => Promise<number>;

export interface Measured {
  /** Nanoseconds per operation. */
  readonly loop: number;
  readonly ours: number;
  /** `ours` as a multiple of `loop`, as the median of the ratios of the rounds. */
  readonly ratio: number;
}

/** A round is one run of each, the order swapped from round to round; the first round only warms up. */
export async function sideBySide(loop: Work, ours: Work, rounds: number): Promise<Measured> {
  const loops: number[] = [];
  const oursTimes: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [a, b] = round % 2 === 0 ? [loop, ours] : [ours, loop];
    const first = await clean(a);
    const second = await clean(b);
    if (round === 0) continue;
    loops.push(round % 2 === 0 ? first : second);
    oursTimes.push(round % 2 === 0 ? second : first);
  }
  return {
    loop: median(loops),
    ours: median(oursTimes),
    ratio: median(loops.map((time, round) => oursTimes[round]! / time)),
  };
}

/** With the garbage of the others gone, and once to get warm: a collection also throws optimised code away. */
async function clean(work: Work): Promise<number> {
  collectGarbage();
  await work();
  return work();
}

/** The heap in use after a collection, in bytes. Needs `--expose-gc`. */
export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('run node with --expose-gc');
  gc();
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nanoseconds per operation of what lies between `from` (of `performance.now()`) and now. */
export const perOperation = (from: number, operations: number): number =>
  ((performance.now() - from) * 1e6) / operations;
