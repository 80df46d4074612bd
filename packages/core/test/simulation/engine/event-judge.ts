/** The judge of a whole tree, by its events alone: what is told has to be in order, and according to the rules. */
import { isDeepStrictEqual } from 'node:util';
import type { EventOf, EventName, SupervisionEvent } from '../../../src/index.js';
import type { ErrorClass } from '../../../src/model/give-up.js';
import { checkEvent } from '../model/judge/event-story.js';
import { type Judged, failureOf } from '../model/judge/failure-book.js';
import { Ledger } from '../model/judge/ledger.js';
import { Violation } from '../model/judge/violation.js';
import type { Journal } from './journal.js';
import type { BranchPlan, EngineScript, LeafPlan } from './plan.js';
import { bondsOf, branchPolicies, childPlan, leafPolicies, startOrderIds, startOrderOf } from './policies.js';
import { Told } from './told.js';

type Of<N extends EventName> = EventOf<N>;

interface Branch {
  readonly plan: BranchPlan;
  readonly ledger: Ledger;
  /** Its parent may lose patience with it; then its children are not stopped in order. */
  readonly mayBeKilled: boolean;
  /** Its children in start order. */
  children: Told[];
  phase: 'starting' | 'running' | 'stopping' | 'over';
  hasGivenUp: boolean;
}

/** Told at any time, also of an incarnation that is over. */
const ANY_TIME = [
  'child:stuck',
  'child:abandoned',
  'child:settled',
  'child:cleanup-failed',
  'child:late-fault',
  'child:classify-failed',
];

export class EventJudge {
  readonly story: string[] = [];
  readonly #journal: Journal;
  readonly #root: BranchPlan;
  readonly #extra: LeafPlan;
  readonly #branches = new Map<string, Branch>();
  /** When the whole has to be over: supervisors below may be killed before that, the root then. */
  deadlineAt = Infinity;
  #seq = 0;
  #at = 0;

  constructor({ root, extra }: Pick<EngineScript, 'root' | 'extra'>, journal: Journal) {
    this.#root = root;
    this.#extra = extra;
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
    if (event.type === 'supervisor:warning' || event.type === 'supervisor:reconciled') return;
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
        branch.hasGivenUp = true;
        return this.#gaveUp(branch, event.offender.id, event.at);
      case 'supervisor:stopping':
        branch.phase = 'stopping';
        return;
      case 'supervisor:stopped':
      case 'supervisor:start-failed': {
        branch.phase = 'over';
        const alive = branch.children.find((child) => child.isAlive);
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
    if (!child) branch.children.push((child = this.#newChild(branch.plan, event.id)));
    checkEvent(child, event);
    const others = branch.children.filter((each) => each !== child);
    const younger = branch.children.slice(branch.children.indexOf(child) + 1);
    switch (event.type) {
      case 'child:starting': {
        child.incarnation = event.incarnation;
        if (branch.phase === 'stopping')
          throw new Violation(`'${event.path}' starts in the middle of a stop`);
        const isParallel = startOrderOf(branch.plan) === 'parallel';
        const busy = others.find(({ told }) => (told === 'starting' && !isParallel) || told === 'stopping');
        if (busy) throw new Violation(`'${event.path}' starts while '${busy.id}' is busy`);
        const ground = others.find(({ id, told }) => child.bindsTo.includes(id) && told !== 'started');
        if (ground) throw new Violation(`'${event.path}' starts, but '${ground.id}' is not up`);
        child.judged = child.delayMs = undefined;
        return;
      }
      case 'child:stopping': {
        const dependant = others.find(({ bindsTo, isAlive }) => isAlive && bindsTo.includes(child.id));
        if (dependant && branch.phase === 'running')
          throw new Violation(`'${event.path}' is stopped before '${dependant.id}', which is bound to it`);
        if (branch.plan.kind === 'dynamic' || branch.mayBeKilled || branch.phase !== 'stopping') return;
        if (event.at >= this.deadlineAt || (this.deadlineAt !== Infinity && event.supervisor !== 'root'))
          return;
        const first = younger.find(({ told }) => told === 'starting' || told === 'started');
        const wasStarting = this.story.at(-2)?.includes('child:starting') === true;
        if (first && !wasStarting) throw new Violation(`'${event.path}' is stopped before '${first.id}'`);
        return;
      }
      case 'child:restarting':
        return this.#restarting(branch, child, event);
      case 'child:backing-off':
        return this.#backingOff(branch, child, event);
      case 'child:gave-up':
        return this.#givesUp(branch, child, event);
      case 'child:started':
        child.isBooting = false;
        return;
      case 'child:start-failed':
        child.because = 'start-failed';
        child.uptimeMs = 0;
        return;
      case 'child:crashed':
      case 'child:completed': {
        child.because = 'exit';
        child.uptimeMs = event.uptimeMs;
        const isShutdown = event.type === 'child:completed' && event.reason.kind === 'shutdown';
        child.hasGivenUp = isShutdown && this.#branches.get(event.path)?.hasGivenUp === true;
        return;
      }
      case 'child:paused':
        child.isPaused = true;
        return;
      case 'child:resumed':
        child.isPaused = false;
        // Its time in the park begins anew.
        if (child.reviveAt !== Infinity) child.reviveAt = event.at + (child.spec.reviveAfterMs ?? Infinity);
        return;
      case 'child:removed':
        branch.children = others;
        return;
      default:
    }
  }

  #restarting(branch: Branch, child: Told, event: Of<'child:restarting'>): void {
    const { because, delayMs, at, path, budget } = event;
    if (because === 'exit' || because === 'start-failed') {
      if (child.isPaused) throw new Violation(`'${path}' is restarted, though it is paused`);
      if (because !== child.because) throw new Violation(`'${path}' is restarted (${because})`);
      checkDelay(path, delayMs, (child.judged ??= judge(branch, child, at)));
      child.delayMs = delayMs;
    } else {
      const isEarly = because === 'revive' && (at < child.reviveAt || child.isPaused);
      if (isEarly) throw new Violation(`'${path}' is revived at ${at}, not at ${child.reviveAt}`);
      if (because !== 'resume') child.failures.forgive();
    }
    child.reviveAt = Infinity;
    const isOwn = child.spec.maxRestarts !== undefined;
    if (!isOwn) return branch.ledger.check(at, budget.used);
    const expected = child.failures.used(child.spec, at);
    if (budget.used !== expected)
      throw new Violation(`'${path}' has used ${expected} restarts, not ${budget.used}`);
  }

  #backingOff(branch: Branch, child: Told, event: Of<'child:backing-off'>): void {
    const { path, delayMs, nextStartAt, failures, at } = event;
    if (child.delayMs === undefined) {
      // At a boot nothing else is told before.
      child.because = 'boot';
      child.isBooting = true;
      checkDelay(path, delayMs, (child.judged ??= judge(branch, child, at)));
    } else if (child.delayMs !== delayMs) throw new Violation(`'${path}' is delayed by ${delayMs} ms`);
    if (nextStartAt !== at + delayMs) throw new Violation(`'${path}' is to start at ${nextStartAt}`);
    if (failures !== child.failures.inARow)
      throw new Violation(`'${path}' has failed ${child.failures.inARow} times in a row, not ${failures}`);
    child.judged = child.delayMs = undefined;
  }

  #givesUp(branch: Branch, child: Told, event: Of<'child:gave-up'>): void {
    const { path, giveUp, because, reviveAt, at } = event;
    const errorClass = because === 'limit' ? 'transient' : because;
    const judged = (child.judged = judge(branch, child, at, errorClass));
    if (judged.verdict !== 'gives up' || judged.giveUp !== giveUp || judged.because !== because)
      throw new Violation(`'${path}' gives up (${giveUp}, ${because}), but has to ${judged.verdict}`);
    judged.isTold = true;
    const { reviveAfterMs } = child.spec;
    const expected = giveUp === 'park' && reviveAfterMs !== undefined ? at + reviveAfterMs : null;
    if (reviveAt !== expected) throw new Violation(`'${path}' is to be revived at ${reviveAt}`);
    child.reviveAt = reviveAt ?? Infinity;
  }

