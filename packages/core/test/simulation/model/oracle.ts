/**
 * The judge of one supervisor: a second, simple-minded account of what it was told and what it does, held
 * against the rules. It reads no decision of the model, only messages, effects and events.
 */
import type { Child } from '../../../src/model/child.js';
import type { Effect } from '../../../src/model/effect.js';
import type { EventBody } from '../../../src/model/event.js';
import type { Message } from '../../../src/model/message.js';
import { KILL_GRACE_MS } from '../../../src/model/policy.js';
import { CommandBook } from './command-book.js';
import { checkEvent } from './event-story.js';
import { Fact, hasToRestart } from './fact.js';
import { Ledger } from './ledger.js';
import type { Node } from './node.js';
import { checkStructure } from './structure.js';
import { Violation } from './violation.js';
import { stopBudgetMs } from '../../../src/model/stop-budget.js';
import { Walk } from './walk.js';

export class Oracle {
  readonly node: Node;
  /** The children in start order. */
  members: Fact[] = [];
  readonly #facts = new Map<Child, Fact>();
  /** Those that have gone in this step. */
  readonly #removed = new Map<string, Fact>();
  readonly #ledger: Ledger;
  readonly #commands = new CommandBook(this);
  #walk: Walk | undefined = undefined;
  #steps = 0;
  /** A stop was asked for, or decided. */
  isStopping = false;
  /** A child has failed to start at boot. */
  isUndoing = false;
  /** All is to end by force. */
  isKilling = false;
  /** When the stop has to be over, and how long that was when it began. */
  #deadlineAt: number | undefined = undefined;
  #deadlineMs: number | undefined = undefined;
  #hasEnded = false;
  #wasUp = false;
  #isStarted = false;
  /** Significant children that have ended for good, where one is enough to end the supervisor. */
  #significantEnds = new Set<Fact>();

  constructor(node: Node) {
    this.node = node;
    this.#ledger = new Ledger(node.state.policy);
    for (const child of node.state.children) this.#add(child);
  }

  get openCommands(): number {
    return this.#commands.open;
  }

  get isOver(): boolean {
    return this.#hasEnded;
  }

  get isIdle(): boolean {
    return !this.#isStarted;
  }

  believesAlive(child: Child, incarnation: number): boolean {
    const fact = this.#facts.get(child);
    return fact !== undefined && fact.incarnation === incarnation && !fact.isDown;
  }

  member(id: string): Fact | undefined {
    return this.members.find((fact) => fact.id === id);
  }

  /** The child with this id that has gone in this step. */
  removed(id: string): Fact | undefined {
    return this.#removed.get(id);
  }

  // --- before the step: what it is told ---

