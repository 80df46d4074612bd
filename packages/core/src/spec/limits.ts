/**
 * When a restart limit trips, and whether it can at all: pure arithmetic on declarations.
 *
 * A restart is counted when the child fails. A limit of N restarts trips at the (N + 1)th failure, if the time
 * between the first of these failures and the last, N intervals, is not longer than the window. An interval
 * is the delay of the backoff and then the run that fails. As delays only grow until a run is so long that they begin
 * anew, N failures that follow each other at once come soonest.
 */
import { type Backoff, longestDelayMs, shortestDelayMs } from '../model/backoff.js';
import { type ChildPolicy, type Limit, isSupervisorKind, ownLimit } from '../model/policy.js';
import { stopBudgetMs } from '../model/stop-budget.js';

/** A window, or a time to be up, so long that it means: of its whole life. */
export const WHOLE_LIFE_MS = Number.MAX_SAFE_INTEGER;

/** What a supervisor says about the restarts of its children. */
export interface Above {
  readonly id: string;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly childBackoff?: Backoff | undefined;
}

/** Between so many milliseconds, both included. */
export interface Span {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The limit that the restarts of a child count in, and whose that is. */
export interface CountedIn extends Limit {
  readonly owner: 'child' | 'supervisor';
}

/** None if its supervisor is not known, or it is never started again. */
export function countedIn(spec: ChildPolicy, above: Above | undefined): CountedIn | undefined {
  if (spec.restart === 'temporary') return undefined;
  const own = ownLimit(spec);
  if (own) return { ...own, owner: 'child' };
  return above && { maxRestarts: above.maxRestarts, withinMs: above.withinMs, owner: 'supervisor' };
}

/** The delays before a child is started again; those of its supervisor if it has none of its own. */
export const delaysOf = (spec: ChildPolicy, above: Above | undefined): Backoff | undefined =>
  spec.restart === 'temporary' ? undefined : (spec.backoff ?? above?.childBackoff);

/** How every run of a child goes, in a case that is looked at. */
export interface Runs {
  /** How long each takes, from its start until it has failed and all is cleaned up. */
  readonly ms: number;
  /** How much of that the child was up. */
  readonly upMs: number;
}

/** Every start fails at once. */
export const AT_ONCE: Runs = { ms: 0, upMs: 0 };

/** Whether a limit trips if all runs go like that. */
export interface Outcome {
  /** `chance`: that depends on what the jitter takes off the delays. */
  readonly trips: 'always' | 'chance' | 'never';
  /** From the first failure to the one that is one too many, or would be if the window were longer. */
  readonly after: Span;
}

/** What becomes of a child whose runs all go alike, when they count in this limit. */
export function outcomeOf(limit: CountedIn, delays: Backoff | undefined, runs: Runs): Outcome {
  const { maxRestarts, withinMs } = limit;
  if (maxRestarts === Infinity) return { trips: 'never', after: { minMs: Infinity, maxMs: Infinity } };
  const after = timeFor(maxRestarts, delays, runs);
  const trips = after.minMs > withinMs ? 'never' : after.maxMs > withinMs ? 'chance' : 'always';
  return { trips, after };
}

/** The time that so many intervals take together. */
function timeFor(intervals: number, delays: Backoff | undefined, { ms, upMs }: Runs): Span {
  const runsMs = intervals * ms;
  if (!delays) return { minMs: runsMs, maxMs: runsMs };
  // After each run that was long enough the delays begin anew.
  const counted = upMs >= delays.resetAfterMs ? { ...delays, factor: 1 } : delays;
  return {
    minMs: runsMs + sumOfDelays(counted, intervals, shortestDelayMs),
    maxMs: runsMs + sumOfDelays(counted, intervals, longestWholeMs),
  };
}

/** Delays are whole milliseconds. */
const longestWholeMs = (backoff: Backoff, failures: number): number =>
  Math.ceil(longestDelayMs(backoff, failures));

/** So many delays are added up one by one, at most. */
const MAX_TERMS = 10_000;

/** The sum of the delays after the 1st to the nth failure in a row; beyond all reason a bound of it. */
function sumOfDelays(
  backoff: Backoff,
  n: number,
  delayOf: typeof shortestDelayMs | typeof longestWholeMs,
): number {
  let sum = 0;
  for (let failures = 1; failures <= n; failures++) {
    const isLongest = longestDelayMs(backoff, failures) >= backoff.maxMs;
    if (isLongest || failures > MAX_TERMS) {
      // From here on they are all alike; or else, for the sum to be a bound: all as short, or as long, as one of them.
      const last = isLongest || delayOf === shortestDelayMs ? failures : n;
      return sum + (n - failures + 1) * delayOf(backoff, last);
    }
    sum += delayOf(backoff, failures);
  }
  return sum;
}

/** The shortest time in which a child can fail once more than a limit allows, whatever its runs are like. */
export interface Quickest {
  readonly ms: number;
  /** How many runs of `resetAfterMs`, after which delays begin anew, are in it. */
  readonly resets: number;
}

/**
 * The shortest time that so many intervals can take. Where delays grow fast, a few runs that are long enough to
 * make them begin anew (`resetAfterMs`) are quicker than waiting for long delays. With r such runs the delays
 * come in r + 1 series; as they grow within a series, series of equal length are the quickest. Their sum is
 * convex in r, so that the least is found by bisection.
 */
export function quickestMs(intervals: number, delays: Backoff): Quickest {
  const cost = (resets: number): number => {
    const series = resets + 1;
    const length = Math.floor(intervals / series);
    const longer = intervals % series;
    return (
      resets * delays.resetAfterMs +
      longer * sumOfDelays(delays, length + 1, shortestDelayMs) +
      (series - longer) * sumOfDelays(delays, length, shortestDelayMs)
    );
  };
  let low = 0;
  let high = Math.max(0, intervals - 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (cost(middle) <= cost(middle + 1)) high = middle;
    else low = middle + 1;
  }
  return { ms: cost(low), resets: low };
}

/** Something that takes a whole time limit each time, and then fails. */
export interface Hang {
  readonly what: 'start' | 'stale' | 'long';
  readonly option: 'startTimeoutMs' | 'staleAfterMs' | 'maxRunMs';
  readonly limitMs: number;
  /** If it ends as soon as its signal is aborted. */
  readonly prompt: Runs;
  /** If it does not, and is waited for until it is abandoned; none if it would be waited for without limit. */
  readonly stubborn: Runs | undefined;
}

/** The ways in which the runs of a child can hang and be noticed. */
export function hangsOf(spec: ChildPolicy): Hang[] {
  const { startTimeoutMs, staleAfterMs, maxRunMs, shutdownMs } = spec;
  // What a supervisor takes to stop depends on its children; whoever waits for ever, or ends all, repeats nothing.
  const isBounded = !isSupervisorKind(spec.kind) && spec.onStuck === 'abandon' && shutdownMs !== Infinity;
  const stopMs = stopBudgetMs(spec);
  // There is something to kill only once a start has returned it.
  const hasValue = (spec as { awaitReady?: boolean }).awaitReady === true;
  const hang = (what: Hang['what'], option: Hang['option'], limitMs: number | undefined): Hang[] => {
    if (limitMs === undefined) return [];
    const extraMs = what === 'start' && !hasValue ? shutdownMs : stopMs;
    const runs = (ms: number): Runs => ({ ms, upMs: what === 'start' ? 0 : ms });
    const stubborn = isBounded ? runs(limitMs + extraMs) : undefined;
    return [{ what, option, limitMs, prompt: runs(limitMs), stubborn }];
  };
  return [
    ...hang('start', 'startTimeoutMs', startTimeoutMs),
    ...hang('stale', 'staleAfterMs', staleAfterMs),
    ...hang('long', 'maxRunMs', maxRunMs),
  ];
}

/** What comes on top of the time limit when a hanging run does not end by itself. */
export const stubbornExtraMs = ({ limitMs, stubborn }: Hang): number => (stubborn?.ms ?? limitMs) - limitMs;