  #gaveUp(branch: Branch, id: string, at: number): void {
    const child = branch.children.find((each) => each.id === id);
    if (!child) throw new Violation(`'${id}' makes a supervisor give up, and is no child of it`);
    const judged = (child.judged ??= judge(branch, child, at));
    const isEscalated = judged.verdict === 'gives up' && judged.isTold && judged.giveUp === 'escalate';
    if (judged.verdict !== 'all give up' && !isEscalated)
      throw new Violation(`a supervisor gives up over '${id}', but that has to ${judged.verdict}`);
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
    const isDynamic = plan.kind === 'dynamic' && plan.leaves.length > 0;
    const children = isDynamic ? [] : startOrderIds(plan).map((id) => this.#newChild(plan, id));
    return { plan, ledger, mayBeKilled, children, phase: 'starting', hasGivenUp: false };
  }

  #newChild(above: BranchPlan, id: string): Told {
    const childBackoff = above.beyond?.childBackoff;
    if (id.startsWith('branch')) {
      const plan = childPlan(above, id) as BranchPlan;
      return new Told(
        id,
        { ...branchPolicies(plan, above), kind: 'supervisor', classifies: false },
        childBackoff,
      );
    }
    const isAdded = id.startsWith('extra');
    const plan = isAdded ? this.#extra : (childPlan(above, id.replace(/#.*/, '')) as LeafPlan);
    const isDynamic = above.kind === 'dynamic' && above.leaves.length > 0;
    const bindsTo = isAdded || isDynamic ? [] : bondsOf(above).get(id);
    return new Told(id, { ...leafPolicies(plan, above), kind: plan.kind }, childBackoff, bindsTo);
  }
}

/** What the books say of the failure of a child; it is written down once. */
function judge(branch: Branch, child: Told, now: number, errorClass: ErrorClass = 'transient'): Judged {
  const { because, uptimeMs, isBooting, hasGivenUp, spec, backoff } = child;
  const known = { because, errorClass, uptimeMs, isBooting, hasGivenUp };
  return child.failures.judge(failureOf(known, { spec, backoff, now }), branch.ledger);
}

function checkDelay(path: string, delayMs: number, judged: Judged): void {
  const goesOn =
    judged.verdict === 'restart' ||
    (judged.verdict === 'gives up' && judged.isTold && judged.giveUp === 'keep-trying');
  if (!goesOn) throw new Violation(`'${path}' is tried again, but has to ${judged.verdict}`);
  const [least, most] = judged.delay;
  if (delayMs < least || delayMs > most)
    throw new Violation(`'${path}' is delayed by ${delayMs} ms, not by ${least} to ${most}`);
}

export function checkJson(what: string, value: unknown): void {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  if (!isDeepStrictEqual(copy, value)) throw new Violation(`'${what}' is not JSON: ${JSON.stringify(value)}`);
}
