/** The log port: a structural subset of pino's logger, so that any pino-shaped logger fits. */

interface LogMethod {
  (message: string): void;
  (fields: object, message?: string): void;
}

/** A logger as pino has it. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A logger that adds these fields to each record. */
  child(bindings: Record<string, unknown>): Logger;
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
