/**
 * The metrics of a tree: what they are called, what they count, and by which attributes. Names, units and one-hot
 * states are those of OpenTelemetry's conventions; who exports them otherwise translates them.
 */

/**
 * How the values of a metric come about: added up (`counter`), spread over buckets (`histogram`), or read off when
 * somebody asks: as a number of things, which may be added up over several (`sum`), or as it is (`gauge`).
 */
export type MetricKind = 'counter' | 'histogram' | 'sum' | 'gauge';

/** One metric. */
export interface Metric {
  readonly kind: MetricKind;
  /** In UCUM, as OpenTelemetry has it: `s` for seconds, `1` for shares, in braces what is counted. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** What a value is told apart by. */
export type Attribute = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];

export const ATTRIBUTES = {
  child: 'supervision.child.path',
  state: 'supervision.child.state',
  supervisor: 'supervision.supervisor.path',
  strategy: 'supervision.supervisor.strategy',
  start: 'supervision.start.outcome',
  stop: 'supervision.stop.outcome',
  exit: 'supervision.exit.reason',
  restart: 'supervision.restart.reason',
  giveUp: 'supervision.give_up.action',
  attribution: 'supervision.fault.attribution',
  origin: 'supervision.fault.origin',
  contained: 'supervision.fault.contained',
  error: 'error.type',
} as const;

const { child, state, supervisor, strategy, start, stop, exit, restart, giveUp, error } = ATTRIBUTES;

/** What is counted when it happens. */
const EVENT_METRICS = {
  'supervision.child.starts': {
    kind: 'counter',
    unit: '{start}',
    description: 'Starts that have come to an end: ok, error, timeout, ignored, or interrupted by a stop',
    attributes: [child, start, error],
  },
  'supervision.child.exits': {
    kind: 'counter',
    unit: '{exit}',
    description: 'Ends of children that were up: normal, shutdown, crash, stopped as asked, or killed',
    attributes: [child, exit, error],
  },
  'supervision.child.restarts': {
    kind: 'counter',
    unit: '{restart}',
    description:
      'Starts after the first: for a crash, an exit without an error, for a sibling, by a watchdog (health), or by hand (manual)',
    attributes: [child, restart, error],
  },
  'supervision.child.give_ups': {
    kind: 'counter',
    unit: '{give_up}',
    description: 'Children that have failed once too often, or for good, by what becomes of them',
    attributes: [child, giveUp, error],
  },
  'supervision.child.start.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long starts take',
    attributes: [child, start],
  },
  'supervision.child.stop.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long stops take that were asked for: graceful, forced, or abandoned',
    attributes: [child, stop],
  },
  'supervision.escalations': {
    kind: 'counter',
    unit: '{escalation}',
    description: 'Supervisors that have given up, and left it to the one above',
    attributes: [supervisor],
  },
} as const satisfies Record<string, Metric>;

/** What is counted when a fault goes astray. */
const FAULT_METRICS = {
  'supervision.faults': {
    kind: 'counter',
    unit: '{fault}',
    description:
      'Stray faults: whose they are (by a tag, by context, or not known), and whether the process survives',
    attributes: [child, ATTRIBUTES.attribution, ATTRIBUTES.origin, ATTRIBUTES.contained],
  },
} as const satisfies Record<string, Metric>;

/** What is read off the tree when somebody asks. */
const TREE_METRICS = {
  'supervision.child.status.state': {
    kind: 'sum',
    unit: '{child}',
    description:
      'How many children are at which state; those that do not hold are 0: starting, running, degraded, backing_off, stopping, stopped, failed',
    attributes: [child, state],
  },
  'supervision.child.abandoned': {
    kind: 'sum',
    unit: '{incarnation}',
    description: 'Incarnations that did not stop in time, are waited for no longer, and still run',
    attributes: [child],
  },
  'supervision.child.uptime': {
    kind: 'gauge',
    unit: 's',
    description:
      'For how long a child has been up; none while it is down, none for children that come and go',
    attributes: [child],
  },
  'supervision.child.intensity.utilization': {
    kind: 'gauge',
    unit: '1',
    description: "Which share of a child's own restart limit is used within its window",
    attributes: [child],
  },
  'supervision.supervisor.intensity.utilization': {
    kind: 'gauge',
    unit: '1',
    description: 'Which share of the restart limit is used within its window; past 1 the supervisor gives up',
    attributes: [supervisor, strategy],
  },
  'supervision.application.ready': {
    kind: 'gauge',
    unit: '{application}',
    description: '1 while it is ready, otherwise 0',
    attributes: [supervisor],
  },
} as const satisfies Record<string, Metric>;

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  ...EVENT_METRICS,
  ...FAULT_METRICS,
  ...TREE_METRICS,
};

/** The limits of the buckets of all durations, in seconds: from what is instantaneous to what is given up. */
export const BUCKETS_S: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export type EventMetric = keyof typeof EVENT_METRICS;
export type MetricName = EventMetric | keyof typeof FAULT_METRICS | keyof typeof TREE_METRICS;

export type Attributes = Readonly<Partial<Record<Attribute, string | boolean>>>;
