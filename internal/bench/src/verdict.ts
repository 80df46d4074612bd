/** Whether a row shows what it has to. */
import type { Column, Result } from './row.js';
import { toThreeDigits } from './statistics.js';

export interface Verdict {
  /** What is asked for, in words; undefined if nothing is. */
  readonly target: string | undefined;
  /** undefined if nothing is asked for, or what it is held against was not measured in this run. */
  readonly holds: boolean | undefined;
  /** The peers that are faster, or smaller. */
  readonly behind: readonly Column[];
}

const PEERS = ['nact', 'effect', 'otp'] as const;

export function verdictOn(result: Result, all: readonly Result[]): Verdict {
  const { ours } = result.values;
  const behind = PEERS.filter((peer) => ours !== undefined && (result.values[peer] ?? Infinity) < ours);
  return { ...heldAgainstTarget(result, all), behind };
}

function heldAgainstTarget(result: Result, all: readonly Result[]): Omit<Verdict, 'behind'> {
  const { target, values } = result;
  if (!target) return { target: undefined, holds: undefined };
  if ('value' in target) {
    return {
      target: `≤ ${target.value.toLocaleString('en')} ${result.unit}`,
      holds: atMost(values.ours, target.value),
    };
  }
  if ('timesRow' in target) {
    const other = all.find(({ name }) => name === target.timesRow)?.values.ours;
    const times = values.ours === undefined || other === undefined ? undefined : values.ours / other;
    const is = times === undefined ? '' : ` (${toThreeDigits(times)})`;
    return { target: `≤ ${target.ratio} × among few${is}`, holds: atMost(times, target.ratio) };
  }
  return { target: `ratio ≤ ${target.ratio}`, holds: atMost(result.ratio, target.ratio) };
}

const atMost = (value: number | undefined, limit: number): boolean | undefined =>
  value === undefined ? undefined : value <= limit;
