/** The subscription: each event of a tree becomes a record, as the table says. */
import {
  type ErrorWire,
  EVENT_NAMES,
  type EventName,
  type Subscribable,
  type SupervisionEvent,
} from '@coppice/core';
import { errorFor } from './error.js';
import { LEVELS, type Level, type PinoLogger } from './logger.js';
import type { SupervisorReport } from './report.js';
import { EVENT_LOG } from './table.js';

/** How to deviate from the table, and from pino's defaults. */
export interface LogEventsOptions {
  /** Other levels than those of {@link EVENT_LOG}, by event; `'silent'` leaves an event out. Default: none. */
  readonly levels?: Readonly<Partial<Record<EventName, Level | 'silent'>>>;
  /** Under which key errors go: the logger's own `errorKey`, if it was changed. Default: `'err'`. */
  readonly errorKey?: string;
}

/**
 * Logs the events of a tree, or of what is below one handle, until the function that it returns is called.
 * Nothing is made for an event whose level is off, also when the level is changed later.
 *
 * @param tree - whatever can be subscribed to: a handle, or its `own` for one supervisor and its children
 * @param logger - pino, or anything shaped like it; to add fields to each record pass `logger.child({ ... })`
 * @returns a function that unsubscribes; calling it again does nothing
 * @throws TypeError if `levels` names an event or a level that does not exist
 *
 * @example
 * ```ts
 * const logger = pino();
 * const tree = shop.handle({ logger }); // `log` of each child's context goes there as well
 * const stopLogging = logEvents(tree, logger, { levels: { 'child:started': 'debug' } });
 * await tree.start();
 * ```
 */
export function logEvents(
  tree: Subscribable,
  logger: PinoLogger,
  options: LogEventsOptions = {},
): () => void {
  const { levels = {}, errorKey = 'err' } = options;
  checkLevels(levels);
  const log = (event: SupervisionEvent): void => {
    // The row of an event takes that event; the compiler cannot follow the two through the index.
    const row = EVENT_LOG[event.type] as AnyRow;
    const wanted = levels[event.type] ?? (typeof row.level === 'function' ? row.level(event) : row.level);
    if (wanted === 'silent') return;
    const level = wanted === 'fatal' && !logger.fatal ? 'error' : wanted;
    if (logger.isLevelEnabled?.(level) === false) return;
    const error = row.error?.(event);
    logger[level]?.(
      {
        event: event.type,
        seq: event.seq,
        ...row.fields(event),
        ...row.report?.(event),
        ...(error && { [errorKey]: errorFor(error) }),
      },
      row.message(event),
    );
  };
  tree.on('event', log);
  return () => void tree.off('event', log);
}

/** A row for whichever event it is asked about. */
interface AnyRow {
  readonly level: Level | ((event: SupervisionEvent) => Level);
  message(event: SupervisionEvent): string;
  fields(event: SupervisionEvent): object;
  error?(event: SupervisionEvent): ErrorWire | undefined;
  report?(event: SupervisionEvent): SupervisorReport | undefined;
}

/** A wrong key would otherwise be ignored without a word. */
function checkLevels(levels: Readonly<Record<string, unknown>>): void {
  const allowed: readonly unknown[] = [...LEVELS, 'silent'];
  for (const [name, level] of Object.entries(levels)) {
    if (!EVENT_NAMES.includes(name as EventName))
      throw new TypeError(`levels: there is no event '${name}'; there are ${EVENT_NAMES.join(', ')}`);
    if (!allowed.includes(level))
      throw new TypeError(`levels: '${name}' has to be one of ${allowed.join(', ')}; got ${String(level)}`);
  }
}
