/** What a supervisor may know of one of its children: what was delivered to it, and what it has done. */
import type { Child } from '../../../../src/model/child.js';
import type { ErrorClass } from '../../../../src/model/give-up.js';
import { type ExitReason } from '../../../../src/model/exit-reason.js';
import { isCoppiceError } from '../../../../src/model/errors.js';
import { isSupervisorKind } from '../../../../src/model/policy.js';
import { FailureBook, type Judged } from './failure-book.js';

/**
 * Why a child is down.
 *
 * | rest      | it will be started again                                            |
 * | --------- | ------------------------------------------------------------------- |
 * | `off`     | when somebody does it                                               |
 * | `ended`   | the same, once its supervisor has seen its end                      |
 * | `due`     | if its failure allows that: that has to be judged                   |
 * | `retry`   | the same, after a failed attempt                                    |
 * | `delayed` | at `nextStartAt`                                                    |
 * | `waiting` | when those that it is bound to are up                               |
 * | `paused`  | when its pause is over                                              |
 * | `parked`  | at `nextStartAt`, if there is one                                   |
 * | `wanted`  | by what its supervisor is at                                        |
 * | `group`   | with `owner`, which it has been stopped with                        |
 */
export type Rest =
  | 'off'
  | 'ended'
  | 'due'
  | 'retry'
  | 'delayed'
  | 'waiting'
  | 'paused'
  | 'parked'
  | 'wanted'
  | 'group';

export class Fact {
  readonly child: Child;
  /** From the messages alone. */
  known: 'down' | 'starting' | 'up' | 'ending' = 'down';
  rest: Rest = 'off';
  incarnation = 0;
  asked = false;
  /** Why it is started, and with whom, as it was told last. */
  startCause: string | undefined = undefined;
  startsWith: string | null = null;
  /** Why it is asked to stop, and with whom, as it was told last. */
  stopCause: string | undefined = undefined;
  stopsWith: string | null = null;
  stopSent = false;
  killSent = false;
  abandonSent = false;
  /** Its start was called, and has not been answered. */
  isStarting = false;
  /** Is it being started by itself in a parallel supervisor, so that nobody waits for it? Then: alone, or as its group's head. */
  isLoose: 'alone' | 'leading' | undefined = undefined;
  /** It was told that it has failed: it took too long to start, or was up too long or in silence. */
  broken: 'start' | 'run' | undefined = undefined;
  /** What became of its last start. */
  lastStart: 'up' | 'ignored' | 'failed' | undefined = undefined;
  startingAt = 0;
  upAt = 0;
  /** When it began to end by itself. */
  endedAt: number | undefined = undefined;
  /** When it last said that it is alive; Infinity: it is idle. */
  beatAt = 0;
  /** How its last run, or its last start, has failed. */
  because: 'exit' | 'start-failed' | 'boot' = 'exit';
  uptimeMs = 0;
  errorClass: ErrorClass = 'transient';
  /** As a supervisor it has ended because it gave up. */
  hasGivenUp = false;
  readonly failures = new FailureBook();
  /** What the books say of its last failure, as long as that is told in events. */
  judged: Judged | undefined = undefined;
  isPaused = false;
  /** It did not come up at the boot, and has not since. */
  isBooting = false;
  /** Its next start is for itself and those bound to it only. */
  isAlone = false;
  nextStartAt: number | undefined = undefined;
  /** The timer for its next start has fired. */
  isOverdue = false;
  /** Those that it is bound to have their turn to fall first. */
  letsOthersFall = false;
  /** In which step that was. */
  overdueSince = 0;
  /** In which step its end has come to those things that are to be decided on. */
  dueSince = 0;
  /** Of a `group`: it is told that it waits, so that it comes back also if `owner` does not. */
  isHeld = false;
  owner: Fact | undefined = undefined;
  /** The events of the incarnation so far. */
  told: 'nothing' | 'starting' | 'started' | 'stopping' | 'over' = 'nothing';
  /** It was added by a command that has not been answered yet. */
  isNew = false;
  /** Its timer has fired in this step. */
  timerFired = false;
  /** The number of the step in which it was last seen among the children. */
  seenAt = 0;

  constructor(child: Child) {
    this.child = child;
  }

  get id(): string {
    return this.child.id;
  }

  get isDown(): boolean {
    return this.known === 'down';
  }

  /** Is it up, and to stay so for all that its supervisor knows? */
  get isUp(): boolean {
    return this.known === 'up' && !this.asked && !this.broken;
  }

  /** Will it be tried again, by itself, and those with it that its supervisor's strategy says? */
  get leads(): boolean {
    return this.isDown && (this.rest === 'delayed' || this.rest === 'retry') && !this.isAlone;
  }

  /** Is it too early to decide about its end? */
  get isTooEarly(): boolean {
    return this.letsOthersFall && !this.isOverdue;
  }

  get isUndecided(): boolean {
    return this.rest === 'ended' || (this.rest === 'due' && this.because === 'exit');
  }

  /** Does it stay declared when it is down? */
  stays(dynamic: boolean): boolean {
    return !dynamic && this.child.spec.restart !== 'temporary';
  }

  launched(now: number): void {
    this.incarnation = this.child.incarnation;
    this.known = 'starting';
    this.isStarting = true;
    this.isLoose = undefined;
    this.asked = this.stopSent = this.killSent = this.abandonSent = false;
    this.broken = this.lastStart = this.judged = this.nextStartAt = this.owner = this.endedAt = undefined;
    this.isOverdue = this.hasGivenUp = false;
    this.rest = 'off';
    this.startingAt = this.beatAt = now;
  }

  up(now: number): void {
    this.known = 'up';
    this.isStarting = this.isBooting = this.isAlone = false;
    this.lastStart = 'up';
    this.upAt = now;
    if (this.beatAt !== Infinity) this.beatAt = now;
  }

  down(rest: Rest): void {
    this.known = 'down';
    this.isStarting = false;
    this.rest = rest;
  }

  /** When it is too late for a sign of life, and when its run is too long. */
  get staleAt(): number {
    return this.beatAt + (this.child.spec.staleAfterMs ?? Infinity);
  }

  get runEndsAt(): number {
    return this.upAt + (this.child.spec.maxRunMs ?? Infinity);
  }
}

/** OTP's `do_restart`, once more; but what a supervisor's `giveUp` is there for is a failure of any restart type. */
export function hasToRestart({ spec }: Child, reason: ExitReason, path: string): boolean {
  if (spec.giveUp !== 'escalate' && isGivingUp(spec.kind, reason, path)) return true;
  return (
    spec.restart === 'permanent' ||
    (spec.restart === 'transient' && (reason.kind === 'crash' || reason.kind === 'killed'))
  );
}

/** Has the supervisor with this path ended since it gave up itself, and not one below it? */
export function isGivingUp(kind: Child['spec']['kind'], reason: ExitReason, path: string): boolean {
  if (!isSupervisorKind(kind) || reason.kind !== 'shutdown') return false;
  return isCoppiceError(reason.cause, 'COPPICE_GAVE_UP') && reason.cause.path === path;
}
