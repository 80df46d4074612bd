/** Holds what we did against what OTP did, row by row. */
import { type Pace } from './workers.js';
import { replay } from './replay.js';
import type { Row, Scenario } from './scenario.js';

export interface Difference {
  readonly scenario: Scenario;
  readonly pace: Pace;
  /** The first row that differs: 0 is the start, then one for each step, then the stop. */
  readonly row: number;
  readonly otp: Row | undefined;
  readonly ours: Row | undefined;
  /** What of the row differs. */
  readonly parts: readonly (keyof Row)[];
}

const PACES: readonly Pace[] = ['at-once', 'later'];

/** The first difference, if there is one, with starts and stops that answer at once, or later. */
export async function compare(scenario: Scenario): Promise<Difference | undefined> {
  for (const pace of PACES) {
    const ours = await replay(scenario, pace);
    const rows = Math.max(ours.length, scenario.trace.length);
    for (let row = 0; row < rows; row++) {
      const parts = differences(scenario.trace[row], ours[row]);
      if (parts.length > 0) {
        return { scenario, pace, row, otp: scenario.trace[row], ours: ours[row], parts };
      }
    }
  }
  return undefined;
}

function differences(otp: Row | undefined, ours: Row | undefined): (keyof Row)[] {
  const parts: (keyof Row)[] = ['result', 'events', 'state'];
  return parts.filter((part) => canonical(otp?.[part]) !== canonical(ours?.[part]));
}

/** JSON with its keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
