/**
 * Keeps what an event alone does not say, for as long as something is under way: which starts and stops there are,
 * and which restarts are due. Nothing is kept for a child that simply runs.
 */
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import type { StartCause } from '../model/cause.js';
import type { EventName, EventOf, SupervisionEvent } from '../model/event.js';
import type { Attributes, EventMetric, MetricName } from './catalogue.js';
import type { Labels } from './labels.js';
import { type Known, METRICS_OF_EVENTS, type Point, type RestartCause, errorIn } from './table.js';

/** Adds to a counter, records in a histogram, or tells what was read off. */
export type Write = (metric: MetricName, value: number, attributes: Attributes) => void;

type ChildEvent = Extract<SupervisionEvent, { incarnation: number }>;

interface Stop {
  readonly since: number;
  wasAbandoned: boolean;
}

export class Books {
  readonly #write: Write;
  readonly #labels: Labels;
  /** By path and incarnation: two of a child may be there at a time, while one takes the place of the other. */
  readonly #starting = new Set<string>();
  readonly #stopping = new Map<string, Stop>();
  /** By path: decided, and not begun. */
  readonly #restarts = new Map<string, RestartCause>();

  constructor(write: Write, labels: Labels) {
    this.#write = write;
    this.#labels = labels;
  }

  /** What is under way already when counting begins. */
  open({ children }: SupervisorSnapshot): void {
    for (const { path, status, incarnation, supervisor } of children) {
      if (status === 'starting') this.#starting.add(`${path} ${incarnation}`);
      if (supervisor) this.open(supervisor);
    }
  }

  hear(event: SupervisionEvent): void {
    const known = 'incarnation' in event ? this.#note(event) : NOTHING;
    const row = METRICS_OF_EVENTS[event.type] as AnyRow;
    for (const metric in row) {
      const point = row[metric as EventMetric]?.(event, { ...known, label: this.#labels.of(event.path) });
      if (point) this.#write(metric as EventMetric, point[0], point[1]);
    }
  }

  #note(event: ChildEvent): Omit<Known, 'label'> {
    const { type, path, incarnation } = event;
    const key = `${path} ${incarnation}`;
    const stop = this.#stopping.get(key);
    const known = {
      wasStarting: this.#starting.has(key),
      stoppingSince: stop?.since,
      wasAbandoned: stop?.wasAbandoned === true,
      restart: undefined,
    };
    switch (type) {
      case 'child:starting':
        if (event.kind === 'dynamic-supervisor') this.#labels.noteDynamic(path);
        this.#starting.add(key);
        return { ...known, restart: this.#restartOf(event) };
      case 'child:restarting':
        this.#restarts.set(path, causeOf(event));
        return known;
      case 'child:stopping':
        this.#stopping.set(key, { since: event.at, wasAbandoned: false });
        return known;
      case 'child:abandoned':
        if (stop) stop.wasAbandoned = true;
        return known;
      case 'child:removed':
      case 'child:not-restarted':
        this.#restarts.delete(path);
        return known;
      default:
        if (IS_OVER.has(type)) {
          this.#starting.delete(key);
          if (type !== 'child:started') this.#stopping.delete(key);
        }
        return known;
    }
  }

  /** Why this is not its first start; undefined if it is. */
  #restartOf({ path, incarnation, because }: EventOf<'child:starting'>): RestartCause | undefined {
    const decided = this.#restarts.get(path);
    this.#restarts.delete(path);
    return incarnation > 1 ? (decided ?? { reason: UNDECIDED[because] }) : undefined;
  }
}

const NOTHING = { wasStarting: false, stoppingSince: undefined, wasAbandoned: false, restart: undefined };

/** A row for whichever event it is asked about. */
type AnyRow = {
  readonly [M in EventMetric]?: (event: SupervisionEvent, known: Known) => Point | undefined;
};

/** A start, or a life, has come to its end. */
const IS_OVER: ReadonlySet<EventName> = new Set<EventName>([
  'child:started',
  'child:start-failed',
  'child:ignored',
  'child:crashed',
  'child:completed',
  'child:stopped',
]);

/** What a start after the first is for that nobody has announced. */
const UNDECIDED: Readonly<Record<StartCause, RestartCause['reason']>> = {
  boot: 'crash', // it is tried again while its supervisor starts
  restart: 'crash',
  sibling: 'sibling',
  bond: 'sibling',
  unblocked: 'sibling',
  request: 'manual',
  reconcile: 'manual',
};

/** Their errors come from a watchdog. */
const WATCHDOG: readonly unknown[] = ['COPPICE_STALE', 'COPPICE_RAN_TOO_LONG'];

function causeOf({ because, reason }: EventOf<'child:restarting'>): RestartCause {
  if (because === 'request' || because === 'resume' || because === 'reconcile') return { reason: 'manual' };
  const error = errorIn(reason);
  if (WATCHDOG.includes(error?.code)) return { reason: 'health', error: error! };
  if (reason.kind === 'crash' || reason.kind === 'killed')
    return { reason: 'crash', ...(error && { error }) };
  return { reason: 'exit', ...(error && { error }) };
}