  before(message: Message): void {
    this.#steps++;
    if (this.#removed.size > 0) this.#removed.clear();
    switch (message.type) {
      case 'start':
        if (this.#isStarted || this.#hasEnded || this.isStopping) return;
        this.#isStarted = true;
        if (this.members.length > 0) this.#walk = new Walk('boot', this.members, [...this.members]);
        return;
      case 'command':
        return this.#commands.asked(message.command);
      case 'stop':
        if (!this.isStopping) this.#deadlineAt = message.deadlineAt;
        this.isStopping = true;
        return;
      case 'kill':
        this.isStopping = true;
        this.isKilling = true;
        return;
      case 'dismiss':
        throw new Violation('scripts dismiss nobody');
      default:
        return this.#learn(message);
    }
  }

  #learn(message: Extract<Message, { incarnation: number }>): void {
    const fact = this.#facts.get(message.child);
    if (!fact || fact.incarnation !== message.incarnation || this.#hasEnded) return;
    if (message.type === 'timer') {
      fact.timerFired = true;
      return;
    }
    if (fact.isDown) return;
    switch (message.type) {
      case 'started':
        if (fact.known === 'starting' && !fact.asked) {
          fact.known = 'up';
          fact.outcome = 'started';
          this.#advanceWalk();
        }
        return;
      case 'ending':
        if (!fact.asked) fact.known = 'ending';
        return;
      case 'ignored':
        fact.known = 'down';
        fact.outcome = 'ignored';
        return this.#advanceWalk();
      case 'start-failed':
        fact.known = 'down';
        fact.outcome = 'failed';
        if (!fact.asked) this.#startFailed(fact);
        return;
      case 'exited': {
        const wasStarting = fact.known === 'starting';
        fact.known = 'down';
        // A supervisor that ends while it still starts has not started.
        fact.outcome = wasStarting ? 'failed' : message.reason;
        if (fact.asked) return;
        if (wasStarting) return this.#startFailed(fact);
        fact.mayBeUndecided = true;
        if (this.#isConsumed(fact)) return;
        if (hasToRestart(fact.child, message.reason)) fact.due = 'exit';
        else if (fact.child.spec.significant) this.#significantEnds.add(fact);
        return;
      }
    }
  }

  /** Does somebody already wait for its end, so that it needs no decision? */
  #isConsumed(fact: Fact): boolean {
    return (this.#walk?.isStopping && this.#walk.has(fact)) || this.#commands.isTerminating(fact.id);
  }

  #startFailed(fact: Fact): void {
    if (this.#walk?.kind === 'boot') this.isUndoing = true;
    if (this.#walk?.kind === 'restart') fact.due = 'retry';
    this.#walk = undefined;
  }

  #advanceWalk(): void {
    if (this.#walk?.isDone) this.#walk = undefined;
  }

  // --- during the step: what it does ---

  effect(effect: Effect): void {
    if (this.#hasEnded && effect.type !== 'refuse') throw new Violation(`'${effect.type}' after the end`);
    switch (effect.type) {
      case 'start':
        return this.#start(effect.child);
      case 'stop':
        return this.#stop(this.#factOf(effect.child));
      case 'kill':
        return this.#kill(this.#factOf(effect.child));
      case 'abandon':
        return this.#abandon(this.#factOf(effect.child));
      case 'set-timer':
        return this.#setTimer(this.#factOf(effect.child), effect.ms);
      case 'clear-timer':
        return;
      case 'reply':
        return this.#commands.replied(effect.to, effect.child);
      case 'refuse':
        return this.#commands.refused(effect.to, effect.error);
      case 'event':
        return this.#event(effect.event);
      case 'up':
        if (this.#wasUp || this.#walk) throw new Violation(`'up' too early, or twice`);
        this.#wasUp = true;
        return;
      case 'start-failed':
        if (!this.isUndoing) throw new Violation(`'start-failed', but no child failed at boot`);
        return this.#end();
      case 'down':
        if (!this.isStopping) throw new Violation(`'down', but nobody asked for it`);
        return this.#end();
    }
  }

  #start(child: Child): void {
    const fact = this.#factOf(child);
    const life = this.node.lives.get(child);
    if (life && life.phase !== 'over') throw new Violation(`'${fact.id}' starts while its predecessor lives`);
    if (life?.abandoned && child.spec.onStuck !== 'abandon')
      throw new Violation(`'${fact.id}' starts beside its predecessor, which was given up`);
    if (!fact.isDown)
      throw new Violation(`'${fact.id}' starts before the end of its predecessor has arrived`);
    if (child.incarnation !== fact.incarnation + 1) throw new Violation(`'${fact.id}' skips an incarnation`);
    if (this.isStopping || this.isUndoing) throw new Violation(`'${fact.id}' starts in the middle of a stop`);
    for (const other of this.members) {
      const isBusy = other.known === 'starting' || (other.asked && !other.isDown);
      if (isBusy) throw new Violation(`'${fact.id}' starts while '${other.id}' is busy`);
    }
    if (this.#walk) this.#walk.start(fact);
    else if (!this.#commands.isStarting(fact.id))
      throw new Violation(`'${fact.id}' starts, but nobody wanted it`);
    fact.launched();
  }

  #stop(fact: Fact): void {
    if (fact.isDown) throw new Violation(`'${fact.id}' is asked to stop, but is down`);
    if (fact.stopSent || fact.killSent) throw new Violation(`'${fact.id}' is asked to stop a second time`);
    fact.stopSent = true;
    this.#ask(fact);
  }

  #kill(fact: Fact): void {
    if (fact.isDown) throw new Violation(`'${fact.id}' is killed, but is down`);
    if (fact.killSent) throw new Violation(`'${fact.id}' is killed twice`);
    const isTime = fact.timerFired || this.isKilling || this.#timeFor(fact)[0] === 0;
    if (!isTime) throw new Violation(`'${fact.id}' is killed before its time`);
    fact.killSent = true;
    if (!fact.asked && fact.known !== 'ending') this.#ask(fact);
  }

  #abandon(fact: Fact): void {
    const { onStuck } = fact.child.spec;
    const isEnd = (onStuck === 'exit' && this.isStopping) || (onStuck === 'wait' && this.isKilling);
    if (!fact.killSent || !(fact.timerFired || isEnd))
      throw new Violation(`'${fact.id}' is abandoned before its time`);
    // One that was stuck may be told so again before its end has arrived.
    if (fact.abandonSent && onStuck === 'abandon') throw new Violation(`'${fact.id}' is abandoned twice`);
    fact.abandonSent = true;
  }

  /** May this child be stopped now? Only in reverse order, one at a time, and for a reason. */
  #ask(fact: Fact): void {
    const isInterrupted = fact.known === 'starting' && this.isStopping;
    fact.asked = true;
    if (isInterrupted || this.isKilling) return;
    const isEnd = this.isStopping || this.isUndoing;
    if (isEnd && this.node.state.dynamic) return;
    for (const other of this.members) {
      const isBusy = other !== fact && other.asked && !other.isDown;
      if (isBusy) throw new Violation(`'${fact.id}' is stopped while '${other.id}' is being stopped`);
    }
    if (this.#commands.isTerminating(fact.id)) return;
    const isWanted = isEnd || (this.#walk?.isStopping && this.#walk.has(fact));
    if (!isWanted) throw new Violation(`'${fact.id}' is stopped, but nobody wanted that`);
    const younger = this.members.slice(this.members.indexOf(fact) + 1).find((other) => !other.isDown);
    if (younger) throw new Violation(`'${fact.id}' is stopped before the younger '${younger.id}'`);
  }

  #setTimer(fact: Fact, ms: number): void {
    const [least, most] = fact.isDown
      ? [0, 0]
      : fact.killSent
        ? [KILL_GRACE_MS, KILL_GRACE_MS]
        : this.#timeFor(fact);
    if (ms < least || ms > most) {
      throw new Violation(`'${fact.id}' gets a timer of ${ms} ms, not of ${least} to ${most}`);
    }
    if (fact.isDown && fact.due !== 'retry') throw new Violation(`'${fact.id}' is retried, but did not fail`);
  }

  /** How long it may take to stop: its own time, or within a deadline its share of what is left, at the least. */
  #timeFor(fact: Fact): readonly [number, number] {
    const { shutdownMs } = fact.child.spec;
    const [end, all] = [this.#deadlineAt, this.#deadlineMs];
    if (end === undefined || all === undefined) return [shutdownMs, shutdownMs];
    const left = Math.max(0, end - this.node.world.now);
    const most = Math.min(shutdownMs, left);
    const weigh = ({ child }: Fact): number => Math.min(stopBudgetMs(child.spec), all);
    // It may be its turn, or it ends by itself while younger ones are still to be stopped.
    const older = fact.asked ? this.members.slice(0, this.members.indexOf(fact) + 1) : this.members;
    const share = (facts: readonly Fact[]): number =>
      Math.floor((left * weigh(fact)) / facts.reduce((total, each) => total + weigh(each), 0));
    // Those who are up for certain; of those who are down, or on their way, some may still count.
    const alive = older.filter((each) => each === fact || (each.known === 'up' && !each.asked));
    if (this.node.state.dynamic || weigh(fact) === 0) return [most, most];
    return [Math.min(most, share(older)), Math.min(most, share(alive))];
  }

  // --- its events ---

  #event(event: EventBody): void {
    if ('incarnation' in event) {
      const fact = event.type === 'child:starting' ? this.#starter(event.id) : this.member(event.id);
      if (!fact) throw new Violation(`'${event.type}' of '${event.id}', which is no child`);
      if (event.type === 'child:restarting')
        this.#restarting(fact, event.because as 'exit', event.budget.used);
      checkEvent(fact, event);
      if (event.type === 'child:removed') this.#remove(fact);
      return;
    }
    if (event.type === 'supervisor:gave-up') {
      const fact = this.member(event.offender.id);
      this.#decided(fact, 'gave up');
      this.#ledger.gaveUp(this.node.world.now);
      this.isStopping = true;
    } else if (event.type === 'supervisor:auto-shutdown') {
      this.#autoShutdown();
    } else if (event.type === 'supervisor:stopping') {
      if (!this.isStopping) throw new Violation(`it stops, but nobody asked for it`);
      if (this.#deadlineAt !== undefined)
        this.#deadlineMs = Math.max(0, this.#deadlineAt - this.node.world.now);
      this.#walk = undefined;
    }
  }

  /** Who starts may be new: another child that had the same id may have gone in this very step. */
  #starter(id: string): Fact | undefined {
    const child = this.node.state.children.get(id);
    return child && this.#factOf(child);
  }

  #restarting(fact: Fact, because: 'exit' | 'start-failed', used: number): void {
    this.#decided(fact, because);
    this.#ledger.restarted(this.node.world.now, used);
    const { strategy } = this.node.state.policy;
    const at = this.members.indexOf(fact);
    const scope =
      strategy === 'one-for-one'
        ? [fact]
        : strategy === 'one-for-all'
          ? [...this.members]
          : this.members.slice(at);
    for (const each of scope) {
      each.due = undefined;
      this.#significantEnds.delete(each);
    }
    const starts = scope.filter((each) => each === fact || each.stays(false));
    this.#walk = new Walk('restart', scope, starts);
  }

  #decided(fact: Fact | undefined, what: string): void {
    if (!fact) throw new Violation(`a decision about no child: ${what}`);
    const expected = what === 'exit' || what === 'gave up' ? 'exit' : 'retry';
    const isDue = fact.due === expected || (what === 'gave up' && fact.due === 'retry');
    if (!isDue) throw new Violation(`'${fact.id}': ${what}, but due was ${fact.due ?? 'nothing'}`);
    if (this.#walk) throw new Violation(`'${fact.id}': ${what}, in the middle of something else`);
    if (this.isStopping || this.isUndoing)
      throw new Violation(`'${fact.id}': ${what}, in the middle of a stop`);
    fact.due = undefined;
  }

  #autoShutdown(): void {
    const { autoShutdown } = this.node.state.policy;
    if (autoShutdown === 'never' || this.#significantEnds.size === 0 || this.isStopping) {
      throw new Violation(`it ends itself for no reason`);
    }
    const alive = this.members.find((each) => each.child.spec.significant && !each.isDown);
    if (autoShutdown === 'all-significant' && alive)
      throw new Violation(`it ends itself, but '${alive.id}' is alive`);
    this.isStopping = true;
  }

  #end(): void {
    this.#hasEnded = true;
    const alive = this.members.find((fact) => !fact.isDown);
    if (alive) throw new Violation(`it is down, but '${alive.id}' is alive`);
  }

