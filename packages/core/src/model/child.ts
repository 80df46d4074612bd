/** What a supervisor knows of one of its children. */
import type { Bonds } from './bonds.js';
import type { ExitReason } from './exit-reason.js';
import type { ChildPolicy } from './policy.js';
import type { Recovery } from './recovery.js';

/**
 * | status        | meaning                                                                       |
 * | ------------- | ----------------------------------------------------------------------------- |
 * | `starting`    | its start was called and has not answered yet                                 |
 * | `running`     | it is up                                                                      |
 * | `stopping`    | it was asked to stop, or has ended by itself and is cleaning up               |
 * | `killing`     | its `shutdownMs` are over and its `kill` hook was called                      |
 * | `exited`      | it is gone; its supervisor is busy and has not yet decided what to do         |
 * | `restarting`  | the attempt to start it again has failed; the next attempt is due (OTP's word) |
 * | `backing-off` | it is down, and will be started again when its delay is over                  |
 * | `waiting`     | it is down because one that it is bound to is, or its group's delay is not over |
 * | `paused`      | it is down, and would be started again if its restarts were not paused        |
 * | `parked`      | it has given up, and stays down until it is revived                           |
 * | `stopped`     | it is down, and stays down until somebody starts it                           |
 */
export type ChildStatus =
  | 'starting'
  | 'running'
  | 'stopping'
  | 'killing'
  | 'exited'
  | 'restarting'
  | 'backing-off'
  | 'waiting'
  | 'paused'
  | 'parked'
  | 'stopped';

/** Is there an incarnation that lives? */
export const isAlive = (status: ChildStatus): boolean =>
  status === 'starting' || status === 'running' || status === 'stopping' || status === 'killing';

/** Is it down, with nothing left to decide or to wait for before it may be started? */
export const isResting = (status: ChildStatus): boolean =>
  status === 'backing-off' ||
  status === 'waiting' ||
  status === 'paused' ||
  status === 'parked' ||
  status === 'stopped';

/**
 * One child. `incarnation` counts its starts, and fences: whatever comes back under an older number
 * changes nothing. `runtime` and `timer` belong to the interpreter; the model never looks into them.
 */
export class Child {
  readonly id: string;
  spec: ChildPolicy;
  /** Arguments of a dynamic child, handed to each of its incarnations. */
  args: readonly unknown[];
  status: ChildStatus = 'stopped';
  incarnation = 0;
  /** How the last incarnation ended, or that its start failed. */
  lastExit: ExitReason | undefined = undefined;
  /** Is its timer running? What for, its status says: see `onTimer` in step.ts. */
  hasTimer = false;
  /** Does the operation at hand wait for it? */
  awaited = false;
  /** Was this incarnation asked to stop? */
  asked = false;
  /** When its last start was called, and when it came up, in the clock's milliseconds. */
  startingAt = 0;
  startedAt = 0;
  /** Is it still one of the children of its supervisor? */
  isPresent = false;
  previous: Child | undefined = undefined;
  next: Child | undefined = undefined;
  /** What the policies beyond OTP's remember of it. */
  recovery: Recovery | undefined = undefined;
  /** Who falls with whom. */
  bonds: Bonds | undefined = undefined;
  runtime: unknown = undefined;
  timer: unknown = undefined;

  constructor(id: string, spec: ChildPolicy, args: readonly unknown[]) {
    this.id = id;
    this.spec = spec;
    this.args = args;
  }
}
