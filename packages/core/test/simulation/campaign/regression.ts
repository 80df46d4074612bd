/** A finding as a file: put into the folder `regressions`, it is run by each test run from then on. */
import { tryEngine } from '../engine/trial.js';
import { tryModel } from '../model/trial.js';
import type { Finding, Scripted } from './finding.js';
import { fromSparse, toSparse } from './sparse.js';

interface Regression {
  /** The rule that was broken. */
  readonly violation: string;
  readonly of: Scripted['of'];
  readonly script: Record<string, unknown>;
  /** What happened up to that; for whoever reads it. */
  readonly story: readonly string[];
}

const WIDTH = 110;

export function toText(finding: Finding): string {
  const { violation, of, story } = finding;
  const regression: Regression = { violation, of, script: toSparse(finding), story };
  return `${laidOut(regression, '')}\n`;
}

export function fromText(text: string): Scripted {
  const { of, script } = JSON.parse(text) as Regression;
  return fromSparse(of, script);
}

/** @throws what was thrown, if a rule is broken */
export async function replay(scripted: Scripted): Promise<void> {
  const { error } = scripted.of === 'model' ? tryModel(scripted.script) : await tryEngine(scripted.script);
  if (error !== undefined) throw error;
}

/** JSON with one thing on a line, where that is short enough. */
function laidOut(value: unknown, indent: string): string {
  const short = JSON.stringify(value);
  if (indent.length + short.length <= WIDTH || typeof value !== 'object' || value === null) return short;
  const deeper = `${indent}  `;
  const [open, close, lines] = Array.isArray(value)
    ? ['[', ']', value.map((each: unknown) => laidOut(each, deeper))]
    : [
        '{',
        '}',
        Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${laidOut(each, deeper)}`),
      ];
  return [open, lines.map((line) => `${deeper}${line}`).join(',\n'), `${indent}${close}`].join('\n');
}
