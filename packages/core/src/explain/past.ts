/** How the last run of a child ended, in words: as recorded, or as far as its supervisor knows it. */
import { type Child, isAlive } from '../model/child.js';
import type { ExitReason } from '../model/exit-reason.js';
import type { StopCause } from '../model/cause.js';
import { type ReasonWire, reasonToWire } from '../model/wire.js';
import type { ChildHistory, RecordedRun } from '../recorder/types.js';
import { show } from '../spec/checks.js';
import { nth, rough } from '../spec/explain-words.js';
import { oneLine, quoted } from './error-text.js';

/** Its last run that is over, as far as it was recorded. */
export const lastRun = (history: ChildHistory | undefined): RecordedRun | undefined =>
  history?.runs.findLast(({ endedAt }) => endedAt !== null);

/** `its 4th run ended after 312 ms with ECONNREFUSED 127.0.0.1:5432`; undefined if none has ended. */
export function pastOf(child: Child, history: ChildHistory | undefined, now: number): string | undefined {
  const run = lastRun(history);
  const when = run?.endedAt !== null && run && isAlive(child.status) ? `, ${ago(now - run.endedAt)}` : '';
  if (run) return `${runText(run)}${when}`;
  if (child.lastExit === undefined) return undefined;
  const number = isAlive(child.status) ? child.incarnation - 1 : child.incarnation;
  if (number < 1) return undefined;
  const uptimeMs = child.recovery?.uptimeMs ?? 0;
  const after = uptimeMs > 0 && !isAlive(child.status) ? ` after ${rough(uptimeMs)}` : '';
  return `its ${nth(number)} run ended${after}${endingOf(child.lastExit)}`;
}

/** The same of a run that was recorded. */
export function runText({ incarnation, end, uptimeMs, reason, asked }: RecordedRun): string {
  const its = `its ${nth(incarnation)}`;
  if (end === 'start-failed') return `${its} start failed${reasonText(reason)}`;
  if (end === 'ignored') return `${its} start said ignore`;
  const after = uptimeMs === null ? '' : ` after ${rough(uptimeMs)}`;
  if (end === 'stopped' && asked && reason?.kind === 'shutdown') {
    return `${its} run was stopped${after}, since ${STOPPED[asked.because](asked.with)}${byWhom(asked.by)}`;
  }
  return `${its} run ended${after}${reasonText(reason)}`;
}

const endingOf = (reason: ExitReason): string => reasonText(reasonToWire(reason));

function reasonText(reason: ReasonWire | null): string {
  switch (reason?.kind) {
    case 'crash':
      return ` with ${quoted(reason.error)}`;
    case 'killed':
      return ', since it did not stop in time';
    case 'normal':
      return ', as it was done';
    case 'shutdown':
      if (reason.cause !== undefined) return ` with ${quoted(reason.cause)}`;
      return reason.detail === undefined
        ? ', as it had to'
        : `, as it chose to: ${oneLine(textOf(reason.detail))}`;
    default:
      return '';
  }
}

const textOf = (detail: unknown): string => (typeof detail === 'string' ? detail : show(detail));

const lastId = (path: string | null): string => path?.slice(path.lastIndexOf('/') + 1) ?? 'another';

/** Why it was asked to stop. */
export const STOPPED: Readonly<Record<StopCause, (other: string | null) => string>> = {
  request: () => 'somebody asked for that',
  reconcile: () => 'its declaration has changed',
  dismissed: () => 'nobody wanted its result any more',
  sibling: (other) => `${lastId(other)} was restarted`,
  bond: (other) => `it is bound to ${lastId(other)}`,
  shutdown: () => 'its supervisor stopped',
  'gave-up': () => 'its supervisor gave up',
  'auto-shutdown': () => 'its supervisor shut itself down',
  'start-failed': (other) => `${lastId(other)} did not start`,
};

export const byWhom = (by: string | null | undefined): string =>
  by === null || by === undefined ? '' : ` (${oneLine(by)})`;

export const ago = (ms: number): string => (ms < 1 ? 'just now' : `${rough(ms)} ago`);
