/** Measures works side by side: in turns, in one process, the median of several rounds. */
import { collectGarbage, nextTurn } from './heap.js';
import type { Column, Group, Result, Work } from './row.js';
import { median, medianRatio } from './statistics.js';

/** For each column, the values of each round, in the order of the rows. */
type Rounds = ReadonlyMap<Column, readonly (readonly number[])[]>;

/** A round is one turn of each, and each begins a round as often as the others; the first rounds only warm up. */
export async function measure(
  group: Group,
  columns: readonly Column[],
  otp: Otp,
  { isWarmedUp, warmUps }: Warming,
): Promise<Result[]> {
  const works = Object.entries(group.works).filter(([name]) => columns.includes(name as Column)) as [
    Column,
    Work,
  ][];
  const rounds = new Map<Column, (readonly number[])[]>(works.map(([name]) => [name, []]));
  for (let round = -warmUps; round < group.rounds; round++) {
    for (let turn = 0; turn < works.length; turn++) {
      const [name, work] = works[(round + warmUps + turn) % works.length]!;
      const values = await once(work, isWarmedUp && group.isHeavy !== true);
      verify(`values of ${name} for '${group.rows[0]!.name}'`, values.length, group.rows.length);
      if (round >= 0) rounds.get(name)!.push(values);
    }
  }
  if (group.otp && columns.includes('otp')) {
    const values = await otp(group.otp.work, group.otp.args);
    if (values) {
      verify(`values of OTP for '${group.rows[0]!.name}'`, values.length, group.rows.length);
      rounds.set('otp', [values]);
    }
  }
  return group.rows.map((row, index) => ({ ...row, section: group.section, ...resultOf(rounds, index) }));
}

export interface Warming {
  /** Each work is done once more before each time that counts. */
  readonly isWarmedUp: boolean;
  /** So many rounds do not count. */
  readonly warmUps: number;
}

/** Runs a work of bench_otp.erl; undefined where there is no Erlang. */
export type Otp = (work: string, args: readonly number[]) => Promise<readonly number[] | undefined>;

function resultOf(rounds: Rounds, row: number): Pick<Result, 'values' | 'ratio'> {
  const of = (column: Column): number[] | undefined => rounds.get(column)?.map((values) => values[row]!);
  const values: Partial<Record<Column, number>> = {};
  for (const column of rounds.keys()) values[column] = median(of(column)!);
  const loop = of('loop');
  const ours = of('ours');
  return { values, ratio: loop && ours ? medianRatio(ours, loop) : undefined };
}

/**
 * With the garbage of the others gone, and once to get warm: a collection also throws optimised code away. In the turn of
 * the event loop in which they end all their signals are kept alive, half a gigabyte with what hangs on them.
 */
async function once(work: Work, isWarmedUp: boolean): Promise<readonly number[]> {
  await nextTurn();
  collectGarbage();
  collectGarbage();
  if (isWarmedUp) await work();
  await nextTurn();
  return work();
}

export function verify(what: string, got: number, expected: number): void {
  if (got !== expected) throw new Error(`${what}: ${got} instead of ${expected}`);
}
