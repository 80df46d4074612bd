/** Checks the options of an application, and fills in the defaults. */
import {
  type Clock,
  type DeclaredSupervisor,
  type Random,
  type RecorderOptions,
  type SupervisorOptions,
  realClock,
  supervisor,
} from '@coppice/core';
import { show } from '@coppice/core/kit';
import { type EventLoopSettings, checkEventLoop } from '../event-loop/index.js';
import type { FaultOptions } from '../faults/index.js';
import { checkFaults } from './fault-options.js';
import { type ApplicationHealth, checkHealth } from './health-options.js';
import { ApplicationError, hint } from './errors.js';
import { checkSignals } from './signals.js';
import type { ApplicationLogger, ApplicationOptions } from './types.js';

/** Those of its supervisor; core checks them. The others of a child have no meaning for a root. */
const SUPERVISOR_KEYS = [
  'id',
  'strategy',
  'maxRestarts',
  'withinMs',
  'autoShutdown',
  'childBackoff',
  'startOrder',
  'children',
];
const OWN_KEYS = [
  'signals',
  'shutdownMs',
  'drainMs',
  'startTimeoutMs',
  'faults',
  'eventLoop',
  'health',
  'logger',
  'recorder',
  'clock',
  'random',
];
const KEYS = [...SUPERVISOR_KEYS, ...OWN_KEYS];

/** What an application runs by, complete. */
export interface Settings {
  readonly signals: readonly NodeJS.Signals[];
  readonly shutdownMs: number;
  /** Did somebody say how long the stop may take? */
  readonly isDeadlineChosen: boolean;
  readonly drainMs: number;
  readonly startTimeoutMs: number;
  readonly faults: FaultOptions;
  readonly eventLoop: EventLoopSettings | undefined;
  readonly health: ApplicationHealth | undefined;
  readonly logger: ApplicationLogger | undefined;
  readonly recorder: boolean | RecorderOptions;
  readonly clock: Clock;
  readonly random: Random | undefined;
}

/** The settings; the options of its supervisor are left to {@link specOf}. @throws ApplicationError */
export function settingsOf(options: ApplicationOptions): Settings {
  const isInKubernetes = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
  const settings = {
    signals: checkSignals(options.signals ?? ['SIGTERM', 'SIGINT']),
    shutdownMs: duration('shutdownMs', options.shutdownMs ?? (isInKubernetes ? 25_000 : 10_000), true),
    isDeadlineChosen: options.shutdownMs !== undefined,
    drainMs: duration(
      'drainMs',
      options.drainMs ?? drainByDefault(options.shutdownMs, isInKubernetes),
      false,
    ),
    startTimeoutMs: duration('startTimeoutMs', options.startTimeoutMs ?? 30_000, true),
    faults: checkFaults(options.faults),
    eventLoop: eventLoop(options.eventLoop),
    health: checkHealth(options.health),
    recorder: options.recorder ?? true,
    logger: options.logger,
    clock: options.clock ?? realClock,
    random: random(options.random),
  };
  const { shutdownMs, drainMs } = settings;
  if (drainMs >= shutdownMs)
    throw new ApplicationError('COPPICE_APP_NO_TIME_TO_STOP', { path: options.id, shutdownMs, drainMs });
  return Object.freeze(settings);
}

/** As a declaration: its deadline for the whole stop is the `shutdownMs` that it would have as a child. */
export function specOf(
  options: ApplicationOptions,
  first: SupervisorOptions['children'],
  { shutdownMs }: Settings,
): DeclaredSupervisor {
  const own = Object.entries(options).filter(([key]) => SUPERVISOR_KEYS.includes(key));
  const given = Object.fromEntries(own) as unknown as SupervisorOptions;
  // What is no list is core's to refuse.
  if (!Array.isArray(given.children)) return supervisor(given);
  return supervisor({ ...given, children: first.concat(given.children), shutdownMs });
}

/** A short deadline was chosen on purpose: half of it may go by while it drains, no more. */
function drainByDefault(shutdownMs: number | undefined, isInKubernetes: boolean): number {
  if (!isInKubernetes) return 0;
  return typeof shutdownMs === 'number' && shutdownMs < 10_000 ? Math.floor(shutdownMs / 2) : 5_000;
}

/** The options, read once, and none that there is not. @throws ApplicationError */
export function readOptions(given: unknown): ApplicationOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ApplicationError('COPPICE_APP_INVALID_OPTION', {
      key: 'the argument of application()',
      expected: 'an object of options, like { id, children }',
      got: show(given),
    });
  }
  const own = { ...given };
  const wrong = Object.keys(own).find((key) => !KEYS.includes(key));
  if (wrong === undefined) return own as ApplicationOptions;
  throw new ApplicationError('COPPICE_APP_UNKNOWN_OPTION', {
    key: wrong,
    hint: hint(wrong, KEYS),
    expected: KEYS.join(', '),
  });
}

function duration(key: string, value: unknown, mayBeEndless: boolean): number {
  const isLong = typeof value === 'number' && value >= 0 && (mayBeEndless || value < Infinity);
  if (isLong) return value;
  throw new ApplicationError('COPPICE_APP_INVALID_OPTION', {
    key,
    expected: `a number of milliseconds, 0 or more${mayBeEndless ? ', or Infinity' : ''}`,
    got: show(value),
  });
}

function eventLoop(value: unknown): EventLoopSettings | undefined {
  if (value === undefined || value === false) return undefined;
  return checkEventLoop(value === true ? {} : value, 'eventLoop of an application');
}

function random(value: unknown): Random | undefined {
  if (value === undefined || typeof value === 'function') return value as Random | undefined;
  throw new ApplicationError('COPPICE_APP_INVALID_OPTION', {
    key: 'random',
    expected: 'a function that returns a number from 0 to below 1',
    got: show(value),
  });
}
