/**
 * The log of a child: writes with the fields that say who it is, and never throws. A transport that has died is no
 * reason for each child that logs to crash.
 */
import { type Logger, type LoggerLike, silentLogger } from '../spec/logger.js';
import { pending } from './pending.js';
import { type PortTrouble, hasThrown } from './ports.js';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

type Level = (typeof LEVELS)[number];
type Line = [fields: object, message?: string];

/** A logger that adds these fields to each record: the logger's own child; if it can make none, they are written each time. */
export function withFields(
  logger: LoggerLike,
  fields: Record<string, unknown>,
  trouble: PortTrouble,
): Logger {
  if (logger === silentLogger) return silentLogger;
  const own = childOf(logger, fields, trouble);
  const failed = (error: unknown): void =>
    trouble('logger', 'a method', hasThrown(error), 'what was to be logged is lost');
  const at =
    (level: Level) =>
    (first: string | object, ...rest: [message?: string]): void => {
      try {
        const line = own ? ([first, ...rest] as Line) : lineOf(fields, first, rest);
        const result: unknown = (own ?? logger)[level](...line);
        void pending(result)?.then(undefined, failed);
      } catch (error) {
        failed(error);
      }
    };
  const guarded: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more: Record<string, unknown>) =>
      own ? withFields(own, more, trouble) : withFields(logger, { ...fields, ...more }, trouble),
  };
  // What else it can do, such as pino's `trace`, it can do here, too.
  return own ? (Object.create(own, Object.getOwnPropertyDescriptors(guarded)) as Logger) : guarded;
}

const lineOf = (fields: object, first: string | object, rest: [message?: string]): Line =>
  typeof first === 'string' ? [fields, first] : [{ ...fields, ...first }, ...rest];

/** Its own child, if it can make one that is a logger. */
function childOf(logger: LoggerLike, fields: object, trouble: PortTrouble): LoggerLike | undefined {
  let how = 'has given what is no logger';
  try {
    if (!logger.child) return undefined;
    const child: LoggerLike = logger.child({ ...fields });
    if (LEVELS.every((level) => typeof child[level] === 'function')) return child;
  } catch (error) {
    how = hasThrown(error);
  }
  trouble('logger', 'child()', how, 'the fields of a child are written with each of its lines instead');
  return undefined;
}
