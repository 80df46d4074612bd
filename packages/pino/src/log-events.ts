/** The subscription: each event of a tree becomes a record, as the table says. */
import {
  type AnySupervisorHandle,
  type Clock,
  CommandError,
  type ErrorWire,
  EVENT_NAMES,
  type EventName,
  type SupervisionEvent,
  realClock,
} from '@coppice/core';
import { checkOptions, checkPort, clockOf, narrationOf, placeOnce, readOnce, show } from '@coppice/core/kit';
import { errorFor } from './error.js';
import { Folder, type FoldOptions } from './fold.js';
import { type LogSource, LEVELS, type LogLevel, type PinoLogger } from './logger.js';
import { levelIfTold, messageIfTold } from './narrated.js';
import type { SupervisorReport } from './report.js';
import { EVENT_LOG } from './table.js';

/** How to deviate from the table, and from pino's defaults. */
export interface LogEventsOptions {
  /** Other levels than those of {@link EVENT_LOG}, by event; `'silent'` leaves an event out. Default: none. */
  readonly levels?: Readonly<Partial<Record<EventName, LogLevel | 'silent'>>> | undefined;
  /** Under which key errors go: the logger's own `errorKey`, if it was changed. Default: `'err'`. */
  readonly errorKey?: string | undefined;
  /**
   * Crash loops: from when on the stack of an error is not printed again for a child that fails with the same one
   * again and again. Its records say how often it came (`times`) and which one has the stack (`sameAs`, its `seq`), and
   * one more record (`event: 'log:folded'`) says so when the series is over: because it has recovered, fails with another
   * error, is given up or stopped, or its time is up. `false`: each is printed in full. Default: true, after 3 within
   * 60 s.
   */
  readonly fold?: boolean | FoldOptions | undefined;
  /** Where the time of a series comes from. Default: the clock of the tree; for what is no handle, the real one. */
  readonly clock?: Clock | undefined;
}

/**
 * Logs the events of a tree, or of what is below one handle, until the function that it returns is called.
 * Nothing is made for an event whose level is off, also when the level is changed later.
 *
 * @param tree - whatever can be subscribed to: a handle, or its `own` for one supervisor and its children
 * @param logger - pino, or anything shaped like it; to add fields to each record pass `logger.child({ ... })`
 * @returns a function that unsubscribes; calling it again does nothing
 * @throws CommandError `COPPICE_INVALID_ARGUMENT` if one of these is something else, or `levels` or `fold` have what there is
 * not
 *
 * @example
 * ```ts
 * const logger = pino();
 * const tree = shop.handle({ logger }); // `log` of each child's context goes there as well
 * const stopLogging = logEvents(tree, logger, { levels: { 'child:started': 'debug' } });
 * await tree.start();
 * ```
 */
export function logEvents(tree: LogSource, logger: PinoLogger, options: LogEventsOptions = {}): () => void {
  const { levels, errorKey, fold, clock } = checked(tree, logger, options);
  const write = (wanted: LogLevel, fields: object, message: string): void => {
    logger[levelIn(logger, wanted)]?.(fields, message);
  };
  const folder = fold
    ? new Folder(fold, clock, (record, message) =>
        write(record.ended === 'recovered' ? 'info' : 'warn', record, message),
      )
    : undefined;
  const isTold = narrationOf(tree);
  const log = (event: SupervisionEvent): void => {
    folder?.look(event);
    // The row of an event takes that event; the compiler cannot follow the two through the index.
    const row = EVENT_LOG[event.type] as AnyRow;
    const toldAt = isTold() ? levelIfTold(event) : undefined;
    const usual = toldAt ?? (typeof row.level === 'function' ? row.level(event) : row.level);
    const wanted = levels[event.type] ?? usual;
    if (wanted === 'silent' || logger.isLevelEnabled?.(levelIn(logger, wanted)) === false) return;
    const error = row.error?.(event);
    const isFailure = event.type === 'child:crashed' || event.type === 'child:start-failed';
    const repeated = isFailure ? folder?.count(event) : undefined;
    const message = placeOnce((toldAt && messageIfTold(event)) ?? row.message(event));
    write(
      wanted,
      recordOf(event, row, repeated, error && { [errorKey]: errorFor(error, !repeated) }),
      repeated ? `${message} (the same error, ${repeated.times} times)` : message,
    );
  };
  tree.on('event', log);
  let isOn = true;
  return () => {
    if (!isOn) return;
    isOn = false;
    tree.off('event', log);
    folder?.close(undefined);
  };
}

