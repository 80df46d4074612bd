/** The logger that records go to: pino, or anything with its shape. */

/** A level that Coppice writes at. */
export type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** The levels, the least urgent first. */
export const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error', 'fatal'];

/** Writes a record. */
export type WriteRecord = (fields: object, message: string) => void;

/** As much of pino's logger as is used. */
export interface PinoLogger {
  readonly debug: WriteRecord;
  readonly info: WriteRecord;
  readonly warn: WriteRecord;
  readonly error: WriteRecord;
  /** Where there is none, `error` is used. */
  readonly fatal?: WriteRecord;
  /** Where there is none, every level counts as enabled. */
  readonly isLevelEnabled?: (level: Level) => boolean;
}
