/**
 * Coppice's lifecycle events as pino records: one table, one subscription.
 *
 * @packageDocumentation
 */
export { type LogEventsOptions, logEvents } from './log-events.js';
export type { FoldOptions, Repeated, SeriesEnd, SeriesRecord } from './fold.js';
export { EVENT_LOG, type EventLog, type EventLogRow } from './table.js';
export type { LogLevel, LogSource, PinoLogger, WriteRecord } from './logger.js';
export type { Offender, ReportContext, ReportReason, SupervisorReport } from './report.js';
