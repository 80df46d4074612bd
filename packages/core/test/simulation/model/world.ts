/**
 * The adversary: performs the model's effects, and lets the answers come in any order and at any time that
 * the promises of the interpreter allow. What one sender tells one receiver stays in order; timers are due
 * in the order of the clock; everything else is up to the script.
 */
import type { Child } from '../../../src/model/child.js';
import { type ExitReason, NORMAL, SHUTDOWN, crash } from '../../../src/model/exit-reason.js';
import type { Effect } from '../../../src/model/effect.js';
import type { EventBody } from '../../../src/model/event.js';
import type { Message } from '../../../src/model/message.js';
import { KILL_GRACE_MS } from '../../../src/model/policy.js';
import { IDLE } from '../../../src/model/watchdog.js';
import { Alarms, type Timer } from './alarms.js';
import { comeToRest } from './coming-to-rest.js';
import { command } from './commands.js';
import { Violation } from './judge/violation.js';
import { LateMessages } from './late-messages.js';
import { Letters } from './letters.js';
import { BOOM, type Life, endOf } from './life.js';
import { Node } from './node.js';
import { type Action, type ChildPlan, DEADLINES, type Mood, type Script } from './script.js';
import { slowed } from './slowness.js';

const AFTERLIFE = 5;
const CALM: Mood = { start: 'at once', stop: 'at once', errorClass: 'transient' };
const WAITS_MS = [1, 4, 10, 11, 49, 60, 61, 1_000] as const;

export class World {
  steps = 0;
  nodes: Node[] = [];
  /** Lives that may still do something. */
  lives: Life[] = [];
  readonly root: Node;
  /** The children that are added at run time. */
  readonly extras: readonly ChildPlan[];
  /** So many children are started, or stopped, in one step where that is done at once. */
  readonly slice: number;
  /** Is told of everything, if the story of a run is wanted. */
  tell: ((node: Node, what: Message | Effect) => void) | undefined = undefined;
  /** Is told of every event. */
  hear: ((event: EventBody) => void) | undefined = undefined;
  readonly late = new LateMessages();
  readonly alarms = new Alarms();
  readonly #script: Script;
  readonly #letters = new Letters();
  #moods = 0;
  #chances = 0;
  #commands = 0;
  /** Towards the end nothing fails any more: otherwise an endless restart loop would have no end. */
  #isCalm = false;

  constructor(script: Script) {
    this.#script = script;
    this.slice = script.slice;
    this.extras = script.extras.map((plan) => slowed(plan, script.slowness));
    this.root = new Node(this, slowed(script.root, script.slowness), 'root', undefined);
    this.nodes.push(this.root);
  }

  run(): void {
    this.post(this.root, this.root, { type: 'start' });
    let after = 0;
    for (const action of this.#script.actions) {
      this.#act(action);
      // A dead root has little more to say: some commands and late messages are enough of that.
      if (this.root.hasEnded && ++after > AFTERLIFE) break;
    }
    this.#isCalm ||= this.#script.rest;
    if (
      this.#script.rest &&
      comeToRest(this, 'rest') &&
      !this.nodes.some(({ oracle }) => oracle.isBootHeld)
    ) {
      for (const node of this.nodes) node.oracle.atRest();
    }
    const deadlineMs = this.#script.deadlineMs * this.#script.slowness;
    const stoppedAt = this.now;
    const isFirst = !this.root.oracle.isStopping;
    this.#stop(this.root, deadlineMs);
    this.#isCalm = true;
    comeToRest(this, 'end');
    // By force, whoever has a way to be killed may take its grace, and another one where a stop came in between.
    if (isFirst && this.root.endedAt > stoppedAt + deadlineMs + 2 * KILL_GRACE_MS) {
      throw new Violation(
        `down at ${this.root.endedAt}, but ${deadlineMs} after ${stoppedAt} it has to be over`,
      );
    }
    this.#checkEnd();
  }

  // --- what the nodes ask for ---

  get now(): number {
    return this.alarms.now;
  }

  timerOf(child: Child): Timer | undefined {
    return this.alarms.of(child);
  }

  post(from: object, to: Node, message: Message): void {
    this.#letters.send(from, to, message);
  }

