/** What a child is at now, in words: `is backing off`, with the clauses that belong to that. */
import { missing } from '../model/bonds.js';
import { type Child, type ChildStatus, isAlive } from '../model/child.js';
import { RESTART_TABLE } from '../model/restart-table.js';
import { IDLE } from '../model/watchdog.js';
import type { ChildHistory, RecordedDecision } from '../recorder/types.js';
import { exact, nth, rough } from '../spec/explain-words.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { oneLine } from './error-text.js';
import { STOPPED, ago, byWhom, lastRun } from './past.js';

interface Now {
  readonly process: SupervisorProcess;
  readonly child: Child;
  readonly history: ChildHistory | undefined;
  readonly now: number;
}

/** What it is at, as the predicate of a sentence. */
export const presentOf = (known: Now): string => PRESENT[known.child.status](known);

const PRESENT: Readonly<Record<ChildStatus, (known: Now) => string>> = {
  starting: ({ child, now }) => {
    const { startTimeoutMs } = child.spec;
    const which = child.incarnation === 1 ? '' : ` for the ${nth(child.incarnation)} time`;
    const limit = startTimeoutMs === undefined ? '' : ` of the ${exact(startTimeoutMs)} that it may take`;
    return `is starting${which}, since ${rough(now - child.startedAt)}${limit}`;
  },
  running: ({ child, now }) => `has been up for ${rough(now - child.startedAt)}`,
  stopping: ({ child, history }) => {
    const asked = history?.runs.findLast(({ incarnation }) => incarnation === child.incarnation)?.asked;
    if (!child.asked) return 'has ended, and is cleaning up';
    return asked
      ? `is stopping, since ${STOPPED[asked.because](asked.with)}${byWhom(asked.by)}`
      : 'was asked to stop, and is stopping';
  },
  killing: () => 'is being ended by force, since its time to stop is over',
  exited: () => 'has just ended, and its supervisor, which is busy, has not yet decided what follows',
  restarting: () => 'has failed to start, and the next attempt is due',
  'backing-off': () => 'is backing off',
  waiting: ({ process, child }) => {
    const other = (child.bonds && missing(child)) ?? process.state.groupWaitsFor;
    return other
      ? `is down, and waits for ${other.id}, which ${SHORTLY[other.status]}`
      : 'is down, and waits for those that it is restarted with';
  },
  paused: () => 'is down, and would be started again if its restarts were not paused',
  parked: ({ child }) =>
    `has given up, and is parked${child.recovery?.nextStartAt === undefined ? ' until somebody starts it' : ''}`,
  stopped: (known) =>
    known.child.incarnation === 0 ? 'has not been started yet' : `is down${whyDown(known)}`,
};

/** The same of another, in passing. */
export const SHORTLY: Readonly<Record<ChildStatus, string>> = {
  starting: 'is starting',
  running: 'is up',
  stopping: 'is stopping',
  killing: 'is being ended by force',
  exited: 'has just ended',
  restarting: 'is about to be started again',
  'backing-off': 'is backing off',
  waiting: 'is waiting',
  paused: 'is paused',
  parked: 'is parked',
  stopped: 'is down',
};

type Refusal = Extract<RecordedDecision, { kind: 'no-restart' }>['because'];

const REFUSED: Readonly<Record<Refusal, string>> = {
  temporary: 'since it is temporary',
  completed: 'since it is transient, and did not fail',
  paused: 'since its restarts are paused',
  stopping: 'since it was stopped',
  dismissed: 'since nobody wants its result any more',
  answered: 'since it did not start, which whoever asked for that was told',
};

/** Why it stays down, as recorded, or as far as can be told from what it is declared as. */
function whyDown({ child, history }: Now): string {
  const { asked, spec, lastExit } = child;
  const run = lastRun(history);
  // A supervisor's giving up is a shutdown, as in OTP.
  const completed =
    lastExit?.kind === 'shutdown' && lastExit.cause !== undefined
      ? 'since it is transient, and giving up counts as a shutdown'
      : REFUSED.completed;
  const decision = run?.decisions.findLast(({ kind }) => kind === 'no-restart' || kind === 'gave-up');
  if (decision?.kind === 'no-restart') {
    const why = decision.because === 'completed' ? completed : REFUSED[decision.because];
    return `, ${why}${byWhom(decision.by)}`;
  }
  if (decision) return ', since it gave up';
  if (run?.asked) return `, since ${STOPPED[run.asked.because](run.asked.with)}${byWhom(run.asked.by)}`;
  if (asked) return ', since it was asked to stop';
  const isDone = lastExit !== undefined && RESTART_TABLE[spec.restart][lastExit.kind] === 'keep';
  return isDone ? `, ${completed}` : '';
}

/** What is to be said besides: when it starts, who has paused it, whether it shows signs of life. */
export function circumstancesOf({ process, child, now }: Now): string[] {
  const { recovery, spec } = child;
  const said: string[] = [];
  if (child.status === 'backing-off' && recovery?.nextStartAt !== undefined) {
    said.push(`next start in ${rough(Math.max(0, recovery.nextStartAt - now))}`);
    if (recovery.failures > 1) said.push(`it has failed ${recovery.failures} times in a row`);
  }
  if (child.status === 'parked' && recovery?.nextStartAt !== undefined)
    said.push(`it is started again in ${rough(Math.max(0, recovery.nextStartAt - now))}`);
  if (recovery?.isBooting === true) said.push('it has not come up since its supervisor started');
  if (recovery?.paused) {
    const { at, by, reason } = recovery.paused;
    const who = by === undefined ? '' : ` by ${oneLine(by)}`;
    said.push(
      `its restarts were paused${who} ${ago(now - at)}${reason === undefined ? '' : ` (${oneLine(reason)})`}`,
    );
  }
  if (spec.staleAfterMs !== undefined && recovery && child.status === 'running') {
    said.push(
      recovery.beatAt === IDLE
        ? 'it has said that it is idle'
        : `its last heartbeat was ${ago(now - recovery.beatAt)}, and it is stale after ${exact(spec.staleAfterMs)}`,
    );
  }
  for (const { child: owner, process: above, incarnation } of process.tree.abandoned) {
    if (owner.id === child.id && above.path === process.path)
      said.push(`its ${nth(incarnation)} run did not end in time, and still goes on`);
  }
  return said;
}

/** Is anything to be expected of it, so that what happens at its next failure is of interest? */
export const hasFuture = ({ status }: Child): boolean =>
  (isAlive(status) && status !== 'stopping' && status !== 'killing') ||
  status === 'backing-off' ||
  status === 'restarting' ||
  status === 'waiting';
