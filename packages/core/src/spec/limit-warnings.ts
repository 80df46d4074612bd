/**
 * Limits, delays and time limits of a child that are allowed but probably do not do together what was meant.
 * Only for children that have delays or time limits: what OTP has needs no warning.
 */
import { type Backoff, longestDelayMs, shortestDelayMs } from '../model/backoff.js';
import { type ChildPolicy, isSupervisorKind } from '../model/policy.js';
import { about, count, exact, literal, nth, range, sum } from './explain-words.js';
import {
  AT_ONCE,
  WHOLE_LIFE_MS,
  type Above,
  type CountedIn,
  type Hang,
  type Outcome,
  countedIn,
  delaysOf,
  hangsOf,
  outcomeOf,
  quickestMs,
  stubbornExtraMs,
} from './limits.js';

export const LIMIT_WARNING_CODES = [
  'COPPICE_LIMIT_OUT_OF_REACH',
  'COPPICE_LIMIT_BY_CHANCE',
  'COPPICE_BACKOFF_CUT_SHORT',
  'COPPICE_HUNG_START_REPEATS',
  'COPPICE_STALE_RUN_REPEATS',
  'COPPICE_LONG_RUN_REPEATS',
] as const;

export type LimitWarningCode = (typeof LIMIT_WARNING_CODES)[number];

export interface LimitWarning {
  readonly code: LimitWarningCode;
  /** What is the matter with "it", the child. */
  readonly text: string;
}

/** A child, what it is counted in, and by whom. */
interface Facts {
  readonly spec: ChildPolicy;
  readonly above: Above;
  readonly limit: CountedIn;
  readonly delays: Backoff | undefined;
}

/** What is to be said about one child of a supervisor. */
export function limitWarningsOf(spec: ChildPolicy, above: Above): LimitWarning[] {
  const delays = delaysOf(spec, above);
  const limit = countedIn(spec, above);
  const hangs = hangsOf(spec);
  if (!limit || limit.maxRestarts === Infinity || (!delays && hangs.length === 0)) return [];
  // Whoever keeps trying is tried for ever by intent; a supervisor with a giveUp needs no second failure to give up.
  if (spec.giveUp === 'keep-trying' && limit.owner === 'child') return [];
  if (isSupervisorKind(spec.kind) && spec.giveUp !== 'escalate') return [];
  const facts = { spec, above, limit, delays };
  const atOnce = outcomeOf(limit, delays, AT_ONCE);
  if (delays && atOnce.trips === 'never') return [outOfReach(facts, delays, atOnce)];
  const warnings = hangs.flatMap((hang) => repeats(facts, hang) ?? []);
  if (!delays) return warnings;
  if (atOnce.trips === 'chance') return [byChance(facts, atOnce), ...warnings];
  const short = cutShort(facts, delays, atOnce);
  return short ? [short, ...warnings] : warnings;
}

function outOfReach(facts: Facts, delays: Backoff, { after }: Outcome): LimitWarning {
  const { above, limit } = facts;
  const { maxRestarts, withinMs } = limit;
  const quickest = quickestMs(maxRestarts, delays);
  const isAlways = quickest.ms > withinMs;
  const resets = ` (or ${exact(quickest.ms)}, with ${count(quickest.resets, 'run')} of ${exact(delays.resetAfterMs)} in between)`;
  const text =
    `it alone ${isAlways ? 'can never use' : 'does not use'} up ${limitOf(facts)}${isAlways ? '' : ' if every start fails at once'}: ` +
    `its delays put ${shortestSum(maxRestarts, delays)} = ${exact(after.minMs)} at least between its first ` +
    `failure and its ${nth(maxRestarts + 1)}${isAlways && quickest.resets > 0 ? resets : ''}, so it is tried again for ever, ` +
    `and nobody gives up. ${cure(facts, maxRestarts, after.maxMs)}, or make the withinMs of '${above.id}' that long.${forEver(facts)}`;
  return { code: 'COPPICE_LIMIT_OUT_OF_REACH', text };
}

function byChance(facts: Facts, { after }: Outcome): LimitWarning {
  const { above, limit } = facts;
  const { maxRestarts, owner } = limit;
  const whose = owner === 'child' ? 'its withinMs' : `the withinMs of '${above.id}'`;
  const text =
    `whether it ever uses up ${limitOf(facts)} is left to chance: if every start fails at once, its ` +
    `${nth(maxRestarts + 1)} failure comes ${range(after)} after the first, as the jitter of its delays will have it. ` +
    `Make ${whose} at least ${literal(nice(after.maxMs))}.`;
  return { code: 'COPPICE_LIMIT_BY_CHANCE', text };
}

/** A limit that is used up before the delays have come to a quarter of the longest is too early by two doublings. */
const TOO_EARLY = 4;

