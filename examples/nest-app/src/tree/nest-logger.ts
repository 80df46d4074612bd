/** What Nest logs, as log lines of the child that it is. */
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'coppice';

/** Nest's last argument is who says it, like `RouterExplorer`. What it says of its start in ten lines is for debugging. */
export function nestLogger(log: Logger): LoggerService {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: unknown, ...more: unknown[]): void => {
      const [context, stack] = more.toReversed();
      const text = message instanceof Error ? message.message : String(message);
      log[level]({ context, ...(level === 'error' && stack !== undefined && { stack }) }, text);
    };
  return {
    verbose: at('debug'),
    debug: at('debug'),
    log: at('debug'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('error'),
  };
}
