/** What was measured, as data: from lifecycle events and the server's log alone. */
import type { Backoff, StopReport, SupervisionEvent } from 'coppice';
import type { Census } from './census.js';
import { type Delay, delaysIn, isAllowed, meanPosition } from './delays.js';
import { type Histogram, fullest, histogram } from './histogram.js';
import { type Parking, parkingsIn } from './parkings.js';
import type { Accepted } from './server.js';

/** When it happened what the story is about, by the clock of the tree, in milliseconds. */
export interface Moments {
  readonly downAt: number;
  readonly upAt: number;
  /** The connection of one client was closed soon after it was back. */
  readonly droppedAt: number;
  readonly blipAt: number;
  readonly blipEndedAt: number;
}

/** When the clients of a fleet were let in, counted from when the server was back. */
export interface Reconnects extends Histogram {
  /** The most in any stretch of {@link STRETCH_MS}, wherever that begins. */
  readonly fullest: number;
}

/** A computer that is busy spreads a crowd over some milliseconds; that makes no difference here. */
export const STRETCH_MS = 100;

/** A child of the desk goes down, or comes up. */
export interface DeskEvent {
  readonly id: string;
  readonly what: 'crashed' | 'stopped' | 'started';
}

export interface Facts {
  /** The delays of one client: in the outage, after it was dropped too early, and after a healthy run. */
  readonly one: {
    readonly outage: readonly Delay[];
    readonly dropped: readonly Delay[];
    readonly blip: readonly Delay[];
    /** How long it had been up when it was dropped, and at the second outage, in milliseconds. */
    readonly droppedAfterMs: number | undefined;
    readonly blipAfterMs: number | undefined;
  };
  /** Those of all, together. */
  readonly delays: {
    readonly count: number;
    readonly allowed: number;
    /** Where in their range those are that may vary, on average: 0 at its beginning, 1 at its end. */
    readonly position: number;
    /** The most that anybody was started before its delay was over, in milliseconds. */
    readonly earliestMs: number;
  };
  readonly reconnects: { readonly withJitter: Reconnects; readonly withoutJitter: Reconnects };
  /** Until the second outage. */
  readonly parkings: readonly Parking[];
  /** The most that the event loop was late while the clients came back, in milliseconds. */
  readonly lagMs: number;
  /** When the others were all back, and some still parked. */
  readonly meanwhile: Census;
  /** In the first outage. */
  readonly desk: readonly DeskEvent[];
  readonly end: {
    readonly kind: string;
    readonly unstopped: readonly string[];
    readonly connections: number;
  };
}

export interface Sources {
  readonly events: readonly SupervisionEvent[];
  readonly log: readonly Accepted[];
  readonly moments: Moments;
  readonly meanwhile: Census;
  readonly lagMs: number;
  readonly bucketMs: number;
  /** By path. */
  readonly backoffOf: (path: string) => Backoff;
  readonly one: string;
  readonly desk: string;
  readonly fleets: { readonly withJitter: string; readonly withoutJitter: string };
  readonly report: StopReport;
  /** Connections that the clients have left behind. */
  readonly connections: number;
}

export function factsOf(sources: Sources): Facts {
  const { events, log, moments, bucketMs, fleets, report } = sources;
  const { downAt, upAt, droppedAt, blipAt, blipEndedAt } = moments;
  const delays = delaysIn(events, sources.backoffOf);
  const ofOne = (from: number, to: number): Delay[] =>
    delays.filter(({ path, at }) => path === sources.one && at >= from && at < to);
  const reconnects = (fleet: string): Reconnects =>
    reconnectsOf(log, { fleet, from: upAt, to: droppedAt, bucketMs });
  return {
    one: {
      outage: ofOne(downAt, droppedAt),
      dropped: ofOne(droppedAt, blipAt),
      blip: ofOne(blipAt, blipEndedAt),
      droppedAfterMs: uptimeBefore(events, sources.one, droppedAt),
      blipAfterMs: uptimeBefore(events, sources.one, blipAt),
    },
    delays: {
      count: delays.length,
      allowed: delays.filter(isAllowed).length,
      position: meanPosition(delays),
      earliestMs: Math.max(0, ...delays.map(({ delayMs, waitedMs = delayMs }) => delayMs - waitedMs)),
    },
    reconnects: {
      withJitter: reconnects(fleets.withJitter),
      withoutJitter: reconnects(fleets.withoutJitter),
    },
    parkings: parkingsIn(events).filter(({ parkedAt }) => parkedAt < blipAt),
    lagMs: sources.lagMs,
    meanwhile: sources.meanwhile,
    desk: fallsIn(events, sources.desk, downAt, droppedAt),
    end: {
      kind: report.reason.kind,
      unstopped: report.unstopped.map(({ path }) => path),
      connections: sources.connections,
    },
  };
}

export function reconnectsOf(
  log: readonly Accepted[],
  { fleet, from, to, bucketMs }: { fleet: string; from: number; to: number; bucketMs: number },
): Reconnects {
  const times = log
    .filter(({ name, at, isWelcome }) => isWelcome && at < to && name.startsWith(`${fleet}/`))
    .map(({ at }) => at);
  return { ...histogram(times, from, bucketMs), fullest: fullest(times, from, STRETCH_MS) };
}

/** How long a child had been up at its first crash from a moment on. */
function uptimeBefore(events: readonly SupervisionEvent[], who: string, from: number): number | undefined {
  for (const event of events) {
    if (event.type === 'child:crashed' && event.path === who && event.at >= from) return event.uptimeMs;
  }
  return undefined;
}

const DESK_EVENTS = {
  'child:crashed': 'crashed',
  'child:stopped': 'stopped',
  'child:started': 'started',
} as const;

/** Who of the desk went down and came up, in order. */
function fallsIn(events: readonly SupervisionEvent[], desk: string, from: number, to: number): DeskEvent[] {
  const falls: DeskEvent[] = [];
  for (const event of events) {
    const { type, path, at } = event;
    if (at < from || at >= to || !path.startsWith(`${desk}/`)) continue;
    if (type === 'child:crashed' || type === 'child:stopped' || type === 'child:started')
      falls.push({ id: event.id, what: DESK_EVENTS[type] });
  }
  return falls;
}
