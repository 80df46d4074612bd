/** Compares what has happened with what was expected, and tells of it so that a reader sees where it deviates. */
import type { SupervisionEvent } from '@coppice/core';
import type { Wanted } from './happening.js';
import { lineOf, ms } from './line.js';

/** What went wrong, in words; undefined: nothing did. */
export type Deviation = string | undefined;

/** All of them have happened, one after the other; others may have happened between them. */
export function deviationFromOrder(
  events: readonly SupervisionEvent[],
  wanted: readonly Wanted[],
): Deviation {
  const found: number[] = [];
  for (const { matches } of wanted) {
    const at = events.findIndex((event, index) => index > (found.at(-1) ?? -1) && matches(event));
    if (at < 0) break;
    found.push(at);
  }
  const missing = wanted[found.length];
  if (!missing) return undefined;
  const last = found.at(-1);
  const early = events.findIndex((event) => missing.matches(event));
  const why =
    early < 0
      ? `'${missing.says}' did not happen at all`
      : `'${missing.says}' has happened only before that, as number ${events[early]!.seq}`;
  const expected = wanted.map(({ says }, index) => {
    const at = found[index];
    return at !== undefined
      ? `  ok  ${says} (number ${events[at]!.seq})`
      : mark(index === found.length, says);
  });
  const marks = new Map(found.map((at) => [at, 'ok']));
  if (early >= 0) marks.set(early, '!!');
  return tell(
    last === undefined
      ? `${why}.`
      : `After '${wanted[found.length - 1]!.says}' (number ${events[last]!.seq}) the story deviates: ${why}.`,
    ['Expected, in this order:', ...expected],
    events,
    marks,
  );
}

/** All of them have happened in this order, and nothing else. */
export function deviationFromAll(events: readonly SupervisionEvent[], wanted: readonly Wanted[]): Deviation {
  const at = Array.from({ length: Math.max(events.length, wanted.length) }).findIndex((_, index) => {
    const event = events[index];
    return event === undefined || wanted[index]?.matches(event) !== true;
  });
  if (at < 0) return undefined;
  const [event, next] = [events[at], wanted[at]];
  const expected = wanted.map(({ says }, index) => (index < at ? `  ok  ${says}` : mark(index === at, says)));
  const marks = new Map(events.slice(0, at).map((_, index) => [index, 'ok']));
  if (event) marks.set(at, '!!');
  const instead = event ? `'${lineOf(event)}' has happened` : 'the story has ended';
  return tell(
    next ? `Instead of '${next.says}' ${instead}.` : `Nothing more was expected, but ${instead}.`,
    ['Expected, this and nothing else:', ...expected],
    events,
    marks,
  );
}

/** None of them has happened. */
export function deviationFromNever(
  events: readonly SupervisionEvent[],
  wanted: readonly Wanted[],
): Deviation {
  const hits = new Map(
    events.flatMap((event, at) =>
      wanted.some(({ matches }) => matches(event)) ? [[at, '!!'] as const] : [],
    ),
  );
  const [first] = hits.keys();
  if (first === undefined) return undefined;
  const names = wanted.map(({ says }) => `'${says}'`).join(', ');
  return tell(
    `Not expected, but it has happened: '${lineOf(events[first]!)}' (number ${events[first]!.seq}).`,
    [`Never expected: ${names}`],
    events,
    hits,
  );
}

const mark = (isIt: boolean, says: string): string => `  ${isIt ? '->' : '  '}  ${says}`;

function tell(
  headline: string,
  expected: readonly string[],
  events: readonly SupervisionEvent[],
  marks: ReadonlyMap<number, string>,
): string {
  return [headline, '', ...expected, '', 'What has happened:', ...linesOf(events, marks)].join('\n');
}

/** At so many events of a long story its ends and what is marked are shown. */
const LONG = 60;

/** The story, an event a line: number, time since the first, what has happened. */
export function linesOf(
  events: readonly SupervisionEvent[],
  marks: ReadonlyMap<number, string> = new Map(),
): string[] {
  const [first] = events;
  if (!first) return ['  (nothing)'];
  const near = (at: number): boolean =>
    events.length <= LONG ||
    at < 5 ||
    at >= events.length - 25 ||
    [...marks.keys()].some((marked) => Math.abs(marked - at) <= 2);
  const lines: string[] = [];
  let left = 0;
  events.forEach((event, at) => {
    if (!near(at)) return void left++;
    if (left > 0) lines.push(`      ... ${left} more`);
    left = 0;
    const number = String(event.seq).padStart(4);
    const after = `+${ms(event.at - first.at)}`.padStart(10);
    lines.push(`  ${(marks.get(at) ?? '').padEnd(2)}${number} ${after}  ${lineOf(event)}`);
  });
  return lines;
}
