/** The logger that records go to: pino, or anything with its shape; and where they come from. */
import type { SupervisionEvent } from '@coppice/core';

/** A level that Coppice writes at. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** The levels, the least urgent first. */
export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];

/** Writes a record: its fields, and a sentence for a human. */
export type WriteRecord = (fields: object, message: string) => void;

/** As much of pino's logger as is used. */
export interface PinoLogger {
  /** For those who look into something. */
  readonly debug: WriteRecord;
  /** What is as it should be. */
  readonly info: WriteRecord;
  /** What somebody may have to look at. */
  readonly warn: WriteRecord;
  /** What has failed. */
  readonly error: WriteRecord;
  /** Where there is none, `error` is used. */
  readonly fatal?: WriteRecord | undefined;
  /** Where there is none, every level counts as enabled. */
  readonly isLevelEnabled?: ((level: LogLevel) => boolean) | undefined;
}

/** As much of a handle as is used, or of its `own`: where events can be listened to. */
export interface LogSource {
  /** Calls the listener with each event. */
  on(name: 'event', listener: (event: SupervisionEvent) => void): unknown;
  /** Takes it back. */
  off(name: 'event', listener: (event: SupervisionEvent) => void): unknown;
}
