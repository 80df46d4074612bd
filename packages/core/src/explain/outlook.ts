/** What happens if a child fails again: by its own limit, that of its supervisor, and so on up the tree. */

import type { Child } from '../model/child.js';
import type { Budget } from '../model/event.js';
import { backoffOf } from '../model/failures.js';
import type { GiveUp } from '../model/give-up.js';
import { ownLimit } from '../model/policy.js';
import { budgetOf } from '../model/report.js';
import { AUTO_SHUTDOWN_TABLE, RESTART_TABLE } from '../model/restart-table.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { count, exact } from '../spec/explain-words.js';

/** What follows for those outside when the root ends, in words. */
export interface Outside {
  readonly whenAllEnds: string;
}

/** `2 of 5 restarts left within 1 min`; undefined where nothing is counted. */
export function budgetText(budget: Budget, whose = ''): string | undefined {
  const { used, max, withinMs } = budget;
  if (max === null) return undefined;
  const left = max - used;
  return `${left === 0 ? 'none' : left} of ${count(max, 'restart')}${whose} left within ${exact(withinMs)}`;
}

/** The clauses on the budget of a child, and on what comes when it is used up. */
export function outlookOf(process: SupervisorProcess, child: Child, outside: Outside): string[] {
  const { state } = process;
  const { spec, recovery } = child;
  if (state.stopReason !== undefined || state.phase === 'stopped') return [];
  if (spec.restart === 'temporary') return ['it is temporary: when it ends it is not started again'];
  if (recovery?.paused) return ['if it ends it stays down until the pause is over'];
  if (recovery?.isSlow) return ['it is past its limit, and is tried again for ever'];
  const now = process.tree.clock.now();
  const own = ownLimit(spec) !== undefined;
  const budget = budgetOf(state, child, now);
  const said = budgetText(budget, own ? '' : ` of ${process.spec.id}`);
  if (budget.max === null || said === undefined) return ['it is started again however often it fails'];
  const left = budget.max - budget.used;
  const oftener = left === 0 ? 'once more' : `${left + 1} more times`;
  const then = own ? afterGivingUp(process, child, outside) : supervisorGivesUp(process, outside);
  return [said, `if it fails ${oftener} within that time, ${then}`];
}

/** What becomes of a child that is past its own limit. */
function afterGivingUp(process: SupervisorProcess, child: Child, outside: Outside): string {
  const { giveUp } = child.spec;
  return giveUp === 'escalate'
    ? supervisorGivesUp(process, outside)
    : `it ${STAYS[giveUp](process, child, outside)}`;
}

type Stays = (process: SupervisorProcess, child: Child, outside: Outside) => string;

/** What giving up means, unless it goes on to the supervisor. */
const STAYS: Readonly<Record<Exclude<GiveUp, 'escalate'>, Stays>> = {
  park: (_process, { spec }) =>
    spec.reviveAfterMs === undefined
      ? 'is parked until somebody starts it'
      : `is parked for ${exact(spec.reviveAfterMs)}`,
  'keep-trying': ({ state }, child) => {
    const backoff = backoffOf(state, child);
    return `is tried again for ever${backoff ? `, every ${exact(backoff.maxMs)} at most` : ''}`;
  },
  exit: (_process, _child, { whenAllEnds }) => `gives up and ${whenAllEnds}`,
  remove: () => 'is removed',
};

/** `feeds gives up and app restarts it`: up to where it ends. */
export function supervisorGivesUp(process: SupervisorProcess, outside: Outside): string {
  return `${process.spec.id} gives up${whatThen(process, outside)}`;
}

/** What becomes of a supervisor that has given up: its end is a shutdown, as in OTP. */
function whatThen(process: SupervisorProcess, outside: Outside): string {
  const above = process.parent.process;
  const child = above?.state.children.get(process.spec.id);
  if (!above || !child) return ` and ${outside.whenAllEnds}`;
  const { giveUp, restart, significant } = child.spec;
  const { state, spec } = above;
  if (state.phase === 'starting' && child.spec.boot === 'fail') {
    return `, so that ${spec.id} does not start${whatThen(above, outside)}`;
  }
  if (giveUp !== 'escalate') return ` and ${STAYS[giveUp](above, child, outside)}`;
  const verdict = RESTART_TABLE[restart].shutdown;
  if (verdict !== 'restart') {
    const left = state.children.significant - (significant ? 1 : 0);
    if (significant && AUTO_SHUTDOWN_TABLE[state.policy.autoShutdown](left)) {
      return `, and ${spec.id} shuts itself down, since ${child.id} is significant`;
    }
    return verdict === 'keep'
      ? ' and stays down, since it is transient'
      : ' and is gone, since it is temporary';
  }
  const { used, max } = budgetOf(state, undefined, above.tree.clock.now());
  if (max !== null && used >= max) {
    return `, and since ${spec.id} has no restart left, ${supervisorGivesUp(above, outside)}`;
  }
  return ` and ${spec.id} restarts it${WITH[state.policy.strategy]}`;
}

const WITH = {
  'one-for-one': '',
  'one-for-all': ' with all its siblings',
  'rest-for-one': ' with those after it',
} as const;
