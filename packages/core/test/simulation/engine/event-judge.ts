/** The judge of a whole tree, by its events alone: what is told has to be in order, and according to the rules. */
import { isDeepStrictEqual } from 'node:util';
import type { SupervisionEvent } from '@coppice/core';
import { checkEvent } from '../model/event-story.js';
import { Ledger } from '../model/ledger.js';
import { Violation } from '../model/violation.js';
import type { Journal } from './journal.js';
import type { BranchPlan } from './plan.js';

interface Told {
  readonly id: string;
  told: 'nothing' | 'starting' | 'started' | 'stopping' | 'over';
  incarnation: number;
}

interface Branch {
  readonly plan: BranchPlan;
  readonly ledger: Ledger;
  /** Its parent may lose patience with it; then its children are not stopped in order. */
  readonly mayBeKilled: boolean;
  /** Its children in start order. */
  children: Told[];
  phase: 'starting' | 'running' | 'stopping' | 'over';
}

/** Told at any time, also of an incarnation that is over. */
const ANY_TIME = [
  'child:stuck',
  'child:abandoned',
  'child:settled',
  'child:cleanup-failed',
  'child:late-fault',
];

export class EventJudge {
  readonly story: string[] = [];
  readonly #journal: Journal;
  readonly #root: BranchPlan;
  readonly #branches = new Map<string, Branch>();
  /** When the whole has to be over: supervisors below may be killed before that, the root then. */
  deadlineAt = Infinity;
  #seq = 0;
  #at = 0;

  constructor(root: BranchPlan, journal: Journal) {
    this.#root = root;
    this.#journal = journal;
  }

  hear(event: SupervisionEvent): void {
    if (event.seq !== this.#seq + 1) throw new Violation(`event ${event.seq} comes after ${this.#seq}`);
    if (event.at < this.#at) throw new Violation(`time goes backwards`);
    this.#seq = event.seq;
    this.#at = event.at;
    if (event.seq % 8 === 0) checkJson(event.type, event);
    if (event.type === 'listener:failed') return;
    const incarnation = 'incarnation' in event ? ` ${event.incarnation}` : '';
    this.story.push(`${event.at} ${event.type} ${event.path}${incarnation}`);
    if ('incarnation' in event) this.#aboutChild(event);
    else this.#aboutBranch(event);
  }

  #aboutBranch(event: Exclude<SupervisionEvent, { incarnation: number }>): void {
    const { path } = event;
    if (event.type === 'supervisor:warning') return;
    if (event.type === 'supervisor:starting') {
      const before = this.#branches.get(path);
      if (before && before.phase !== 'over')
        throw new Violation(`'${path}' starts while it is ${before.phase}`);
      this.#branches.set(path, this.#newBranch(path));
      return;
    }
    const branch = this.#branch(path);
    if (branch.phase === 'over') throw new Violation(`'${event.type}' after the end of '${path}'`);
    switch (event.type) {
      case 'supervisor:started':
        branch.phase = 'running';
        return;
      case 'supervisor:gave-up':
        return branch.ledger.gaveUp(event.at);
      case 'supervisor:stopping':
        branch.phase = 'stopping';
        return;
      case 'supervisor:stopped':
      case 'supervisor:start-failed': {
        branch.phase = 'over';
        const alive = branch.children.find(isAlive);
        if (alive) throw new Violation(`'${path}' is down, but '${alive.id}' is not`);
        return;
      }
      default:
    }
  }

  #aboutChild(event: Extract<SupervisionEvent, { incarnation: number }>): void {
    if (event.type === 'child:abandoned') return this.#journal.abandoned(event.path, event.incarnation);
    if (event.type === 'child:stuck') return this.#journal.stuck(event.path, event.incarnation);
    if (event.type === 'child:crashed') this.#journal.ended(event.path, event.incarnation, 'fail');
    if (event.type === 'child:completed') this.#journal.ended(event.path, event.incarnation, 'end');
    if (ANY_TIME.includes(event.type)) return;
    const branch = this.#branch(event.supervisor);
    if (branch.phase === 'over') throw new Violation(`'${event.type}' of '${event.path}' after the end`);
    let child = branch.children.find(({ id }) => id === event.id);
    if (!child) branch.children.push((child = { id: event.id, told: 'nothing', incarnation: 0 }));
    checkEvent(child, event);
    const others = branch.children.filter((each) => each !== child);
    const younger = branch.children.slice(branch.children.indexOf(child) + 1);
    switch (event.type) {
      case 'child:starting': {
        child.incarnation = event.incarnation;
        if (branch.phase === 'stopping')
          throw new Violation(`'${event.path}' starts in the middle of a stop`);
        const busy = others.find(({ told }) => told === 'starting' || told === 'stopping');
        if (busy) throw new Violation(`'${event.path}' starts while '${busy.id}' is busy`);
        return;
      }
      case 'child:stopping': {
        if (branch.plan.kind === 'dynamic' || branch.mayBeKilled || branch.phase !== 'stopping') return;
        if (event.at >= this.deadlineAt || (this.deadlineAt !== Infinity && event.supervisor !== 'root'))
          return;
        const first = younger.find(({ told }) => told === 'starting' || told === 'started');
        const wasStarting = this.story.at(-2)?.includes('child:starting') === true;
        if (first && !wasStarting) throw new Violation(`'${event.path}' is stopped before '${first.id}'`);
        return;
      }
      case 'child:restarting':
        return branch.ledger.restarted(event.at, event.budget.used);
      case 'child:removed':
        branch.children = others;
        return;
      default:
    }
  }

  #branch(path: string): Branch {
    const branch = this.#branches.get(path);
    if (!branch) throw new Violation(`an event of '${path}', which has not started`);
    return branch;
  }

  #newBranch(path: string): Branch {
    let plan = this.#root;
    let mayBeKilled = false;
    for (const id of path.split('/').slice(1)) {
      plan = plan.branches[Number(id.replace('branch', ''))]!;
      mayBeKilled ||= plan.shutdownMs !== Infinity;
    }
    const ledger = new Ledger(plan);
    const ids = plan.leaves.map((_, i) => `leaf${i}`);
    const inOrder = [...ids.slice(0, 1), ...plan.branches.map((_, i) => `branch${i}`), ...ids.slice(1)];
    const isDynamic = plan.kind === 'dynamic' && ids.length > 0;
    const children = isDynamic ? [] : inOrder.map((id): Told => ({ id, told: 'nothing', incarnation: 0 }));
    return { plan, ledger, mayBeKilled, children, phase: 'starting' };
  }
}

const isAlive = ({ told }: Told): boolean => told !== 'nothing' && told !== 'over';

export function checkJson(what: string, value: unknown): void {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  if (!isDeepStrictEqual(copy, value)) throw new Violation(`'${what}' is not JSON: ${JSON.stringify(value)}`);
}
