/** One JSON object a line. */
import type { Result } from '../row.js';
import { toThreeDigits } from '../statistics.js';
import { verdictOn } from '../verdict.js';

export function toJson(result: Result, all: readonly Result[]): string {
  const { section, name, unit, values, ratio } = result;
  const { target, holds, behind } = verdictOn(result, all);
  const rounded = Object.fromEntries(
    Object.entries(values).map(([column, value]) => [column, toThreeDigits(value)]),
  );
  return JSON.stringify({
    section,
    work: name,
    unit,
    ...rounded,
    ...(ratio !== undefined && { ratio: toThreeDigits(ratio) }),
    ...(target !== undefined && { target, holds }),
    ...(behind.length > 0 && { behind }),
  });
}
