/** Reads recorded scenarios and verdicts: JSON lines, plain or gzipped. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Scenario } from './scenario.js';
import type { VerdictRow } from './verdicts.js';

/** @throws Error that names the file, and the line if that is no scenario */
export function readRows(file: string): (Scenario | VerdictRow)[] {
  const data = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(data) : data).toString('utf8');
  return text
    .split('\n')
    .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, at }) => parse(line, at));
}

function parse(line: string, at: string): Scenario | VerdictRow {
  let value: Partial<Scenario & VerdictRow>;
  try {
    value = JSON.parse(line) as Partial<Scenario & VerdictRow>;
  } catch (error) {
    throw new Error(`${at} is not JSON`, { cause: error });
  }
  if (typeof value.otp === 'string') return value as VerdictRow;
  if (!value.tree || !Array.isArray(value.steps) || !Array.isArray(value.trace)) {
    throw new Error(
      `${at} is neither a scenario { id, tree, steps, trace } nor a verdict { case or flags, otp }`,
    );
  }
  return value as Scenario;
}
