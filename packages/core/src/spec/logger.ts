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

/** What a tree can log to: a logger, or something simpler that can make no children, as `console`. */
export type LoggerLike = Omit<Logger, 'child'> & Partial<Pick<Logger, 'child'>>;

/** A logger that adds these fields to each record: the logger's own child; if it can make none, they are written each time. */
export function withFields(logger: LoggerLike, fields: Record<string, unknown>): Logger {
  if (logger.child) return logger.child(fields);
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): LogMethod =>
    (first: string | object, message?: string): void => {
      if (typeof first === 'string') logger[level](fields, first);
      else logger[level]({ ...fields, ...first }, message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => withFields(logger, { ...fields, ...more }),
  };
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
