/** The logger that records go to: pino, or anything with its shape; and where they come from. */
import type { SupervisionEvent } from '@coppice/core';

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

/** As much of a handle as is used, or of its `own`: where events can be listened to. */
export interface EventSource {
  on(name: 'event', listener: (event: SupervisionEvent) => void): unknown;
  off(name: 'event', listener: (event: SupervisionEvent) => void): unknown;
}
