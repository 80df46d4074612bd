/** A child now, in words for a terminal: what it is at, what has become of it, and what its policies are. */
import { missing } from '../model/bonds.js';
import type { Child } from '../model/child.js';
import { messageOf } from '../model/errors.js';
import type { ExitReason } from '../model/exit-reason.js';
import { budgetOf } from '../model/report.js';
import { ownLimit } from '../model/policy.js';
import { IDLE } from '../model/watchdog.js';
import { type AnySupervisor, type Row, explain, headOf, layOut } from '../spec/explain.js';
import { count, exact, rough } from '../spec/explain-words.js';
import { show } from '../spec/checks.js';
import type { ChildSpec } from '../spec/types.js';
import { SupervisorProcess } from './supervisor-process.js';

/** The text about one child of a supervisor. */
export function describe(process: SupervisorProcess, child: Child): string {
  const now = process.tree.clock.now();
  const rows: Row[] = [
    ['now', ...nowOf(process, child, now)],
    ['until now', ...historyOf(process, child, now)],
    ...(child.lastExit ? [['last end', endOf(child.lastExit)] as const] : []),
  ];
  return [
    headOf(`${process.path}/${child.id}`, child.spec),
    ...layOut(rows),
    '',
    ...explain(child.spec, livingSpec(process)),
  ].join('\n');
}

/** The declaration of a supervisor with the children that it has now. */
function livingSpec({ spec, state }: SupervisorProcess): AnySupervisor {
  if (spec.kind === 'dynamic-supervisor') return spec;
  return { ...spec, children: Array.from(state.children, (child) => child.spec as ChildSpec) };
}

function nowOf(process: SupervisorProcess, child: Child, now: number): string[] {
  const { recovery, runtime } = child;
  const said = [statusOf(child, now)];
  if (child.status === 'running' && runtime instanceof SupervisorProcess) {
    const { active, size } = runtime.state.children;
    said.push(`${active} of ${size === 1 ? '1 child is' : `its ${size} children are`} alive.`);
  }
  if (recovery?.paused) {
    const { at, by, reason } = recovery.paused;
    const who = by === undefined ? '' : ` by ${oneLine(by)}`;
    const why = reason === undefined ? '' : `: ${oneLine(reason)}`;
    said.push(` Its restarts were paused${who} ${ago(now - at)}${why}.`);
  }
  const { staleAfterMs } = child.spec;
  if (staleAfterMs !== undefined && recovery && child.status === 'running') {
    said.push(
      recovery.beatAt === IDLE
        ? ' It has said that it is idle.'
        : ` Its last heartbeat was ${ago(now - recovery.beatAt)}; it is stale after ${exact(staleAfterMs)}.`,
    );
  }
  for (const { child: owner, process: above, number } of process.tree.abandoned) {
    if (owner.id === child.id && above.path === process.path)
      said.push(` Its incarnation ${number} did not end in time, and still runs.`);
  }
  return said;
}

function statusOf(child: Child, now: number): string {
  const { recovery, spec } = child;
  const next = recovery?.nextStartAt;
  switch (child.status) {
    case 'starting': {
      const limit =
        spec.startTimeoutMs === undefined ? '' : ` of the ${exact(spec.startTimeoutMs)} that it may take`;
      return `It has been starting for ${rough(now - child.startedAt)}${limit}.`;
    }
    case 'running':
      return `It has been up for ${rough(now - child.startedAt)}.`;
    case 'stopping':
      return child.asked ? 'It was asked to stop, and is stopping.' : 'It has ended, and is cleaning up.';
    case 'killing':
      return 'Its time to stop is over; it is being ended by force.';
    case 'exited':
      return 'It has just ended; its supervisor is busy, and has not yet decided what follows.';
    case 'restarting':
      return 'Its start has failed; the next attempt is due.';
    case 'backing-off':
      return `It is down, and backs off: its next start is in ${rough((next ?? now) - now)}.`;
    case 'waiting': {
      const other = child.bonds && missing(child);
      return other
        ? `It is down, and waits for '${other.id}', which is ${other.status}.`
        : 'It is down, and waits for those that it is restarted with.';
    }
    case 'paused':
      return 'It is down, and would be started again if its restarts were not paused.';
    case 'parked':
      return next === undefined
        ? 'It has given up, and is parked until somebody starts it.'
        : `It has given up, and is parked; it is started again in ${rough(next - now)}.`;
    case 'stopped':
      return child.incarnation === 0 ? 'It has not been started.' : 'It is down until somebody starts it.';
  }
}

function historyOf(process: SupervisorProcess, child: Child, now: number): string[] {
  const { recovery, spec, incarnation } = child;
  const said = [incarnation === 0 ? 'It was never started.' : `It was started ${times(incarnation)}.`];
  if (recovery && recovery.failures > 0)
    said.push(`It has failed ${times(recovery.failures)}${recovery.failures > 1 ? ' in a row' : ''}.`);
  if (recovery?.isSlow) said.push('It is past its limit, and keeps trying.');
  if (recovery?.isBooting) said.push('It has not come up since its supervisor started.');
  if (spec.restart === 'temporary') return said;
  const { used, max, withinMs } = budgetOf(process.state, child, now);
  const whose = ownLimit(spec) ? 'its own limit' : `the limit of '${process.spec.id}', which others use, too`;
  if (max === null) return said;
  const left = max - used;
  said.push(
    ` Of ${count(max, 'restart')} within ${exact(withinMs)} (${whose}) ${used} ${used === 1 ? 'is' : 'are'} used; ` +
      (left === 0 ? 'one more is too many.' : `${left} ${left === 1 ? 'is' : 'are'} left.`),
  );
  return said;
}

/** What others wrote, as it can stand in a terminal. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

const ago = (ms: number): string => (ms < 1 ? 'just now' : `${rough(ms)} ago`);

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);

/** How an incarnation ended, in words. */
function endOf(reason: ExitReason): string {
  switch (reason.kind) {
    case 'normal':
      return 'It was done.';
    case 'shutdown':
      if (reason.cause !== undefined) return `It had to end: ${oneLine(messageOf(reason.cause))}.`;
      return reason.detail === undefined
        ? 'It was asked to stop, or chose to.'
        : `It chose to stop, with ${oneLine(show(reason.detail))}.`;
    case 'crash':
      return `It failed: ${oneLine(messageOf(reason.error))}.`;
    case 'killed':
      return 'It did not stop in time, and was killed or abandoned.';
  }
}
