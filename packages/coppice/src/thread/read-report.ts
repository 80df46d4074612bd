/** Reads what came through the port of a thread: its code can get hold of the port, and post anything. */
import type { Report } from './protocol.js';

type Fields = Readonly<Record<string, unknown>>;

const LEVELS: readonly unknown[] = ['debug', 'info', 'warn', 'error'];
const ENDS: readonly unknown[] = ['normal', 'shutdown', 'crash'];

const anything = (): boolean => true;

/** What each report has to have, as far as it is not looked at where it is used: errors, events and snapshots are. */
const CHECKS: Readonly<Record<Report['type'], (report: Fields) => boolean>> = {
  hello: anything,
  loaded: anything,
  ready: anything,
  beat: anything,
  message: (report) => 'message' in report,
  log: ({ level, message, fields, errors }) =>
    LEVELS.includes(level) &&
    (message === undefined || typeof message === 'string') &&
    isRecord(fields) &&
    isRecord(errors),
  fault: ({ error }) => isRecord(error),
  end: ({ reason }) => isRecord(reason) && ENDS.includes(reason['kind']),
  event: ({ event }) => isRecord(event),
  snapshot: ({ snapshot }) => isRecord(snapshot),
};

/** The report; undefined if it is none. */
export function readReport(message: unknown): Report | undefined {
  if (!isRecord(message)) return undefined;
  const { type } = message;
  const isKnown = typeof type === 'string' && Object.hasOwn(CHECKS, type);
  return isKnown && CHECKS[type as Report['type']](message) ? (message as unknown as Report) : undefined;
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
