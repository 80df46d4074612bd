/** The judge of a whole tree, by its events alone: what is told has to be in order, and according to the rules. */
import type { SupervisionEvent } from '../../../src/index.js';
import { checkEvent } from '../model/judge/event-story.js';
import { Violation } from '../model/judge/violation.js';
import { Branches } from './branches.js';
import type { Journal } from './journal.js';
import { checkJson } from './json.js';
import type { EngineScript } from './plan.js';
import { startOrderOf, stopOrderOf } from './policies.js';
import { onBackingOff, onEscalation, onGivesUp, onRestarting } from './told-failures.js';

/** Why one is started that was added; that of others is told of before. */
const ADDED = ['request', 'reconcile'];

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
  readonly #branches: Branches;
  /** When the whole has to be over: supervisors below may be killed before that, the root then. */
  deadlineAt = Infinity;
  /** The paths of those that were given another list of children: their order and bonds by now are not told. */
  readonly reconciled = new Set<string>();
  #seq = 0;
  #at = 0;

  constructor(script: Pick<EngineScript, 'root' | 'extra'>, journal: Journal) {
    this.#branches = new Branches(script);
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
      return this.#branches.starts(path);
    }
    const branch = this.#branches.of(path);
    if (branch.phase === 'over') throw new Violation(`'${event.type}' after the end of '${path}'`);
    switch (event.type) {
      case 'supervisor:started':
        branch.phase = 'running';
        return;
      case 'supervisor:gave-up':
        branch.hasGivenUp = true;
        return onEscalation(branch, event.offender.id, event.at);
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
    const branch = this.#branches.of(event.supervisor);
    if (branch.phase === 'over') throw new Violation(`'${event.type}' of '${event.path}' after the end`);
    let child = branch.children.find(({ id }) => id === event.id);
    if (!child) branch.children.push((child = this.#branches.newChild(branch.plan, event.id)));
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
        if (ground && !this.reconciled.has(event.supervisor))
          throw new Violation(`'${event.path}' starts, but '${ground.id}' is not up`);
        child.judged = child.delayMs = undefined;
        child.isFirstStart =
          event.because === 'boot' ||
          (event.incarnation === 1 && !child.isAskedFor && ADDED.includes(event.because));
        child.isAskedFor = false;
        return;
      }
      case 'child:stopping': {
        const dependant = others.find(({ bindsTo, isAlive }) => isAlive && bindsTo.includes(child.id));
        if (this.reconciled.has(event.supervisor)) return;
        if (dependant && branch.phase === 'running')
          throw new Violation(`'${event.path}' is stopped before '${dependant.id}', which is bound to it`);
        const isAtOnce = branch.plan.kind === 'dynamic' && stopOrderOf(branch.plan) === 'parallel';
        if (isAtOnce || branch.mayBeKilled || branch.phase !== 'stopping') return;
        if (event.at >= this.deadlineAt || (this.deadlineAt !== Infinity && event.supervisor !== 'root'))
          return;
        const first = younger.find(({ told }) => told === 'starting' || told === 'started');
        const wasStarting = this.story.at(-2)?.includes('child:starting') === true;
        if (first && !wasStarting) throw new Violation(`'${event.path}' is stopped before '${first.id}'`);
        return;
      }
      case 'child:restarting':
        return onRestarting(branch, child, event);
      case 'child:backing-off':
        return onBackingOff(branch, child, event);
      case 'child:gave-up':
        return onGivesUp(branch, child, event);
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
        child.hasGivenUp = isShutdown && this.#branches.at(event.path)?.hasGivenUp === true;
        return;
      }
      case 'child:waiting':
        // It is time for it to be revived, though it still has to wait.
        if (event.at >= child.reviveAt) {
          child.failures.forgive();
          child.reviveAt = Infinity;
        }
        return;
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
}