  nextMood(): Mood {
    if (this.#isCalm) return CALM;
    const { moods } = this.#script;
    return moods[this.#moods++ % moods.length]!;
  }

  nextChance(): number {
    const { chances } = this.#script;
    return chances[this.#chances++ % chances.length]!;
  }

  /** A stuck child ends the whole tree. */
  exit(life: Life): void {
    this.post(life, this.root, { type: 'stop', reason: crash(BOOM) });
  }

  // --- what the script does ---

  #act({ verb, at }: Action): void {
    switch (verb) {
      case 'deliver':
        this.deliver(at);
        return;
      case 'flush':
        while (this.deliver(0));
        return;
      case 'answer':
        return this.#pick(
          at,
          (life) => life.phase === 'starting',
          (life) => life.answer(at),
        );
      case 'exit':
        return this.#pick(
          at,
          (life) => life.phase === 'up',
          (life) => life.over(endOf(at)),
        );
      case 'ending':
        return this.#pick(
          at,
          (life) => life.phase === 'up' || life.phase === 'starting',
          (life) => life.endSlowly(at % 7 === 6 ? 'ignored' : endOf(at)),
        );
      case 'gone':
        return this.#pick(
          at,
          (life) => life.phase === 'ending',
          (life) => life.over(endOf(at + 2)),
        );
      case 'tick':
        this.alarms.fireNext();
        return;
      case 'wait':
        return this.alarms.wait(WAITS_MS[at % WAITS_MS.length]! * this.#script.slowness);
      case 'stop':
        return this.#stopOne(at);
      case 'kill':
        return this.#node(at)?.handle({ type: 'kill' });
      case 'beat':
      case 'idle':
        return this.#pick(
          at,
          (life) => life.phase !== 'over',
          (life) => life.beat(verb === 'idle' ? IDLE : this.now),
        );
      case 'late':
        return this.late.deliver(this, at);
      default:
        return command(this, verb, at, ++this.#commands);
    }
  }

  /** Something that is on its way arrives; false if there is nothing. */
  deliver(at: number): boolean {
    if (!this.#letters.deliver(at)) return false;
    this.#forgetTheDead();
    return true;
  }

  #stopOne(at: number): void {
    const node = this.#node(at);
    // One that has ended hears nothing, and its deadline would never be taken back.
    if (node?.hasEnded !== false) return;
    const deadlineMs = DEADLINES[at % DEADLINES.length]! * this.#script.slowness;
    this.#stop(node, deadlineMs, at % 3 ? SHUTDOWN : at ? crash(BOOM) : NORMAL);
  }

  /** A stop with a deadline: at its end all that is left is killed. */
  #stop(node: Node, deadlineMs: number, reason: ExitReason = SHUTDOWN): void {
    if (deadlineMs === Infinity) return node.handle({ type: 'stop', reason });
    const deadlineAt = this.now + deadlineMs;
    this.alarms.setDeadline(node, deadlineAt);
    node.handle({ type: 'stop', reason, deadlineAt });
  }

  /** The root only now and then: after its end there is little left to happen. */
  #node(at: number): Node | undefined {
    const at0 = at % 8 === 0 ? 0 : 1;
    return this.nodes[at0 + ((at >> 1) % Math.max(1, this.nodes.length - at0))];
  }

  #pick(at: number, fits: (life: Life) => boolean, act: (life: Life) => void): void {
    const fitting = this.lives.filter((life) => life.below === undefined && fits(life));
    const life = fitting[at % fitting.length];
    if (life) act(life);
  }

  // --- how it ends ---

  #checkEnd(): void {
    for (const node of this.nodes) node.oracle.atEnd();
    if (!this.root.hasEnded) throw new Violation(`the root was asked to stop, and is still there`);
    if (!this.alarms.isEmpty) throw new Violation(`timers are left at the end`);
    for (const life of this.lives) {
      if (life.phase !== 'over') throw new Violation(`'${life.child.id}' still lives at the end`);
    }
  }

  #forgetTheDead(): void {
    if (this.lives.length < 32 && this.nodes.length < 12) return;
    this.lives = this.lives.filter((life) => life.phase !== 'over');
    this.nodes = this.nodes.filter(
      (node) => !node.hasEnded || node === this.root || node.oracle.openCommands > 0,
    );
  }
}
