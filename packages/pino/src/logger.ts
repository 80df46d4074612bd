/** The logger that records go to: pino, or anything with its shape. */

/** The levels that Coppice writes at, the least urgent first. */
export const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

/** A level that Coppice writes at. */
export type Level = (typeof LEVELS)[number];

type Write = (fields: object, message: string) => void;

/** As much of pino's logger as is used. */
export interface PinoLogger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** Where there is none, `error` is used. */
  readonly fatal?: Write;
  /** Where there is none, every level counts as enabled. */
  readonly isLevelEnabled?: (level: Level) => boolean;
}
