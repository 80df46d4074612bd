/** What is known of the end of an incarnation, from when it has to end. Who runs has none of it. */
import type { CoppiceError } from '../model/errors.js';
import type { UnstoppedChild } from '../model/event.js';
import type { ExitReason } from '../model/exit-reason.js';

export class Ending {
  /** Had it been up? If not, its end is a failed start. */
  readonly wasUp: boolean;
  /** What it was at when it had to end. */
  readonly phase: UnstoppedChild['phase'];
  isAsked: boolean;
  /** How the incarnation before it ended, until it has ended itself; before, that was what the child's last exit says. */
  previousExit: ExitReason | undefined;
  /** Has it begun to give back what it holds? */
  isReleasing = false;
  /** Was it told that it is waited for without limit? */
  isStuck = false;
  /** Does the supervisor know that it has ended (or that it is not to be waited for)? */
  isReported = false;
  /** What the signal is aborted with, and sleepers are woken with. */
  reason: CoppiceError | undefined = undefined;
  /** Since when it takes time, and when it was given up. */
  since: number | undefined = undefined;
  abandonedAt = 0;

  constructor(
    phase: UnstoppedChild['phase'],
    wasUp: boolean,
    isAsked: boolean,
    previousExit: ExitReason | undefined,
  ) {
    this.phase = phase;
    this.wasUp = wasUp;
    this.isAsked = isAsked;
    this.previousExit = previousExit;
  }
}
