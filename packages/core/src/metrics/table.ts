/** Which event counts in which metric: one row for each, so that a new event does not compile without one. */
import type { EventName, EventOf } from '../model/event.js';
import type { ErrorWire, ReasonWire } from '../model/wire.js';
import { ATTRIBUTES, type Attributes, type EventMetric } from './catalogue.js';

/** What an event alone does not say. */
export interface Known {
  /** The path of the child or supervisor that it is about, as it is told: bounded. */
  readonly label: string;
  /** Was its start still under way? */
  readonly wasStarting: boolean;
  /** When it was asked to stop, by the clock; undefined: it was not, or before anybody counted. */
  readonly stoppingSince: number | undefined;
  readonly wasAbandoned: boolean;
  /** Why it was decided to start it again; undefined if it was not. */
  readonly restart: RestartCause | undefined;
}

export interface RestartCause {
  readonly reason: 'crash' | 'exit' | 'sibling' | 'health' | 'manual';
  readonly error?: ErrorWire;
}

/** How much to add or record, and under which attributes. */
export type Point = readonly [value: number, attributes: Attributes];

type Row<N extends EventName> = {
  readonly [M in EventMetric]?: (event: EventOf<N>, known: Known) => Point | undefined;
};

const { child, supervisor, start, stop, exit, restart, giveUp, error } = ATTRIBUTES;

export const METRICS_OF_EVENTS: { readonly [N in EventName]: Row<N> } = {
  'child:starting': {
    'supervision.child.restarts': (_, { label, restart: cause }) =>
      cause && [1, { [child]: label, [restart]: cause.reason, ...errorType(cause.error) }],
  },
  'child:started': {
    'supervision.child.starts': (_, { label }) => [1, { [child]: label, [start]: 'ok' }],
    'supervision.child.start.duration': (e, { label }) => [
      e.startMs / 1_000,
      { [child]: label, [start]: 'ok' },
    ],
  },
  'child:start-failed': {
    'supervision.child.starts': (e, { label }) => [
      1,
      { [child]: label, [start]: startOutcome(e.error), ...errorType(e.error) },
    ],
    'supervision.child.start.duration': (e, { label }) => [
      e.startMs / 1_000,
      { [child]: label, [start]: startOutcome(e.error) },
    ],
  },
  'child:ignored': {
    'supervision.child.starts': (_, { label }) => [1, { [child]: label, [start]: 'ignored' }],
  },
  'child:crashed': {
    'supervision.child.exits': (e, { label }) => [
      1,
      { [child]: label, [exit]: 'crash', ...errorType(e.error) },
    ],
  },
  'child:completed': {
    'supervision.child.exits': ({ reason }, { label }) => [
      1,
      { [child]: label, [exit]: reason.kind, ...errorType(errorIn(reason)) },
    ],
  },
  'child:stopped': {
    'supervision.child.starts': (_, { label, wasStarting }) =>
      wasStarting ? [1, { [child]: label, [start]: 'interrupted' }] : undefined,
    'supervision.child.exits': ({ reason }, { label, wasStarting }) =>
      wasStarting
        ? undefined
        : [1, { [child]: label, [exit]: stopped(reason), ...errorType(errorIn(reason)) }],
    'supervision.child.stop.duration': (e, { label, stoppingSince, wasAbandoned }) =>
      stoppingSince === undefined
        ? undefined
        : [(e.at - stoppingSince) / 1_000, { [child]: label, [stop]: stopOutcome(e.reason, wasAbandoned) }],
  },
  'child:gave-up': {
    'supervision.child.give_ups': (e, { label }) => [
      1,
      { [child]: label, [giveUp]: e.giveUp, ...errorType(e.error.cause ?? e.error) },
    ],
  },
  'supervisor:gave-up': { 'supervision.escalations': (_, { label }) => [1, { [supervisor]: label }] },
  'child:restarting': {}, // counted when it is done
  'child:not-restarted': {},
  'child:backing-off': {},
  'child:waiting': {},
  'child:paused': {},
  'child:resumed': {},
  'child:classify-failed': {},
  'child:ending': {},
  'child:stopping': {},
  'child:timed-out': {},
  'child:killing': {},
  'child:stuck': {},
  'child:cleanup-failed': {},
  'child:late-fault': {},
  'child:abandoned': {}, // in the outcome of its stop
  'child:settled': {},
  'child:removed': {},
  'supervisor:starting': {},
  'supervisor:started': {},
  'supervisor:start-failed': {},
  'supervisor:stopping': {},
  'supervisor:stopped': {},
  'supervisor:auto-shutdown': {},
  'supervisor:reconciled': {},
  'supervisor:warning': {},
  'listener:failed': {},
};

/** The metrics that an event counts in. */
export const metricsOf = (name: EventName): readonly EventMetric[] =>
  Object.keys(METRICS_OF_EVENTS[name]) as EventMetric[];

/** The error with which something ended, if it did. */
export function errorIn(reason: ReasonWire): ErrorWire | undefined {
  if (reason.kind === 'crash') return reason.error;
  return reason.kind === 'shutdown' ? reason.cause : undefined;
}

const startOutcome = ({ code }: ErrorWire): 'timeout' | 'error' =>
  code === 'COPPICE_START_TIMEOUT' ? 'timeout' : 'error';

const stopped = ({ kind }: ReasonWire): 'crash' | 'killed' | 'stopped' =>
  kind === 'crash' || kind === 'killed' ? kind : 'stopped';

/** Whoever was given up was killed before; whoever fails while it stops has stopped by itself. */
function stopOutcome({ kind }: ReasonWire, wasAbandoned: boolean): 'graceful' | 'forced' | 'abandoned' {
  if (wasAbandoned) return 'abandoned';
  return kind === 'killed' ? 'forced' : 'graceful';
}

/** A code, or the name of a class: neither may hold what is different each time, such as a number. */
const TYPE = /^[A-Za-z_][A-Za-z_0-9.:-]{0,63}$/;

function errorType(wire: ErrorWire | undefined): Attributes {
  if (!wire) return {};
  const type = [wire.code, wire.name].find((word) => typeof word === 'string' && TYPE.test(word));
  return { [error]: (type as string | undefined) ?? '_OTHER' };
}
