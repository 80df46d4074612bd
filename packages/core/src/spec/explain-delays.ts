/** The sentences about when a child is started again, and when its limit trips. */
import { type Backoff, longestDelayMs } from '../model/backoff.js';
import { about, count, delayRange, exact, nth, range, rough } from './explain-words.js';
import { AT_ONCE, type CountedIn, type Hang, type Outcome, WHOLE_LIFE_MS, outcomeOf } from './limits.js';

/** How the delays grow: `Each further failure in a row doubles that, up to 5 to 10 s.` */
export function growthOf(delays: Backoff): string[] {
  const { maxMs, factor, resetAfterMs } = delays;
  const grows = longestDelayMs(delays, 2) > longestDelayMs(delays, 1);
  const reset =
    resetAfterMs >= WHOLE_LIFE_MS
      ? 'No run is so long that the delays begin anew.'
      : `After a run of ${exact(resetAfterMs)} the delays begin anew.`;
  if (!grows) return [reset];
  const times = factor === 2 ? 'doubles that' : `makes that ${Number(factor.toFixed(3))} times as long`;
  return [
    `Each further failure in a row ${times}, up to ${delayRange({ ...delays, minMs: maxMs }, 1)}.`,
    reset,
  ];
}

/** When a child that fails at every start gives up. */
export function tripSentence(limit: CountedIn, delays: Backoff | undefined): string {
  const { trips, after } = outcomeOf(limit, delays, AT_ONCE);
  const last = `${nth(limit.maxRestarts + 1)} failure`;
  const who = limit.owner === 'child' ? 'it' : 'its supervisor';
  if (limit.maxRestarts === 0) return `So ${who} gives up at the first failure.`;
  if (after.maxMs === 0) return `If every start fails at once ${who} gives up at the ${last}, in no time.`;
  const all = 'If every start fails at once';
  switch (trips) {
    case 'always':
      return `${all} ${who} gives up at the ${last}, after ${about(after)}.`;
    case 'chance':
      return (
        `${all} the ${last} comes ${range(after)} after the first: ` +
        `chance decides whether that is within ${exact(limit.withinMs)}, and ${who} gives up.`
      );
    case 'never':
      return (
        `${all} the ${last} comes ${range(after)} after the first, so this child alone never uses it up: ` +
        `it is tried again for ever.`
      );
  }
}

/** The same for one that hangs each time, and is told so after a time limit. */
export function hangSentence(
  limit: CountedIn | undefined,
  delays: Backoff | undefined,
  hang: Hang,
): string[] {
  if (!limit || limit.maxRestarts === Infinity) return [];
  const prompt = outcomeOf(limit, delays, hang.prompt);
  const stubborn = outcomeOf(limit, delays, hang.stubborn ?? hang.prompt);
  const who = limit.owner === 'child' ? 'it' : 'its supervisor';
  const each = hang.what === 'start' ? 'If every start hangs' : 'If that happens every time';
  if (prompt.trips === 'never') {
    return [`${each} it is tried again for ever${whyNever(limit, prompt)}.`];
  }
  const after = { minMs: prompt.after.minMs, maxMs: stubborn.after.maxMs };
  const isSure = prompt.trips === 'always' && stubborn.trips === 'always';
  if (isSure) {
    const time = after.maxMs === 0 ? 'at the first' : `${about(after)} after the first`;
    return [`${each} ${who} gives up ${time}.`];
  }
  if (stubborn.trips === 'never' && prompt.trips === 'always') {
    return [
      `${each} ${who} gives up ${about(prompt.after)} after the first; but one that does not end when its signal is ` +
        `aborted takes so much longer that it is tried again for ever.`,
    ];
  }
  return [
    `${each} its ${nth(limit.maxRestarts + 1)} failure comes ${range(after)} after the first: whether ${who} gives up depends on that.`,
  ];
}

const whyNever = (limit: CountedIn, { after }: Outcome): string =>
  `, since ${count(limit.maxRestarts, 'restart')} then take ${rough(after.minMs, Math.floor)} at least`;
