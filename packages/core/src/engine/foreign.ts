/**
 * Data of a tree that runs elsewhere, checked as far as others rely on it: those who draw it, judge its health, or hear
 * its events. The other side may be of another version, or broken.
 */
import { EVENT_NAMES, type SupervisionEvent } from '../model/event.js';
import type { SupervisorSnapshot } from './snapshot.js';

type Check = (value: unknown) => boolean;
type Shape<T> = { readonly [K in keyof T]?: Check };

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNullOr =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

function has<T>(shape: Shape<T>): Check {
  const checks = Object.entries(shape) as [string, Check][];
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([key, check]) => check((value as Record<string, unknown>)[key]));
}

const isBudget = has({ used: isNumber, max: isNullOr(isNumber), withinMs: isNumber });
const isError: Check = (value) =>
  has({ name: isText, message: isText })(value) &&
  isOptional(isError)((value as { cause?: unknown }).cause) &&
  isOptional(isListOf(isError))((value as { errors?: unknown }).errors);
const isOptional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isReason: Check = (value) => {
  const { kind, error, cause } = value as { kind?: unknown; error?: unknown; cause?: unknown };
  if (kind === 'crash') return isError(error);
  if (kind === 'shutdown') return isOptional(isError)(cause);
  return kind === 'normal' || kind === 'killed';
};
const areAbandoned = isListOf(
  has({ path: isText, incarnation: isNumber, phase: isText, waitedMs: isNumber }),
);

const isChild: Check = has<SupervisorSnapshot['children'][number]>({
  id: isText,
  path: isText,
  kind: isText,
  status: isText,
  incarnation: isNumber,
  restart: isText,
  significant: isFlag,
  required: isFlag,
  shutdownMs: isNullOr(isNumber),
  startedAt: isNullOr(isNumber),
  lastExit: isNullOr(isReason),
  nextStartAt: isNullOr(isNumber),
  failures: isNumber,
  budget: isNullOr(isBudget),
  giveUp: isText,
  paused: isNullOr(has({ at: isNumber, reason: isNullOr(isText), by: isNullOr(isText) })),
  bindsTo: isListOf(isText),
  abandoned: areAbandoned,
  supervisor: isNullOr((value) => isSupervisor(value)),
});

const isSupervisor: Check = has<SupervisorSnapshot>({
  id: isText,
  path: isText,
  kind: isText,
  phase: isText,
  strategy: isText,
  autoShutdown: isText,
  budget: isBudget,
  counts: has({ specs: isNumber, active: isNumber, supervisors: isNumber, workers: isNumber }),
  statuses: (value) => typeof value === 'object' && value !== null && Object.values(value).every(isNumber),
  at: isNumber,
  abandoned: areAbandoned,
  children: isListOf(isChild),
});

/** Is it a snapshot, as `snapshot()` gives it? Never throws. */
export const isSnapshot = (value: unknown): value is SupervisorSnapshot => isReadable(value, isSupervisor);

/** Is it an event of a tree, with a place in it, and such errors and reasons as they are told? Never throws. */
export const isEvent = (value: unknown): value is SupervisionEvent => isReadable(value, isAnyEvent);

const isAbout = has({ path: isText, supervisor: isText, id: isText, kind: isText, incarnation: isNumber });

const isAnyEvent: Check = (value) => {
  const { type, path, error, reason } = value as Record<string, unknown>;
  if (typeof type !== 'string' || !isText(path)) return false;
  if (!(EVENT_NAMES as readonly string[]).includes(type)) return false;
  if (type.startsWith('child:') && !isAbout(value)) return false;
  const isWhy: Check = (why) => why === null || isText(why) || isReason(why);
  return isOptional(isError)(error) && isOptional(isWhy)(reason);
};

function isReadable(value: unknown, check: Check): boolean {
  try {
    return isTree(value) && check(value);
  } catch {
    return false;
  }
}

/** So many levels of objects: two for each supervisor in a chain. */
const MAX_DEPTH = 2_000;

/**
 * Is it as JSON is, without rings? The same object may stand in a few places, as it does where it comes from, but not so
 * that what is small becomes endless when it is written down.
 */
function isTree(value: unknown): boolean {
  const distinct = new Set<unknown>();
  let visits = 0;
  const visit = (each: unknown, depth: number): boolean => {
    if (typeof each !== 'object' || each === null)
      return typeof each !== 'function' && typeof each !== 'symbol';
    distinct.add(each);
    if (depth > MAX_DEPTH || ++visits > 10_000 + 20 * distinct.size) return false;
    for (const key in each) if (!visit((each as Record<string, unknown>)[key], depth + 1)) return false;
    return true;
  };
  return visit(value, 0);
}
