/** What a supervisor is at, in words: who of its children is down, what is left of its budget, why it gave up. */
import type { Child } from '../model/child.js';
import { isCoppiceError, messageOf } from '../model/errors.js';
import { errorOf } from '../model/exit-reason.js';
import { budgetOf } from '../model/report.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { count, exact } from '../spec/explain-words.js';
import { errorText, oneLine } from './error-text.js';
import { type Outside, budgetText, supervisorGivesUp } from './outlook.js';
import { ago, byWhom } from './past.js';
import { SHORTLY } from './present.js';

/** So many children that are not up are named. */
const MOST_NAMED = 5;

const ALL_UP: Readonly<Record<number, string>> = { 1: 'its child is up', 2: 'both its children are up' };

/** `4 of its 5 children are up`, and which ones are not. */
export function childrenText({ state }: SupervisorProcess): string {
  const { children } = state;
  if (children.size === 0) return 'it has no children';
  const down: string[] = [];
  let up = 0;
  for (const child of children) {
    if (child.status === 'running') up++;
    else if (down.length < MOST_NAMED) down.push(`${child.id} ${SHORTLY[child.status]}`);
  }
  const left = children.size - up - down.length;
  const list = down.length === 0 ? '' : ` (${down.join(', ')}${left > 0 ? `, and ${left} more` : ''})`;
  if (up === children.size) return ALL_UP[up] ?? `all its ${up} children are up`;
  const some =
    up === 0
      ? 'none of its children is'
      : `${up} of its ${children.size} children ${up === 1 ? 'is' : 'are'}`;
  return `${some} up${list}`;
}

/** The clauses on its budget, and what comes when it is used up. */
export function supervisorOutlook(process: SupervisorProcess, outside: Outside): string[] {
  const { state, tree } = process;
  if (state.stopReason !== undefined || state.phase === 'stopped') return [];
  const budget = budgetOf(state, undefined, tree.clock.now());
  const said = budgetText(budget);
  if (budget.max === null || said === undefined) return ['it restarts its children without limit'];
  const left = budget.max - budget.used;
  const needed = left === 0 ? 'one restart more is' : `${left + 1} restarts more are`;
  return [said, `if ${needed} needed within that time, ${supervisorGivesUp(process, outside)}`];
}

/** Why it gave up last: as recorded, or from how it ended. */
export function giveUpText(
  process: SupervisorProcess,
  path: string,
  child: Child | undefined,
): string | undefined {
  const { recorder, clock } = process.tree;
  const recorded = recorder?.supervisor(path)?.gaveUp.at(-1);
  if (recorded) {
    const { offender, budget, error, at } = recorded;
    const id = offender.slice(offender.lastIndexOf('/') + 1);
    const limit =
      budget.max === null ? '' : ` of ${count(budget.max, 'restart')} within ${exact(budget.withinMs)}`;
    const why =
      error.cause?.code === 'COPPICE_CHILD_GAVE_UP'
        ? `${id} did`
        : `${id} needed one restart more than its limit${limit} allows`;
    return `it gave up ${ago(clock.now() - at)}, since ${why}: ${errorText(error)}`;
  }
  const exit = child?.lastExit ?? (child ? undefined : process.state.stopReason);
  const cause: unknown = exit && errorOf(exit);
  if (!isCoppiceError(cause, 'COPPICE_GAVE_UP') || cause.path !== path) return undefined;
  return `it gave up, since ${oneLine(String(cause.details['why']))}: ${oneLine(messageOf(cause))}`;
}

/** What the root, which is nobody's child, is at. */
export function rootText(process: SupervisorProcess): string {
  const { phase, stopReason, endCause, endBy, startedAt } = process.state;
  const since = ago(process.tree.clock.now() - startedAt);
  switch (phase) {
    case 'idle':
      return 'has not been started yet';
    case 'starting':
      return `is starting (it began ${since})`;
    case 'running':
      return `is up (it was started ${since})`;
    case 'stopping':
      return `is stopping${byCause(endCause, endBy)}`;
    case 'stopped':
      return stopReason === undefined ? 'did not start' : `has ended${byCause(endCause, endBy)}`;
  }
}

function byCause(cause: SupervisorProcess['state']['endCause'], by: string | undefined): string {
  switch (cause) {
    case 'request':
      return `, since somebody asked for that${byWhom(by)}`;
    case 'gave-up':
      return ', since it gave up';
    case 'auto-shutdown':
      return ', since a significant child has ended';
    case 'exit':
      return ', since one of its children ended all';
    default:
      return '';
  }
}
