/** One incarnation as it really is, whatever its supervisor has been told of it. */
import type { Child } from '../../../src/model/child.js';
import type { ErrorClass } from '../../../src/model/give-up.js';
import { type ExitReason, KILLED, SHUTDOWN, crash } from '../../../src/model/exit-reason.js';
import type { Message } from '../../../src/model/message.js';
import type { Mood, ChildPlan } from './script.js';
import type { PlannedPolicy } from './policies.js';
import type { Node } from './node.js';

export const BOOM = Object.freeze({ name: 'Error', message: 'boom' });

/** The ends that a child can come to by itself. */
const ENDS: readonly ExitReason[] = [
  crash(BOOM),
  crash(BOOM),
  { kind: 'normal' },
  SHUTDOWN,
  { kind: 'shutdown', detail: 'enough' },
];

export const endOf = (at: number): ExitReason => ENDS[at % ENDS.length]!;

/** A service or a task. It tells its supervisor by `send`, and is told by `stop`, `kill` and `abandon`. */
export class Life {
  readonly node: Node;
  readonly child: Child;
  readonly incarnation: number;
  readonly mood: Mood;
  phase: 'starting' | 'up' | 'ending' | 'over' = 'starting';
  /** The supervisor was told not to wait for it; it may well live on. */
  abandoned = false;
  /** Past its time and past being killed, and waited for all the same. */
  isStuck = false;
  /** If the child is a supervisor: the one that runs. */
  below: Node | undefined = undefined;
  #wasUp = false;
  #asked = false;
  #wish: 'ignored' | ExitReason | undefined = undefined;

  constructor(node: Node, child: Child, mood: Mood) {
    this.node = node;
    this.child = child;
    this.incarnation = child.incarnation;
    this.mood = mood;
  }

  /** Is it the incarnation that its supervisor has to do with? */
  get isCurrent(): boolean {
    return this.child.incarnation === this.incarnation;
  }

  get plan(): ChildPlan {
    return (this.child.spec as PlannedPolicy).plan;
  }

  /** Does it still do something by itself? One that hangs does not: its supervisor has to see to it. */
  get isBusy(): boolean {
    if (this.below) return false;
    return this.phase === 'starting' || (this.phase === 'ending' && !this.#hangs);
  }

  get #hangs(): boolean {
    return this.mood.stop === 'slowly' && this.child.spec.shutdownMs !== Infinity;
  }

  start(): void {
    const isUpAtOnce = this.plan.kind === 'task' && !this.plan.awaitReady;
    if (isUpAtOnce || this.mood.start === 'at once') this.up();
    else if (this.mood.start === 'fails') this.over(crash(BOOM));
    else if (this.mood.start === 'is ignored') this.over('ignored');
  }

  up(): void {
    this.phase = 'up';
    this.#wasUp = true;
    // Where it has to wait for nothing its supervisor knows that, and is not told.
    if (this.child.status === 'running') return;
    this.send({ type: 'started', child: this.child, incarnation: this.incarnation });
  }

  /** Its slow start has an answer. */
  answer(at: number): void {
    if (at < 10) this.up();
    else this.over(at % 2 ? crash(BOOM) : 'ignored');
  }

  /** It says that it is alive; as the interpreter does it, by a note in the state, without a message. */
  beat(at: number): void {
    const { recovery } = this.child;
    if (!this.isCurrent || !recovery) return;
    recovery.beatAt = at;
    this.node.oracle.hearBeat(this.child, at);
  }

  /** It has decided to end, and still cleans up. */
  endSlowly(wish: 'ignored' | ExitReason): void {
    this.phase = 'ending';
    this.#wish = wish;
    const reason = wish === 'ignored' ? SHUTDOWN : wish;
    this.send({ type: 'ending', child: this.child, incarnation: this.incarnation, reason });
  }

  /** It is gone, for the reason that came first. */
  over(reason: 'ignored' | ExitReason): void {
    this.phase = 'over';
    this.node.world.late.remember(this);
    const { child, incarnation } = this;
    const wish = this.#wish ?? reason;
    const error = wish !== 'ignored' && wish.kind === 'crash' ? wish.error : BOOM;
    const errorClass = this.#classOf(wish);
    if (this.#wasUp || this.#asked) {
      const said = wish === 'ignored' ? SHUTDOWN : wish;
      this.send({ type: 'exited', child, incarnation, reason: said, errorClass });
    } else if (wish === 'ignored') {
      this.send({ type: 'ignored', child, incarnation });
    } else {
      this.send({ type: 'start-failed', child, incarnation, error, errorClass });
    }
  }

  /** What its `classify` says: of an error, and if it was not asked to stop. */
  #classOf(wish: 'ignored' | ExitReason): ErrorClass | undefined {
    const isAsked = this.#asked || wish === 'ignored' || wish.kind !== 'crash';
    return isAsked || !(this.child.spec as PlannedPolicy).classifies ? undefined : this.mood.errorClass;
  }

  /** It has failed without knowing it. */
  breakOff(error: unknown): void {
    if (this.below)
      return this.node.world.post(this.below, this.below, { type: 'stop', reason: crash(error) });
    if (this.phase === 'over') return;
    this.#wish ??= crash(error);
    if (this.phase === 'ending') return;
    this.phase = 'ending';
    if (this.mood.stop === 'at once') this.over(crash(error));
  }

  stop(deadlineAt: number | undefined): void {
    if (this.below) {
      return this.node.world.post(this.below, this.below, { type: 'stop', reason: SHUTDOWN, deadlineAt });
    }
    this.#asked = true;
    if (this.phase === 'over' || this.phase === 'ending') return;
    this.phase = 'ending';
    if (this.mood.stop === 'at once') this.over(SHUTDOWN);
  }

  kill(): void {
    if (this.below) return this.node.world.post(this.below, this.below, { type: 'kill' });
    if (this.phase === 'over') return;
    if (this.phase !== 'ending') this.#asked = true;
    this.phase = 'ending';
    // Whoever ends by itself has its own reason for that.
    if (this.#asked) this.#wish = KILLED;
    else this.#wish ??= KILLED;
    if (this.child.spec.kill === undefined) this.abandon();
  }

  abandon(): void {
    if (this.phase === 'over') return;
    const { onStuck } = this.child.spec;
    const { world, state } = this.node;
    this.isStuck =
      (onStuck === 'wait' && !state.killing) || (onStuck === 'exit' && state.stopReason === undefined);
    if (this.isStuck && onStuck === 'exit') world.exit(this);
    if (this.isStuck) return;
    this.abandoned = true;
    this.over(KILLED);
  }

  /** Its messages arrive in the order in which they were sent. */
  send(message: Message): void {
    this.node.world.post(this, this.node, message);
  }
}
