/** The log port: a structural subset of pino's logger, so that any pino-shaped logger fits. */

/** Writes a record at one level. */
export interface LogMethod {
  /** A message alone. */
  (message: string): void;
  /** Fields, an error among them as `err`, and perhaps a message. */
  (fields: object, message?: string): void;
}

/** A logger as pino has it. */
export interface Logger {
  /** For those who look into something. */
  readonly debug: LogMethod;
  /** What is as it should be. */
  readonly info: LogMethod;
  /** What somebody may have to look at. */
  readonly warn: LogMethod;
  /** What has failed. */
  readonly error: LogMethod;
  /** A logger that adds these fields to each record. */
  child(bindings: Record<string, unknown>): Logger;
}

/** What a tree can log to: a logger, or something simpler that can make no children, as `console`. */
export interface LoggerLike extends Omit<Logger, 'child'> {
  /** A logger that adds these fields to each record; without it they are written with each line. */
  readonly child?: ((bindings: Record<string, unknown>) => LoggerLike) | undefined;
}

const nothing = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
