/**
 * Under an application that writes to a log of its own, the tree's own first and last lines would stand there twice:
 * that it is up, has stopped, did not start, or gave up.
 */
import type { SupervisionEvent } from '@coppice/core';
import type { LogLevel } from './logger.js';
import { gaveUpOver } from './words.js';

type Told = 'supervisor:started' | 'supervisor:stopped' | 'supervisor:start-failed' | 'supervisor:gave-up';

const LEVELS: Readonly<Record<Told, LogLevel>> = {
  'supervisor:started': 'debug',
  'supervisor:stopped': 'debug',
  'supervisor:start-failed': 'debug',
  // Said at once; that all has ended for it is the application's last record.
  'supervisor:gave-up': 'error',
};

/** The level of an event that the application tells of as well; undefined for all others. */
export function levelIfTold(event: SupervisionEvent): LogLevel | undefined {
  if (event.type === 'child:gave-up' && event.giveUp === 'exit') return 'error';
  const isOfRoot = Object.hasOwn(LEVELS, event.type) && !event.path.includes('/');
  return isOfRoot ? LEVELS[event.type as Told] : undefined;
}

/** Without the error: the record before says it, and so does the application's last one. */
export const messageIfTold = (event: SupervisionEvent): string | undefined =>
  event.type === 'supervisor:gave-up' ? gaveUpOver(event) : undefined;
