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
  /** When it came up, in the clock's milliseconds; until then, when its start was called. */
  startedAt = 0;
  previous: Child | undefined = undefined;
  next: Child | undefined = undefined;
  /** What the policies beyond OTP's remember of it. */
  recovery: Recovery | undefined = undefined;
  /** Who falls with whom. */
  bonds: Bonds | undefined = undefined;
  runtime: unknown = undefined;
  timer: unknown = undefined;
  /** What is true of it, in one number: where there are a million children each field costs eight megabytes. */
  #facts: number;

  constructor(id: string, spec: ChildPolicy, args: readonly unknown[], number = 0) {
    this.id = id;
    this.spec = spec;
    this.args = args;
    this.#facts = number > MAX_NUMBER ? 0 : number << FACTS;
  }

  /** Is its timer running? What for, its status says: see `onTimer` in step.ts. */
  get hasTimer(): boolean {
    return (this.#facts & HAS_TIMER) !== 0;
  }
  set hasTimer(holds: boolean) {
    this.#set(HAS_TIMER, holds);
  }

  /** Does the operation at hand wait for it? */
  get awaited(): boolean {
    return (this.#facts & AWAITED) !== 0;
  }
  set awaited(holds: boolean) {
    this.#set(AWAITED, holds);
  }

  /** Was this incarnation asked to stop? */
  get asked(): boolean {
    return (this.#facts & ASKED) !== 0;
  }
  set asked(holds: boolean) {
    this.#set(ASKED, holds);
  }

  /** Is it still one of the children of its supervisor? */
  get isPresent(): boolean {
    return (this.#facts & PRESENT) !== 0;
  }
  set isPresent(holds: boolean) {
    this.#set(PRESENT, holds);
  }

  /** The number in its id, if its supervisor has named it; else 0. */
  get number(): number {
    return this.#facts >>> FACTS;
  }

  #set(fact: number, holds: boolean): void {
    this.#facts = holds ? this.#facts | fact : this.#facts & ~fact;
  }
}

const HAS_TIMER = 1;
const AWAITED = 2;
const ASKED = 4;
const PRESENT = 8;
/** So many bits are facts; those above them are the number. */
const FACTS = 4;
const MAX_NUMBER = 2 ** (30 - FACTS);
