/**
 * The adversary: performs the model's effects, and lets the answers come in any order and at any time that
 * the promises of the interpreter allow. What one sender tells one receiver stays in order; timers are due
 * in the order of the clock; everything else is up to the script.
 */
import type { Child } from '../../../src/model/child.js';
import { type ExitReason, NORMAL, SHUTDOWN, crash } from '../../../src/model/exit-reason.js';
import type { Effect } from '../../../src/model/effect.js';
import type { Message } from '../../../src/model/message.js';
import { BOOM, type Life, endOf } from './life.js';
import { LateMessages } from './late-messages.js';
import { Node } from './node.js';
import { childPolicy, templateOf } from './policies.js';
import { type Action, DEADLINES, type Mood, type Script } from './script.js';
import { KILL_GRACE_MS } from '../../../src/model/policy.js';
import { Violation } from './violation.js';

interface Letter {
  readonly from: object;
  readonly to: Node;
  readonly message: Message;
}

interface Timer {
  readonly node: Node;
  /** None: this is the deadline of a whole stop. */
  readonly child: Child | undefined;
  readonly incarnation: number;
  readonly at: number;
  readonly order: number;
}

/** Far more than any script needs to come to rest. */
const MAX_MOVES = 5_000;
const AFTERLIFE = 5;
const IDS = 'abcdefgh';
const CALM: Mood = { start: 'at once', stop: 'at once' };

export class World {
  now = 0;
  steps = 0;
  nodes: Node[] = [];
  /** Lives that may still do something. */
  lives: Life[] = [];
  readonly root: Node;
  /** Is told of everything, if the story of a run is wanted. */
  tell: ((node: Node, what: Message | Effect) => void) | undefined = undefined;
  readonly late = new LateMessages();
  readonly #script: Script;
  #letters: Letter[] = [];
  #timers: Timer[] = [];
  #timerOrder = 0;
  #moods = 0;
  #commands = 0;
  /** Towards the end nothing fails any more: otherwise an endless restart loop would have no end. */
  #isCalm = false;

  constructor(script: Script) {
    this.#script = script;
    this.root = new Node(this, script.root, 'root', undefined);
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
    if (this.#script.rest) {
      this.#comeToRest();
      for (const node of this.nodes) node.oracle.atRest();
    }
    const { deadlineMs } = this.#script;
    const stoppedAt = this.now;
    const isFirst = !this.root.oracle.isStopping;
    this.#stop(this.root, deadlineMs);
    this.#comeToRest();
    // By force, whoever has a way to be killed may take its grace, and another one where a stop came in between.
    if (isFirst && this.root.endedAt > stoppedAt + deadlineMs + 2 * KILL_GRACE_MS) {
      throw new Violation(
        `down at ${this.root.endedAt}, but ${deadlineMs} after ${stoppedAt} it has to be over`,
      );
    }
    this.#checkEnd();
  }

  // --- what the nodes ask for ---

  post(from: object, to: Node, message: Message): void {
    this.#letters.push({ from, to, message });
  }

  nextMood(): Mood {
    if (this.#isCalm) return CALM;
    const { moods } = this.#script;
    return moods[this.#moods++ % moods.length]!;
  }

  setTimer(node: Node, child: Child, ms: number): void {
    if (this.timerOf(child)) throw new Violation(`'${child.id}' gets a second timer`);
    const { incarnation } = child;
    this.#timers.push({ node, child, incarnation, at: this.now + ms, order: this.#timerOrder++ });
  }

  /** A stop with a deadline: at its end all that is left is killed. */
  #stop(node: Node, deadlineMs: number, reason: ExitReason = SHUTDOWN): void {
    if (deadlineMs === Infinity) return node.handle({ type: 'stop', reason });
    const at = this.now + deadlineMs;
    this.#timers.push({ node, child: undefined, incarnation: 0, at, order: this.#timerOrder++ });
    node.handle({ type: 'stop', reason, deadlineAt: at });
  }

  clearDeadline(node: Node): void {
    this.#timers = this.#timers.filter((timer) => timer.node !== node || timer.child !== undefined);
  }

  /** A stuck child ends the whole tree. */
  exit(life: Life): void {
    this.post(life, this.root, { type: 'stop', reason: crash(BOOM) });
  }

  clearTimer(child: Child): void {
    const timer = this.timerOf(child);
    if (!timer) throw new Violation(`'${child.id}' has no timer that could be cleared`);
    this.#timers.splice(this.#timers.indexOf(timer), 1);
  }

  timerOf(child: Child): Timer | undefined {
    return this.#timers.find((timer) => timer.child === child);
  }

  // --- what the script does ---

  #act({ verb, at }: Action): void {
    switch (verb) {
      case 'deliver':
        return this.#deliver(at);
      case 'flush':
        return this.#flush();
      case 'answer':
        return this.#pick(
          at,
          (life) => life.phase === 'starting',
          (life) => this.#answer(life, at),
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
        this.#fireNext();
        return;
      case 'wait':
        return this.#wait(at);
      case 'stop':
        return this.#stopOne(at);
      case 'kill':
        return this.#node(at)?.handle({ type: 'kill' });
      case 'late':
        return this.late.deliver(this, at);
      default:
        return this.#command(verb, at);
    }
  }

