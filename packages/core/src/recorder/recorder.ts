/**
 * The flight recorder: a listener that keeps the last runs of those children that fail. One that never fails takes no
 * place, and of those that do the ones that failed least recently make room for others.
 */
import type { EventOf, SupervisionEvent } from '../model/event.js';
import { coppiceError } from '../model/errors.js';
import type { ReasonWire } from '../model/wire.js';
import { checkOptions, show } from '../spec/checks.js';
import { Ring } from './ring.js';
import { trimError, trimReason } from './trim.js';
import type {
  ChildHistory,
  FlightRecorder,
  RecordedDecision,
  RecordedGiveUp,
  RecordedRestart,
  RecordedRun,
  RecorderOptions,
  SupervisorHistory,
} from './types.js';

const RESTARTS = 50;
const GIVE_UPS = 10;
const DECISIONS = 4;
/** After so long a failure counts half. */
const HALF_LIFE_MS = 600_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Run = Omit<Writable<RecordedRun>, 'decisions'> & { readonly decisions: Ring<RecordedDecision> };

interface ChildBook {
  readonly about: Pick<ChildHistory, 'path' | 'supervisor' | 'id'>;
  failures: number;
  lastFailureAt: number;
  /** Failures, each worth less as time goes by, as of the last one. */
  weight: number;
  readonly runs: Ring<Run>;
}

interface SupervisorBook {
  readonly restarts: Ring<RecordedRestart>;
  readonly gaveUp: Ring<RecordedGiveUp>;
}

type ChildEvent = Extract<SupervisionEvent, { incarnation: number }>;
type EndEvent = Extract<
  SupervisionEvent,
  { type: 'child:crashed' | 'child:completed' | 'child:stopped' | 'child:start-failed' | 'child:ignored' }
>;

export class Recorder implements FlightRecorder {
  readonly #runs: number;
  readonly #most: number;
  /** In the order of their last failures. */
  readonly #children = new Map<string, ChildBook>();
  readonly #supervisors = new Map<string, SupervisorBook>();

  constructor(options: RecorderOptions | true) {
    const given = options === true ? {} : checkOptions('recorder', options, ['maxRuns', 'maxChildren']);
    this.#runs = checkCount('maxRuns', given.maxRuns ?? 10);
    this.#most = checkCount('maxChildren', given.maxChildren ?? 1_000);
  }

  /** Takes an event in. */
  hear(event: SupervisionEvent): void {
    if ('incarnation' in event) this.#aboutChild(event);
    else if (event.type === 'supervisor:gave-up') {
      const { at, offender, error, budget } = event;
      this.#supervisor(event.path).gaveUp.push({
        at,
        offender: offender.path,
        error: trimError(error),
        budget,
      });
    }
  }

  child(path: string): ChildHistory | undefined {
    const book = this.#children.get(path);
    return book && historyOf(book);
  }

  supervisor(path: string): SupervisorHistory | undefined {
    const book = this.#supervisors.get(path);
    return book && { path, restarts: book.restarts.toArray(), gaveUp: book.gaveUp.toArray() };
  }

  worst(count = 1): ChildHistory[] {
    const books = [...this.#children.values()];
    const latest = books.at(-1)?.lastFailureAt ?? 0;
    const weigh = (book: ChildBook): number => book.weight * decay(latest - book.lastFailureAt);
    return books
      .map((book) => ({ book, weight: weigh(book) }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, checkCount('worst', count))
      .map(({ book }) => historyOf(book));
  }

  toJSON(): ReturnType<FlightRecorder['toJSON']> {
    return {
      children: Array.from(this.#children.values(), historyOf),
      supervisors: [...this.#supervisors.keys()].map((path) => this.supervisor(path) as SupervisorHistory),
    };
  }

  #aboutChild(event: ChildEvent): void {
    const isFailure = failureIn(event);
    const book = isFailure ? this.#failed(event) : this.#children.get(event.path);
    if (event.type === 'child:restarting') this.#restarting(event);
    if (!book) return;
    switch (event.type) {
      case 'child:starting': {
        const { at, because, with: other, by } = event;
        book.runs.push({ ...emptyRun(event.incarnation), started: { at, because, with: other, by } });
        return;
      }
      case 'child:started':
        runOf(book, event).readyAt = event.at;
        return;
      case 'child:stopping': {
        const { at, because, with: other, by } = event;
        runOf(book, event).asked = { at, because, with: other, by };
        return;
      }
      case 'child:crashed':
      case 'child:completed':
      case 'child:stopped':
      case 'child:start-failed':
      case 'child:ignored':
        return noteEnd(book, event);
      default: {
        const decision = decisionIn(event);
        if (decision) runOf(book, event).decisions.push(decision);
      }
    }
  }

  #restarting({ supervisor, at, path, because, delayMs, budget }: EventOf<'child:restarting'>): void {
    if (because !== 'exit' && because !== 'start-failed') return;
    this.#supervisor(supervisor).restarts.push({ at, child: path, because, delayMs, budget });
  }

  /** The book of a child that has failed; it is the last one to make room now. */
  #failed({ path, supervisor, id, at }: ChildEvent): ChildBook {
    const book = this.#children.get(path) ?? {
      about: { path, supervisor, id },
      failures: 0,
      lastFailureAt: at,
      weight: 0,
      runs: new Ring<Run>(this.#runs),
    };
    book.weight = book.weight * decay(at - book.lastFailureAt) + 1;
    book.failures++;
    book.lastFailureAt = at;
    this.#keep(this.#children, path, book);
    return book;
  }

  #supervisor(path: string): SupervisorBook {
    const book = this.#supervisors.get(path) ?? { restarts: new Ring(RESTARTS), gaveUp: new Ring(GIVE_UPS) };
    this.#keep(this.#supervisors, path, book);
    return book;
  }

  #keep<T>(books: Map<string, T>, path: string, book: T): void {
    books.delete(path);
    books.set(path, book);
    if (books.size <= this.#most) return;
    for (const oldest of books.keys()) return void books.delete(oldest);
  }
}