const recordOf = (event: SupervisionEvent, row: AnyRow, ...more: (object | undefined)[]): object =>
  Object.assign(
    { event: event.type, seq: event.seq },
    row.fields(event),
    row.report?.(event),
    ...more,
  ) as object;

/** Where a logger has no `fatal`, that is an error. */
const levelIn = (logger: PinoLogger, wanted: LogLevel): LogLevel =>
  wanted === 'fatal' && !logger.fatal ? 'error' : wanted;

/** A handle knows the clock of its tree; other things that can be subscribed to do not. */
function clockIn(tree: LogSource): Clock {
  try {
    return clockOf(tree as AnySupervisorHandle);
  } catch {
    return realClock;
  }
}

/** A row for whichever event it is asked about. */
interface AnyRow {
  readonly level: LogLevel | ((event: SupervisionEvent) => LogLevel);
  message(event: SupervisionEvent): string;
  fields(event: SupervisionEvent): object;
  error?(event: SupervisionEvent): ErrorWire | undefined;
  report?(event: SupervisionEvent): SupervisorReport | undefined;
}

interface Checked {
  readonly levels: NonNullable<LogEventsOptions['levels']>;
  readonly errorKey: string;
  readonly fold: FoldOptions | false;
  readonly clock: Clock;
}

/** A wrong key would otherwise be ignored without a word, and a wrong value found when there is something to log. */
function checked(tree: unknown, logger: unknown, options: LogEventsOptions): Checked {
  checkPort('the first argument', tree ?? null, ['on', 'off'], 'logEvents');
  checkPort('the logger', logger ?? null, ['debug', 'info', 'warn', 'error'], 'logEvents');
  const own = checkOptions('logEvents', options, ['levels', 'errorKey', 'fold', 'clock']);
  const { levels = {}, errorKey = 'err', fold = true, clock } = own;
  checkPort('clock', clock, ['now', 'setTimer', 'clearTimer'], 'logEvents');
  if (typeof errorKey !== 'string') throw wrong('errorKey: a text', errorKey);
  return {
    levels: checkLevels(levels),
    errorKey,
    fold: fold !== false && checkFold(fold === true ? {} : fold),
    clock: clock ?? clockIn(tree as LogSource),
  };
}

function checkLevels(given: unknown): Checked['levels'] {
  const levels = readOnce(given, refuse("levels: an object like { 'child:started': 'debug' }"));
  const allowed: readonly unknown[] = [...LEVELS, 'silent'];
  for (const [name, level] of Object.entries(levels)) {
    if (!EVENT_NAMES.includes(name as EventName))
      throw wrong(`no other names of events in levels than ${EVENT_NAMES.join(', ')}`, name);
    if (level !== undefined && !allowed.includes(level))
      throw wrong(`levels: for '${name}' one of ${allowed.join(', ')}`, level);
  }
  return levels;
}

function checkFold(given: unknown): FoldOptions {
  const fold = readOnce(given, refuse('fold: true, false, or an object like { after: 3, withinMs: 60_000 }'));
  const least: Readonly<Record<string, number>> = { after: 0, withinMs: 1 };
  for (const [key, value] of Object.entries(fold)) {
    const from = Object.hasOwn(least, key) ? least[key] : undefined;
    if (from === undefined) throw wrong('nothing else in fold than after and withinMs', key);
    if (value !== undefined && !(Number.isInteger(value) && (value as number) >= from))
      throw wrong(`fold.${key}: a whole number, ${from} or more`, value);
  }
  return fold;
}

const wrong = (expected: string, got: unknown): CommandError => refuse(expected)(show(got));

const refuse =
  (expected: string) =>
  (got: string, cause?: unknown): CommandError =>
    new CommandError('COPPICE_INVALID_ARGUMENT', { call: 'logEvents', expected, got }, cause);
