/** What the command prints of a run: for people. */
import type { Finding } from './findings.js';
import { BOUNDS, LEAST_MINUTES, type Quantity, type Trend } from './memory.js';
import type { Result } from './result.js';
import type { Run } from './run.js';

type Sums = Readonly<Record<string, number>>;

const WIDTH = 11;

export function reportOf(run: Run): string {
  const { result, findings } = run;
  return [...(result ? linesOf(result, run) : []), '', ...verdict(findings)].join('\n');
}

function linesOf(result: Result, { options: { minutes }, processes, most, blocks }: Run): string[] {
  const { starts, ends, wentWithTheirThread, restarts, trends } = result;
  const calledOff = sumOf(restarts.calledOff);
  const attacks = sumOf(result.attacks) + sumOf(result.byChaos);
  const growth = minutes >= LEAST_MINUTES ? '' : ` (a trend is judged from ${LEAST_MINUTES} minutes on)`;
  return [
    '',
    ...row('attacks', `${many(attacks)}: ${list(merged(result.attacks, result.byChaos))}`),
    ...row('refused', `${many(sumOf(result.refused))} of the commands: ${list(result.refused)}`),
    ...row(
      'children',
      `${many(result.children)} at the end, all back ${seconds(result.backMs)} after the last attack`,
    ),
    ...row(
      'starts',
      `${many(starts)} = ${many(sumOf(ends))} ends + ${many(wentWithTheirThread)} gone with their thread: ${list(ends)}`,
    ),
    ...row(
      'restarts',
      `${many(restarts.decided)} decided = ${many(restarts.done)} done + ${many(calledOff)} called off: ${list(restarts.calledOff)}`,
    ),
    ...row(
      'events',
      `${many(result.events)} in order; the tree was held against them ${many(result.balanced)} times: ${list(result.told)}`,
    ),
    ...row('records', `${many(result.lines)} lines of pino, one for each event among them`),
    ...row('metrics', `${many(result.metrics)} series of Prometheus, all as counted`),
    ...row(
      'faults',
      `${many(result.strayFaults)} went astray, and were contained; ${many(blocks)} blocks of the event loop were told of`,
    ),
    ...row('http', list(result.requests)),
    ...row('messages', list(result.heard)),
    ...row('processes', `${many(processes)} in all, ${most} at a time, none left, none unburied`),
    ...row('memory', `${many(result.samples)} samples, the median of each quarter${growth}:`),
    ...trends.map((trend) => `${' '.repeat(WIDTH)}${trendOf(trend)}`),
    ...row('stop', `${seconds(result.stopMs)}, exit code ${result.exitCode}`),
  ];
}

const UNITS: Readonly<Record<Quantity, string>> = {
  heap: ' MB of heap',
  rss: ' MB of RSS',
  handles: ' handles',
  files: ' open files',
  threads: ' threads',
};

const trendOf = ({ of, quarters, most }: Trend): string =>
  `${quarters.map((value) => value.toFixed(1)).join(' → ')}${UNITS[of]} (at most ${most.toFixed(1)}; +${BOUNDS[of]} is allowed)`;

function verdict(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['0 differ: nothing is lost, nothing is left, the books balance'];
  return [
    `${findings.length} ${findings.length === 1 ? 'check differs' : 'checks differ'}:`,
    ...findings.flatMap(({ check, times, examples }) => [
      `  ${check}, ${many(times)} times, as`,
      ...examples.map((example) => `    ${example.replaceAll('\n', '\n      ')}`),
    ]),
  ];
}

/** A line of at most some width, and what goes on below it. */
function row(name: string, text: string): string[] {
  const lines = [name.padEnd(WIDTH)];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + word.length > 110) lines.push(`${' '.repeat(WIDTH)}${word} `);
    else lines[lines.length - 1] = `${line}${word} `;
  }
  return lines.map((line) => line.trimEnd());
}

const list = (sums: Sums): string =>
  Object.entries(sums)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${many(times)} ${name}`)
    .join(', ') || 'none';

const merged = (a: Sums, b: Sums): Sums => ({
  ...a,
  ...Object.fromEntries(Object.entries(b).map(([kind, times]) => [`chaos: ${kind}`, times])),
});

const sumOf = (sums: Sums): number => Object.values(sums).reduce((sum, each) => sum + each, 0);
const many = (value: number): string => value.toLocaleString('en-US');
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
