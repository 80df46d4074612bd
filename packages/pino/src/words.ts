/** Pieces of sentences. */
import type { Budget, ChildKind, ErrorWire, EventOf, ReasonWire } from '@coppice/core';
import { wordsOf as says } from '@coppice/core/kit';

/** A duration for a reader: `12 ms`, `1.5 s`, `3 min`, `2 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${tenths(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${tenths(ms / 60_000)} min`;
  return `${tenths(ms / 3_600_000)} h`;
}

/** A time of the clock for a reader, and for JSON: `2026-11-22T18:04:05.123Z`. */
export const timeOf = (at: number): string => new Date(at).toISOString();

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** `3 restarts within 5 s` */
export const limit = ({ max, withinMs }: Budget): string =>
  `${max ?? 'any number of'} restart${max === 1 ? '' : 's'} within ${duration(withinMs)}`;

/** How much of the budget is gone: `2 of 3 restarts within 5 s used`. */
export const used = (budget: Budget): string =>
  budget.max === null ? 'restarts without limit' : `${budget.used} of ${limit(budget)} used`;

export { says };

/** `: why`, for what ended with an error, or on purpose with something to say; otherwise nothing. */
export function because(reason: ReasonWire): string {
  const error = errorIn(reason);
  if (error) return `: ${says(error)}`;
  if (reason.kind !== 'shutdown' || reason.detail === undefined) return '';
  return `: ${typeof reason.detail === 'string' ? reason.detail : JSON.stringify(reason.detail)}`;
}

/** Did it end because a supervisor gave up? */
export const gaveUp = (reason: ReasonWire): boolean =>
  reason.kind === 'shutdown' && reason.cause !== undefined;

/** The error that a reason carries. */
export function errorIn(reason: ReasonWire): ErrorWire | undefined {
  if (reason.kind === 'crash') return reason.error;
  return reason.kind === 'shutdown' ? reason.cause : undefined;
}

/** Has the supervisor given up because a child with a limit of its own has? */
const isOfChild = ({ error }: EventOf<'supervisor:gave-up'>): boolean =>
  error.cause?.code === 'COPPICE_CHILD_GAVE_UP';

/** Who has failed once too often. */
export const gaveUpOver = (e: EventOf<'supervisor:gave-up'>): string =>
  `${e.path} gave up: ` +
  (isOfChild(e)
    ? `so did ${e.offender.path}`
    : `${e.offender.path} failed again after ${limit(e.budget)}, which is the limit`);

export const isSupervisor = (kind: ChildKind): boolean =>
  kind === 'supervisor' || kind === 'dynamic-supervisor';

/** Who pauses a child, or ends that, and why: ` by ada (maintenance)`. */
export function onBehalfOf({ by, reason }: EventOf<'child:paused' | 'child:resumed'>): string {
  return `${by === null ? '' : ` by ${by}`}${reason === null ? '' : ` (${reason})`}`;
}
