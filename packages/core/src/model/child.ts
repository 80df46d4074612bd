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

export const numberedId = (base: string, number: number): string => `${base}#${number}`;

/**
 * One child. `incarnation` counts its starts, and fences: whatever comes back under an older number
 * changes nothing. `runtime` and `timer` belong to the interpreter; the model never looks into them.
 */
export class Child {
  /** Its id, or what stands before the number in it. */
  readonly #name: string;
  spec: ChildPolicy;
  /** Its arguments; one alone stands without a list. */
  readonly #args: unknown;
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

  /** @param name - its id; with a number, what stands before that in its id */
  constructor(name: string, spec: ChildPolicy, args: readonly unknown[], number = 0) {
    const isLarge = number > MAX_NUMBER;
    this.#name = isLarge ? numberedId(name, number) : name;
    this.spec = spec;
    this.#args = args.length === 1 ? args[0] : args;
    this.#facts = (isLarge ? 0 : number << FACTS) | (args.length === 1 ? ONE_ARG : 0);
  }

  /** Another record of the same child, declared differently. */
  declaredAs(spec: ChildPolicy): Child {
    return new Child(this.#name, spec, this.args, this.number);
  }

  /** Made when it is asked for, if its supervisor has named it: few ask. */
  get id(): string {
    const { number } = this;
    return number === 0 ? this.#name : numberedId(this.#name, number);
  }

  /** Arguments of a dynamic child, handed to each of its incarnations. */
  get args(): readonly unknown[] {
    return this.hasOneArg ? [this.#args] : (this.#args as readonly unknown[]);
  }

  get hasOneArg(): boolean {
    return (this.#facts & ONE_ARG) !== 0;
  }

  /** The one argument of a child that has one. */
  get onlyArg(): unknown {
    return this.hasOneArg ? this.#args : undefined;
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
const ONE_ARG = 16;
/** So many bits are facts; those above them are the number. */
const FACTS = 5;
const MAX_NUMBER = 2 ** (30 - FACTS);
