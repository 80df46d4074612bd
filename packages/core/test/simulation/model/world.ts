/**
 * The adversary: performs the model's effects, and lets the answers come in any order and at any time that
 * the promises of the interpreter allow. What one sender tells one receiver stays in order; timers are due
 * in the order of the clock; everything else is up to the script.
 */
import type { Child, ChildStatus } from '../../../src/model/child.js';
import { type ExitReason, NORMAL, SHUTDOWN, crash } from '../../../src/model/exit-reason.js';
import type { Effect } from '../../../src/model/effect.js';
import type { Command, Message } from '../../../src/model/message.js';
import { BOOM, type Life, endOf } from './life.js';
import { LateMessages } from './late-messages.js';
import { Node } from './node.js';
import { childPolicy, groundsOf, templateOf } from './policies.js';
import { type Action, type ChildPlan, DEADLINES, type Mood, type Script } from './script.js';
import { KILL_GRACE_MS } from '../../../src/model/policy.js';
import { IDLE } from '../../../src/model/watchdog.js';
import { Violation } from './judge/violation.js';

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

/** What only reconcile asks for; it has tests of its own. */
type OfReconcile = 'reconfigure' | 'replace-child' | 'settle-bonds';

/** Far more than any script needs to come to rest. */
const MAX_MOVES = 5_000;
const AFTERLIFE = 5;
const IDS = 'abcdefgh';
const MAX_TICKS = 6;
const ABOUT_TO_START: readonly ChildStatus[] = ['parked', 'backing-off', 'restarting'];
const CALM: Mood = { start: 'at once', stop: 'at once', errorClass: 'transient' };
/** Those whose runs are limited fail for ever; after so many moves they have had their turns. */
const RESTLESS_MOVES = 400;

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
  readonly #timerOf = new Map<Child, Timer>();
  #timerOrder = 0;
  #moods = 0;
  #chances = 0;
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
    if (
      this.#script.rest &&
      this.#comeToRest('rest') &&
      !this.nodes.some(({ oracle }) => oracle.isBootHeld)
    ) {
      for (const node of this.nodes) node.oracle.atRest();
    }
    const { deadlineMs } = this.#script;
    const stoppedAt = this.now;
    const isFirst = !this.root.oracle.isStopping;
    this.#stop(this.root, deadlineMs);
    this.#comeToRest('end');
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

  nextChance(): number {
    const { chances } = this.#script;
    return chances[this.#chances++ % chances.length]!;
  }

  setTimer(node: Node, child: Child, ms: number): void {
    if (this.timerOf(child)) throw new Violation(`'${child.id}' gets a second timer`);
    if (!(ms >= 0 && ms < Infinity)) throw new Violation(`'${child.id}' gets a timer of ${ms} ms`);
    const { incarnation } = child;
    const timer = { node, child, incarnation, at: this.now + ms, order: this.#timerOrder++ };
    this.#timers.push(timer);
    this.#timerOf.set(child, timer);
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
    this.#drop(timer);
  }

  timerOf(child: Child): Timer | undefined {
    return this.#timerOf.get(child);
  }

  #drop(timer: Timer): void {
    this.#timers.splice(this.#timers.indexOf(timer), 1);
    if (timer.child) this.#timerOf.delete(timer.child);
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
      case 'beat':
      case 'idle':
        return this.#pick(
          at,
          (life) => life.phase !== 'over',
          (life) => this.#beat(life, verb === 'idle' ? IDLE : this.now),
        );
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

  /** As the interpreter does it: a note in the state, without a message. */
  #beat(life: Life, at: number): void {
    const { recovery } = life.child;
    if (!life.isCurrent || !recovery) return;
    recovery.beatAt = at;
    life.node.oracle.hearBeat(life.child, at);
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
    this.#drop(next);
    const { node, child, incarnation } = next;
    node.handle(child ? { type: 'timer', child, incarnation } : { type: 'kill' });
    return true;
  }

  #wait(at: number): void {
    const until = this.now + [1, 4, 10, 11, 49, 60, 61, 1_000][at % 8]!;
    const firstTimer = this.#timers.reduce((first, timer) => Math.min(first, timer.at), Infinity);
    this.now = Math.max(this.now, Math.min(until, firstTimer));
  }

  #command(kind: Exclude<Command['kind'], OfReconcile> | 'start-known', at: number): void {
    const node = this.nodes[(at >> 2) % this.nodes.length]!;
    const { plan, state } = node;
    const members = Array.from(state.children);
    const member = members[at % Math.max(1, members.length)];
    const to = { number: ++this.#commands };
    // Pauses are most dangerous for those that are about to be started.
    const planned = kind === 'pause' ? members.filter(({ status }) => ABOUT_TO_START.includes(status)) : [];
    const chosen = planned[at % Math.max(1, planned.length)] ?? member;
    const id = chosen && at < 14 ? chosen.id : IDS[at % IDS.length]!;
    switch (kind) {
      case 'start-child':
      case 'start-known': {
        const newId = kind === 'start-known' ? id : IDS[at % IDS.length]!;
        const { extras } = this.#script;
        const added = state.dynamic ? templateOf(plan) : extras[at % extras.length]!;
        const spec = childPolicy(added, newId, plan, state.dynamic ? [] : this.#grounds(node, added, newId));
        return node.handle({
          type: 'command',
          command: { kind: 'start-child', id: newId, spec, args: [], to },
        });
      }
      case 'pause':
      case 'resume':
        node.handle({ type: 'command', command: { kind, id, reason: undefined, by: `${at}`, to } });
        // Its next start may be due before its pause could be seen to.
        for (let i = 0; i < MAX_TICKS && at % 3 === 0 && chosen && this.timerOf(chosen); i++)
          this.#fireNext();
        return;
      default:
        return node.handle({ type: 'command', command: { kind, id, to } });
    }
  }

  /** The siblings that a new child is bound to: those who are there now; before it is its turn they may be gone. */
  #grounds({ state }: Node, added: ChildPlan, newId: string): string[] {
    const siblings = Array.from(state.children, ({ id, spec }) => ({ id, restart: spec.restart }));
    return groundsOf(added, siblings).filter((id) => id !== newId);
  }

  // --- how it ends ---

  /**
   * Everything that was asked for is done, and all time that anybody waits for goes by. Before the end some may
   * never come to rest, since they fail again and again whatever they do: then false.
   */
  #comeToRest(until: 'rest' | 'end'): boolean {
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
        continue;
      }
      if (until === 'rest') {
        for (const life of this.lives) if (life.phase === 'up') this.#beat(life, this.now);
        if (moves > RESTLESS_MOVES && this.#someRunIsLimited) return false;
      }
      // Those that are watched are looked at for ever.
      const isWatched = ({ node, child }: Timer): boolean =>
        child !== undefined && node.oracle.isWatched(child);
      const isQuiet = this.#timers.every(isWatched);
      if (isQuiet || !this.#fireNext()) {
        // Nothing else happens any more: those who are stuck end after all.
        const stuck = this.lives.filter((life) => life.isStuck && life.phase === 'ending');
        if (stuck.length === 0) return true;
        const first = stuck.find((life) => !hasToBeGone(life));
        if (!first) throw new Violation(`'${stuck[0]!.child.id}' is still waited for`);
        first.over(SHUTDOWN);
      }
    }
    throw new Violation(`does not come to rest`);
  }

  get #someRunIsLimited(): boolean {
    return this.nodes.some(({ state }) =>
      Array.from(state.children).some(({ spec }) => spec.maxRunMs !== undefined),
    );
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