function cutShort(facts: Facts, delays: Backoff, { after }: Outcome): LimitWarning | undefined {
  const { spec, above, limit } = facts;
  const { maxRestarts } = limit;
  const longestMs = delays.factor === 1 ? delays.minMs : delays.maxMs;
  if (maxRestarts === 0 && spec.boot === 'fail') {
    const text =
      `the delays of its backoff never come to anything, because '${above.id}' allows no restarts (maxRestarts 0): ` +
      `it gives up at the first failure. Allow some, or leave the backoff out.`;
    return { code: 'COPPICE_BACKOFF_CUT_SHORT', text };
  }
  // Whoever counts all attempts, like those of a task whose result is awaited, does not wait for an outage to pass.
  if (limit.withinMs >= WHOLE_LIFE_MS) return undefined;
  if (maxRestarts === 0 || longestDelayMs(delays, maxRestarts) * TOO_EARLY >= longestMs) return undefined;
  const text =
    `if every start fails at once, ${limit.owner === 'child' ? 'it' : `'${above.id}'`} gives up after ${about(after)}, though its delays ` +
    `go up to ${exact(longestMs)}: ${limitOf(facts)} is used up after delays of ` +
    `${sum(maxRestarts, (failures) => longestDelayMs(delays, failures))} at most. ${roomFor(facts, delays)}`;
  return { code: 'COPPICE_BACKOFF_CUT_SHORT', text };
}

/** A limit under which the longest delay is reached, and some more restarts tried. */
function roomFor(facts: Facts, delays: Backoff): string {
  const { minMs, maxMs, factor } = delays;
  const toLongest = Math.ceil(Math.log(maxMs / minMs) / Math.log(factor)) + 1;
  if (toLongest > 100) return 'Allow more restarts, in a longer time.';
  const maxRestarts = toLongest + 5;
  const { after } = outcomeOf({ ...facts.limit, maxRestarts }, delays, AT_ONCE);
  return `${cure(facts, maxRestarts, after.maxMs)}, or a smaller maxMs.`;
}

const CODES: Readonly<Record<Hang['what'], LimitWarningCode>> = {
  start: 'COPPICE_HUNG_START_REPEATS',
  stale: 'COPPICE_STALE_RUN_REPEATS',
  long: 'COPPICE_LONG_RUN_REPEATS',
};

const WHAT: Readonly<Record<Hang['what'], string>> = {
  start: 'a start that hangs',
  stale: 'a run that makes no progress',
  long: 'a run that takes too long',
};

/** Something that takes so long to be noticed that the limit forgets it before it is used up. */
function repeats(facts: Facts, hang: Hang): LimitWarning | undefined {
  const { limit, delays } = facts;
  const { maxRestarts, withinMs } = limit;
  if (maxRestarts === 0) return undefined;
  const prompt = outcomeOf(limit, delays, hang.prompt);
  const stubborn = hang.stubborn && outcomeOf(limit, delays, hang.stubborn);
  const isPrompt = prompt.trips === 'never';
  const outcome = isPrompt ? prompt : stubborn;
  if (outcome?.trips !== 'never') return undefined;
  const extra = isPrompt ? '' : `, and up to ${exact(stubbornExtraMs(hang))} more to stop`;
  const each = `each takes ${exact(hang.limitMs)} (${hang.option})${extra}`;
  const which = isPrompt ? WHAT[hang.what] : `${WHAT[hang.what]} and does not end when its signal is aborted`;
  const why =
    `so that ${count(maxRestarts, 'restart')} take ${exact(outcome.after.minMs)} at least, and ` +
    `${limitOf(facts)} counts those within ${exact(withinMs)}`;
  const { after } = outcomeOf(limit, delays, hang.stubborn ?? hang.prompt);
  const text = `${which} is repeated for ever: ${each}, ${why}. ${cure(facts, maxRestarts, after.maxMs)}.${forEver(facts)}`;
  return { code: CODES[hang.what], text };
}

const limitOf = ({ above, limit }: Facts): string =>
  `${limit.owner === 'child' ? 'its limit' : `the limit of '${above.id}'`} (${count(limit.maxRestarts, 'restart')} within ${exact(limit.withinMs)})`;

/** A limit that would do. */
function cure({ spec, above, limit }: Facts, maxRestarts: number, longestMs: number): string {
  const values = `maxRestarts: ${literal(maxRestarts)}, withinMs: ${literal(nice(2 * longestMs))}`;
  if (isSupervisorKind(spec.kind)) return `Give '${above.id}' a limit like ${values}`;
  return limit.owner === 'child'
    ? `Make its limit like ${values}`
    : `Give it a limit of its own, like ${values}`;
}

const forEver = ({ spec }: Facts): string =>
  isSupervisorKind(spec.kind) || spec.giveUp !== 'escalate'
    ? ''
    : ' If it is meant to be tried for ever, say so with maxRestarts: Infinity.';

const shortestSum = (terms: number, delays: Backoff): string =>
  sum(terms, (failures) => shortestDelayMs(delays, failures));

/** The next number with two digits and zeros: 28,000 for 27,312. */
function nice(ms: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, ms))) - 1);
  return Math.ceil(ms / unit) * unit;
}