  #stopOne(at: number): void {
    const node = this.#node(at);
    // One that has ended hears nothing, and its deadline would never be taken back.
    if (node?.hasEnded === false) {
      this.#stop(node, DEADLINES[at % DEADLINES.length]!, at % 3 ? SHUTDOWN : at ? crash(BOOM) : NORMAL);
    }
  }

  /** The root only now and then: after its end there is little left to happen. */
  #node(at: number): Node | undefined {
    const at0 = at % 8 === 0 ? 0 : 1;
    return this.nodes[at0 + ((at >> 1) % Math.max(1, this.nodes.length - at0))];
  }

  #pick(at: number, fits: (life: Life) => boolean, act: (life: Life) => void): void {
    const fitting = this.lives.filter((life) => life.below === undefined && fits(life));
    const life = fitting[at % fitting.length];
    if (!life) return;
    act(life);
  }

  #answer(life: Life, at: number): void {
    if (at < 10) life.up();
    else life.over(at % 2 ? crash(BOOM) : 'ignored');
  }

  #deliver(at: number): void {
    const chosen = this.#letters[at % this.#letters.length];
    if (!chosen) return;
    // Nothing overtakes what the same sender has told the same receiver before.
    const first = this.#letters.findIndex(({ from, to }) => from === chosen.from && to === chosen.to);
    const [letter] = this.#letters.splice(first, 1);
    letter!.to.handle(letter!.message);
    this.#forgetTheDead();
  }

  #flush(): void {
    while (this.#letters.length > 0) this.#deliver(0);
  }

  #fireNext(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (!next) return false;
    this.now = Math.max(this.now, next.at);
    this.#timers.splice(this.#timers.indexOf(next), 1);
    const { node, child, incarnation } = next;
    node.handle(child ? { type: 'timer', child, incarnation } : { type: 'kill' });
    return true;
  }

  #wait(at: number): void {
    const until = this.now + [1, 4, 10, 11, 49, 60, 61, 1_000][at % 8]!;
    const firstTimer = this.#timers.reduce((first, timer) => Math.min(first, timer.at), Infinity);
    this.now = Math.max(this.now, Math.min(until, firstTimer));
  }

  #command(
    kind: 'start-child' | 'terminate-child' | 'restart-child' | 'delete-child' | 'start-known',
    at: number,
  ): void {
    const node = this.nodes[(at >> 2) % this.nodes.length]!;
    const { plan, state } = node;
    const members = Array.from(state.children);
    const member = members[at % Math.max(1, members.length)];
    const to = { number: ++this.#commands };
    const id = member && at < 14 ? member.id : IDS[at % IDS.length]!;
    if (kind !== 'start-child' && kind !== 'start-known') {
      return node.handle({ type: 'command', command: { kind, id, to } });
    }
    const newId = kind === 'start-known' ? id : IDS[at % IDS.length]!;
    const { extras } = this.#script;
    const added = state.dynamic ? templateOf(plan) : extras[at % extras.length]!;
    const spec = childPolicy(added, newId, plan);
    node.handle({ type: 'command', command: { kind: 'start-child', id: newId, spec, args: [], to } });
  }

  // --- how it ends ---

  /** Everything that was asked for is done, and all time that anybody waits for goes by. */
  #comeToRest(): void {
    this.#isCalm = true;
    for (let moves = 0; moves < MAX_MOVES; moves++) {
      if (this.#letters.length > 0) {
        this.#deliver(0);
        continue;
      }
      const busy = this.lives.find((life) => life.isBusy);
      if (busy) {
        if (busy.phase === 'starting') busy.up();
        else busy.over(SHUTDOWN);
      } else if (!this.#fireNext()) {
        // Nothing else happens any more: those who are stuck end after all.
        const stuck = this.lives.filter((life) => life.isStuck && life.phase === 'ending');
        if (stuck.length === 0) return;
        const first = stuck.find((life) => !hasToBeGone(life));
        if (!first) throw new Violation(`'${stuck[0]!.child.id}' is still waited for`);
        first.over(SHUTDOWN);
      }
    }
    throw new Violation(`does not come to rest`);
  }

  #checkEnd(): void {
    for (const node of this.nodes) node.oracle.atEnd();
    if (!this.root.hasEnded) throw new Violation(`the root was asked to stop, and is still there`);
    if (this.#timers.length > 0) throw new Violation(`timers are left at the end`);
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

/** One that is stuck: has its supervisor been told to wait for it no longer? It may still wait for others. */
function hasToBeGone({ node, child }: Life): boolean {
  const { isKilling, isStopping } = node.oracle;
  return isKilling || (child.spec.onStuck === 'exit' && isStopping);
}