const decay = (ms: number): number => 2 ** (-Math.max(0, ms) / HALF_LIFE_MS);

/** Is it worth a place? Whatever ends as it should is not. */
function failureIn(event: ChildEvent): boolean {
  switch (event.type) {
    case 'child:crashed':
    case 'child:start-failed':
      return true;
    case 'child:completed':
      return event.restart === 'permanent' || isBad(event.reason);
    case 'child:stopped':
      return isBad(event.reason);
    default:
      return false;
  }
}

const isBad = (reason: ReasonWire): boolean =>
  reason.kind === 'crash' ||
  reason.kind === 'killed' ||
  (reason.kind === 'shutdown' && reason.cause !== undefined);

const emptyRun = (incarnation: number): Run => ({
  incarnation,
  started: null,
  readyAt: null,
  asked: null,
  endedAt: null,
  uptimeMs: null,
  end: null,
  reason: null,
  decisions: new Ring(DECISIONS),
});

/** The run that an event is about; of a child that is not known yet, or was forgotten meanwhile, from here on. */
function runOf({ runs }: ChildBook, { incarnation }: ChildEvent): Run {
  const known = runs.findLast((run) => run.incarnation === incarnation);
  if (known) return known;
  const run = emptyRun(incarnation);
  runs.push(run);
  return run;
}

function noteEnd(book: ChildBook, event: EndEvent): void {
  const before = book.runs.last?.reason;
  const run = runOf(book, event);
  run.end = event.type.slice('child:'.length) as NonNullable<RecordedRun['end']>;
  run.endedAt = event.at;
  if ('uptimeMs' in event) {
    run.uptimeMs = event.uptimeMs;
    run.readyAt ??= event.at - event.uptimeMs;
  }
  const reason = reasonOf(event);
  // The same error again takes no room of its own.
  run.reason = reason && before && isSame(before, reason) ? before : reason;
}

function reasonOf(event: EndEvent): ReasonWire | null {
  if (event.type === 'child:ignored') return null;
  if ('error' in event) return { kind: 'crash', error: trimError(event.error) };
  return trimReason(event.reason);
}

const isSame = (a: ReasonWire, b: ReasonWire): boolean => JSON.stringify(a) === JSON.stringify(b);

function decisionIn(event: ChildEvent): RecordedDecision | undefined {
  switch (event.type) {
    case 'child:restarting': {
      const { at, because, delayMs, budget, by } = event;
      return { kind: 'restart', at, because, delayMs, budget, by };
    }
    case 'child:not-restarted': {
      const { at, because, by } = event;
      return { kind: 'no-restart', at, because, by };
    }
    case 'child:gave-up': {
      const { at, because, giveUp, budget, reviveAt } = event;
      return { kind: 'gave-up', at, because, giveUp, budget, reviveAt };
    }
    case 'child:waiting': {
      const { at, because, waitsFor } = event;
      return { kind: 'wait', at, because, waitsFor };
    }
    case 'child:removed': {
      const { at, because, with: other, by } = event;
      return { kind: 'removed', at, because, with: other, by };
    }
    default:
      return undefined;
  }
}

const historyOf = ({ about, failures, lastFailureAt, runs }: ChildBook): ChildHistory => ({
  ...about,
  failures,
  lastFailureAt,
  runs: runs.toArray().map((run) => ({ ...run, decisions: run.decisions.toArray() })),
});

function checkCount(name: string, given: unknown): number {
  if (Number.isInteger(given) && (given as number) >= 1) return given as number;
  const expected = `${name}: a number, 1 or more`;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'recorder', expected, got: show(given) });
}
