/**
 * What a supervisor remembers of a child for the policies beyond OTP's. A child has it only when one of
 * them has something to remember: a plain child costs nothing.
 */
import type { Child } from './child.js';
import type { ErrorClass } from './give-up.js';
import type { RestartWindow } from './restart-window.js';

/** Who has paused the automatic restarts of a child, and why. */
export interface Pause {
  readonly at: number;
  readonly reason: string | undefined;
  readonly by: string | undefined;
}

export class Recovery {
  /** Failures in a row: without a run of `resetAfterMs` between them. */
  failures = 0;
  /** When it began to end by itself, if it has: what it needs to clean up is not part of its life. */
  endedAt: number | undefined = undefined;
  /** For how long its last incarnation was up. */
  uptimeMs = 0;
  /** When it will be started again, while it backs off or is parked to be revived. */
  nextStartAt: number | undefined = undefined;
  /** Its restarts, if it has a limit of its own. */
  window: RestartWindow | undefined = undefined;
  /** What its `classify` says of its last failure. */
  errorClass: ErrorClass | undefined = undefined;
  /** It is past its limit, and is tried again for ever. */
  isSlow = false;
  /** It has not come up since the boot of its supervisor, which did not wait for it. */
  isBooting = false;
  /** Its next start is for itself, not for those that its supervisor's strategy says. */
  isAlone = false;
  paused: Pause | undefined = undefined;
  /** Nobody wants it any more: it is gone when it has ended, however it ends. */
  isDismissed = false;
  /** When it last said that it is alive; see `IDLE` in watchdog.ts. */
  beatAt = 0;
  /** It is stale, unless what it has said is still to be heard. */
  isSuspect = false;
  /** Why its start is being broken off. */
  startError: unknown = undefined;
}

/** What is remembered of a child; from now on there is something. */
export const recoveryOf = (child: Child): Recovery => (child.recovery ??= new Recovery());
