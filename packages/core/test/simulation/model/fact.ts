/** What a supervisor may know of one of its children: what was delivered to it, and what it has done. */
import type { Child } from '../../../src/model/child.js';
import type { ExitReason } from '../../../src/model/exit-reason.js';

export class Fact {
  readonly child: Child;
  /** From the messages alone. */
  known: 'down' | 'starting' | 'up' | 'ending' = 'down';
  incarnation = 0;
  asked = false;
  stopSent = false;
  killSent = false;
  abandonSent = false;
  /** What has to be decided on, and has not been yet. */
  due: 'exit' | 'retry' | undefined = undefined;
  /** It has ended by itself; whether that was decided on cannot always be seen. */
  mayBeUndecided = false;
  /** How the last incarnation ended. */
  outcome: 'started' | 'ignored' | 'failed' | ExitReason | undefined = undefined;
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

  /** Does it stay declared when it is down? */
  stays(dynamic: boolean): boolean {
    return !dynamic && this.child.spec.restart !== 'temporary';
  }

  launched(): void {
    this.incarnation = this.child.incarnation;
    this.known = 'starting';
    this.asked = this.stopSent = this.killSent = this.abandonSent = false;
    this.due = undefined;
    this.mayBeUndecided = false;
    this.outcome = undefined;
  }
}

/** OTP's `do_restart`, once more. */
export const hasToRestart = (child: Child, reason: ExitReason): boolean =>
  child.spec.restart === 'permanent' ||
  (child.spec.restart === 'transient' && (reason.kind === 'crash' || reason.kind === 'killed'));