  // --- after the step ---

  after(effects: readonly Effect[]): void {
    const { state } = this.node;
    checkStructure(state);
    this.#checkMembers();
    if (this.isStopping) this.#checkPromptness();
    if (this.#hasEnded) {
      const at = effects.findIndex(({ type }) => type === 'down' || type === 'start-failed');
      if (at >= 0 && at < effects.length - 1) throw new Violation(`something happens after 'down'`);
    }
  }

  #checkPromptness(): void {
    for (const { known, asked, id } of this.members) {
      if (known === 'starting' && !asked) throw new Violation(`a stop waits for the slow start of '${id}'`);
    }
  }

  /** Who has gone has to have a reason to, and who should have gone has. */
  #checkMembers(): void {
    const { children } = this.node.state;
    for (let child = children.first; child; child = child.next) {
      const fact = this.#facts.get(child) ?? this.#add(child);
      fact.seenAt = this.#steps;
      fact.timerFired = false;
      const world = this.node.world;
      if (child.hasTimer !== (world.timerOf(child) !== undefined)) {
        throw new Violation(`'${fact.id}' is wrong about its timer`);
      }
    }
    if (this.members.length === children.size) return;
    for (const fact of this.members) if (fact.seenAt !== this.#steps) this.#remove(fact);
  }

  #remove(fact: Fact): void {
    const stays = fact.stays(this.node.state.dynamic) && !fact.isNew && !this.#commands.isDeleting(fact.id);
    if (!fact.isDown || stays) throw new Violation(`'${fact.id}' is gone without a reason`);
    this.members = this.members.filter((each) => each !== fact);
    this.#facts.delete(fact.child);
    this.#removed.set(fact.id, fact);
  }

  #add(child: Child): Fact {
    const fact = new Fact(child);
    this.#facts.set(child, fact);
    this.members.push(fact);
    return fact;
  }

  /** A child that a command adds is first met when it is started. */
  #factOf(child: Child): Fact {
    const known = this.#facts.get(child);
    if (known) return known;
    if (!this.#commands.isStarting(child.id)) throw new Violation(`'${child.id}' comes from nowhere`);
    const fact = this.#add(child);
    fact.isNew = true;
    return fact;
  }

  /** Nothing is on its way, no timer runs, nobody is starting or stopping. */
  atRest(): void {
    const { state } = this.node;
    if (this.#hasEnded) return;
    if (state.phase !== 'running') throw new Violation(`at rest, but ${state.phase}`);
    if (state.operation || state.mailbox.size > 0) throw new Violation(`at rest, with something left to do`);
    if (this.#walk) throw new Violation(`at rest, in the middle of a walk`);
    for (const fact of this.members) {
      if (fact.due) throw new Violation(`'${fact.id}' was never decided on (${fact.due})`);
      if (fact.isDown && !fact.stays(state.dynamic))
        throw new Violation(`'${fact.id}' is down, and still there`);
      if (fact.known === 'ending' || fact.known === 'starting')
        throw new Violation(`at rest, '${fact.id}' is not`);
    }
    if (state.policy.autoShutdown === 'any-significant' && this.#significantEnds.size > 0) {
      throw new Violation(`a significant child has ended, and it runs on`);
    }
    if (this.#commands.open > 0) throw new Violation(`at rest, with a command without an answer`);
  }

  atEnd(): void {
    if (!this.#hasEnded) throw new Violation(`it was stopped, but is not down`);
    if (this.#commands.open > 0) throw new Violation(`a command was never answered`);
  }

  /** A command has taken it down, or out: there is nothing left to decide about it. */
  settleByCommand(fact: Fact): void {
    fact.due = undefined;
    this.#significantEnds.delete(fact);
  }
}
