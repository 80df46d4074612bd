/** What the example claims to show, each claim held against what was measured. */
import { isAllowed } from './delays.js';
import { type Facts, STRETCH_MS } from './facts.js';
import { total } from './histogram.js';
import { duration, grouped, plural } from './words.js';

export interface Claim {
  readonly claim: string;
  /** undefined: the machine was too busy to tell. */
  readonly holds: boolean | undefined;
  /** What was measured. */
  readonly shown: string;
}

/** What the network was declared with. */
export interface Terms {
  readonly clients: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number; readonly resetAfterMs: number };
  readonly reviveAfterMs: number;
}

/** A timer of the platform may fire this much too early. */
const TIMER_MS = 2;

export function claimsOf(facts: Facts, terms: Terms): Claim[] {
  return [
    grow(facts),
    withinJitter(facts),
    goOn(facts, terms),
    reset(facts, terms),
    noStorm(facts, terms),
    atOnce(facts),
    revived(facts, terms),
    ranOn(facts, terms),
    fellTogether(facts),
    clean(facts),
  ];
}

/** Up to the longest delay each is longer than the one before; from then on the ranges are the same. */
function grow({ one: { outage } }: Facts): Claim {
  const longest = Math.max(...outage.map(({ allowed }) => allowed.maxMs));
  const growing = outage.filter(({ allowed }) => allowed.maxMs < longest);
  const holds =
    growing.length >= 3 && growing.every(({ delayMs }, at) => delayMs >= (growing[at - 1]?.delayMs ?? 0));
  return {
    claim: 'Delays grow',
    holds: holds && outage.every(({ failures }, at) => failures === at + 1),
    shown: outage.map(({ delayMs }) => delayMs).join(', ') + ' ms',
  };
}

/** Within the range, and all over it: whoever never took anything off would be within it, too. */
function withinJitter({ delays: { count, allowed, position, earliestMs } }: Facts): Claim {
  return {
    claim: 'They stay within jitter',
    holds: count > 0 && allowed === count && Math.abs(position - 0.5) < 0.15 && earliestMs <= TIMER_MS,
    shown: `${grouped(allowed)} of ${plural(count, 'delay')} of all clients, on average at ${Math.round(position * 100)} % of the range`,
  };
}

function goOn({ one: { outage, dropped, droppedAfterMs = 0 } }: Facts, { backoff }: Terms): Claim {
  const claim = 'A short run cures nothing';
  const before = outage.at(-1)?.failures ?? 0;
  const [first] = dropped;
  const wasShort = droppedAfterMs < backoff.resetAfterMs;
  const run = `after a run of ${duration(droppedAfterMs)} failure ${first?.failures}: ${first?.delayMs} ms`;
  if (!wasShort) return { claim, holds: undefined, shown: `${run}; that was no short run` };
  return { claim, holds: first !== undefined && first.failures === before + 1, shown: run };
}

function reset({ one: { blip, blipAfterMs = 0 } }: Facts, { backoff }: Terms): Claim {
  const claim = 'A healthy one does';
  const [first] = blip;
  const shown = `after a run of ${duration(blipAfterMs)} failure ${first?.failures}: ${first?.delayMs} ms`;
  const wasHealthy = blipAfterMs >= backoff.resetAfterMs;
  const isSmall = first?.failures === 1 && first.delayMs <= Math.ceil(backoff.minMs);
  return { claim, holds: wasHealthy && isSmall && blip.every(isAllowed), shown };
}

function noStorm(
  { reconnects: { withJitter, withoutJitter }, lagMs }: Facts,
  { clients, backoff }: Terms,
): Claim {
  const claim = 'No storm at the return';
  const [spread, peak] = [withJitter.fullest, withoutJitter.fullest];
  const areAllBack = total(withJitter) === clients && total(withoutJitter) === clients;
  const shown = `at most ${spread} of ${clients} in any ${STRETCH_MS} ms; without jitter ${peak}`;
  // Who comes while the event loop stands still is accepted in a crowd with all others who do.
  if (areAllBack && lagMs > STRETCH_MS / 2) {
    return { claim, holds: undefined, shown: `${shown}, but the event loop was ${duration(lagMs)} late` };
  }
  // With --fast the longest delays (their jitter is 0.5) differ by two stretches only: no crowd could be told from chance.
  const rangeMs = backoff.maxMs / 2;
  if (areAllBack && rangeMs < 5 * STRETCH_MS) {
    return { claim, holds: undefined, shown: `${shown}, but delays differ by ${duration(rangeMs)} only` };
  }
  return { claim, holds: areAllBack && spread * 1.25 <= peak, shown };
}

function atOnce({ parkings }: Facts): Claim {
  const permanent = parkings.filter(({ because }) => because === 'permanent');
  const [first] = permanent;
  return {
    claim: 'Permanent errors park',
    holds: permanent.length === 1 && first?.attempts === 1 && first.revivedBy === 'request',
    shown: `after ${plural(first?.attempts ?? 0, 'attempt')} (${first?.error})`,
  };
}

function revived({ parkings }: Facts, { reviveAfterMs }: Terms): Claim {
  const guests = parkings.filter(({ because }) => because === 'limit');
  const away = guests.map(({ parkedAt, revivedAt = Infinity }) => revivedAt - parkedAt);
  const tries = guests.map(({ attempts }) => attempts);
  return {
    claim: 'So does a limit',
    holds:
      guests.length >= 3 && Math.min(...away) >= reviveAfterMs - TIMER_MS && Math.max(...away) < Infinity,
    shown: `${guests.length} guests after ${Math.min(...tries)} restarts; revived after ${duration(Math.min(...away))}`,
  };
}

function ranOn({ meanwhile: { running = 0, parked = 0 } }: Facts, { clients }: Terms): Claim {
  return {
    claim: 'The others run on',
    holds: parked >= 3 && running >= 2 * clients + 1,
    shown: `${running} were connected while ${parked} were parked`,
  };
}

function fellTogether({ desk }: Facts): Claim {
  const up = desk.filter(({ what }) => what === 'started').map(({ id }) => id);
  const down = desk.filter(({ what }) => what !== 'started').map(({ id }) => id);
  const order = desk.map(({ id, what }) => `${id} ${what}`);
  const expected = [
    'feed crashed',
    'alerts stopped',
    'prices stopped',
    'feed started',
    'prices started',
    'alerts started',
  ];
  return {
    claim: 'The bound fall together',
    holds: order.join() === expected.join(),
    shown: `down ${down.join(', ')}; up ${up.join(', ')}`,
  };
}

function clean({ end: { kind, unstopped, connections } }: Facts): Claim {
  return {
    claim: 'A clean end',
    holds: kind !== 'crash' && unstopped.length === 0 && connections === 0,
    shown: leftBehind(unstopped, connections),
  };
}

/** Who did not stop, and what they have left behind. */
export const leftBehind = (unstopped: readonly string[], connections: number): string =>
  `${unstopped.length === 0 ? 'nobody' : unstopped.join(', ')} had to be given up, ${plural(connections, 'connection')} left`;
