/**
 * The judge of one supervisor: a second, simple-minded account of what it was told and what it does, held
 * against the rules. It reads no decision of the model, only messages, effects and events; what the state shows
 * to users (who is down, and why) is held against the account when there is nothing left to do (quiet.ts).
 */
import type { Backoff } from '../../../src/model/backoff.js';
import type { Child } from '../../../src/model/child.js';
import type { Effect } from '../../../src/model/effect.js';
import type { CoppiceError } from '../../../src/model/errors.js';
import type { EventBody, EventOf } from '../../../src/model/event.js';
import type { Message } from '../../../src/model/message.js';
import { KILL_GRACE_MS } from '../../../src/model/policy.js';
import { stopBudgetMs } from '../../../src/model/stop-budget.js';
import { CommandBook } from './command-book.js';
import { checkEvent } from './event-story.js';
import { Fact, hasToRestart, isGivingUp } from './fact.js';
import { type Judged, failureOf } from './failure-book.js';
import { dependantsOf, groundsOf, hasGround, isBoundTo } from './kinship.js';
import { Ledger } from './ledger.js';
import type { Node } from './node.js';
import { checkQuiet } from './quiet.js';
import { checkStructure } from './structure.js';
import { checkWatch, timerOf } from './timers.js';
import { Violation } from './violation.js';
import { Walk } from './walk.js';

type Told<N extends EventBody['type']> = Omit<EventOf<N>, 'seq' | 'at'>;

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
  /** Those whose delay, or time in the park, is over, in that order. */
  #overdue: Fact[] = [];
  /** A boot that has to wait for the next attempts of these; meanwhile all else goes on. */
  #heldBoot: Walk | undefined = undefined;
  #bootWaitsFor = new Set<Fact>();
  /** Who has given up, and what has not followed from that yet. */
  #gaveUp: Fact | undefined = undefined;
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
  #hasBegunToEnd = false;
  #hasEnded = false;
  #wasUp = false;
  #isStarted = false;
  /** Significant children that have ended for good, where one is enough to end the supervisor. */
  #significantEnds = new Set<Fact>();
  /** Those that have ended by themselves, if it is not taken that they have fallen with others. */
  #perhapsEnds = new Set<Fact>();

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

  /** Does its boot wait for others? It may do so for ever: for one that waits for one that is parked. */
  get isBootHeld(): boolean {
    return this.#heldBoot !== undefined;
  }

  get isIdle(): boolean {
    return !this.#isStarted;
  }

  believesAlive(child: Child, incarnation: number): boolean {
    const fact = this.#facts.get(child);
    return fact !== undefined && fact.incarnation === incarnation && !fact.isDown;
  }

  /** Is it up, and its timer there to look at it? */
  isWatched(child: Child): boolean {
    return this.#facts.get(child)?.isUp === true;
  }

  member(id: string): Fact | undefined {
    return this.members.find((fact) => fact.id === id);
  }

  /** The child with this id that has gone in this step. */
  removed(id: string): Fact | undefined {
    return this.#removed.get(id);
  }

  get #now(): number {
    return this.node.world.now;
  }

  get #isParallel(): boolean {
    return this.node.state.policy.startOrder === 'parallel';
  }

  #backoffOf({ child }: Fact): Backoff | undefined {
    return child.spec.backoff ?? this.node.state.policy.childBackoff;
  }

  // --- before the step: what it is told ---

  before(message: Message): void {
    this.#steps++;
    if (this.#removed.size > 0) this.#removed.clear();
    switch (message.type) {
      case 'start':
        if (this.#isStarted || this.#hasEnded || this.isStopping) return;
        this.#isStarted = true;
        for (const fact of this.members) fact.rest = 'wanted';
        this.#walk = new Walk('boot', undefined, [...this.members], { isParallel: this.#isParallel });
        return;
      case 'command':
        return this.#commands.asked(message.command, this.#steps);
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

  /** It has said that it is alive, or (Infinity) that it is idle. */
  hearBeat(child: Child, at: number): void {
    const fact = this.#facts.get(child);
    if (fact) fact.beatAt = at;
  }

  #learn(message: Extract<Message, { incarnation: number }>): void {
    const fact = this.#facts.get(message.child);
    if (!fact || fact.incarnation !== message.incarnation || this.#hasEnded) return;
    if (message.type === 'timer') return this.#timerFired(fact);
    if (fact.isDown) return;
    switch (message.type) {
      case 'started':
        if (fact.isStarting && fact.known === 'starting' && !fact.asked && !fact.broken) fact.up(this.#now);
        return;
      case 'ending':
        if (!fact.asked) fact.known = 'ending';
        return;
      case 'ignored': {
        fact.lastStart = 'ignored';
        const walk = this.#walk?.isStopping && this.#walk.has(fact) ? this.#walk : undefined;
        const isWantedDown = walk && (fact.asked || fact === walk.target || !walk.isBound);
        return fact.down(isWantedDown ? walk.restOf(fact) : 'off');
      }
      case 'start-failed':
        return this.#startFailed(fact, message.errorClass);
      case 'exited': {
        // Whoever ends while it still starts, or because that took too long, has not started.
        if ((fact.isStarting && !fact.asked) || (fact.broken === 'start' && !fact.asked))
          return this.#startFailed(fact, message.errorClass);
        fact.uptimeMs = this.#now - fact.upAt;
        fact.errorClass = message.errorClass ?? 'transient';
        fact.because = 'exit';
        if (fact.isStarting) fact.lastStart = 'failed';
        fact.hasGivenUp = isGivingUp(fact.child.spec.kind, message.reason, this.#pathOf(fact));
        const walk = this.#walk?.isStopping && this.#walk.has(fact) ? this.#walk : undefined;
        if (fact.asked || walk) return fact.down(walk?.restOf(fact) ?? 'off');
        const isDue = hasToRestart(fact.child, message.reason, this.#pathOf(fact));
        fact.down(isDue ? 'due' : 'ended');
        if (!isDue && fact.child.spec.significant) this.#significantEnds.add(fact);
        // What it is bound to may fall in the same moment.
        fact.isOverdue = false;
        fact.letsOthersFall = fact.child.spec.bindsTo !== undefined && hasGround(fact, this.members);
        fact.nextStartAt = this.#now;
        fact.dueSince = this.#steps;
        return;
      }
    }
  }

  #pathOf(fact: Fact): string {
    return `${this.node.state.path}/${fact.id}`;
  }

  #timerFired(fact: Fact): void {
    fact.timerFired = true;
    if (!fact.isDown) return;
    fact.isOverdue = true;
    fact.overdueSince = this.#steps;
    if (fact.rest === 'delayed') this.#overdue.push(fact);
    if (fact.isUndecided || fact.rest === 'retry') fact.dueSince = this.#steps;
  }

  #startFailed(fact: Fact, errorClass: Fact['errorClass'] | undefined): void {
    const walk = this.#walk;
    fact.lastStart = 'failed';
    fact.uptimeMs = 0;
    fact.errorClass = errorClass ?? 'transient';
    if (walk?.kind === 'boot' && !fact.asked && !this.isUndoing && fact.child.spec.boot === 'fail') {
      this.#undo();
      return fact.down('off');
    }
    const isWantedDown = walk?.isStopping && walk.has(fact);
    if (fact.isLoose && !isWantedDown && !fact.asked && !this.isStopping && !this.isUndoing) {
      fact.because = 'start-failed';
      fact.isAlone ||= fact.isLoose === 'alone';
      fact.nextStartAt = this.#now;
      fact.dueSince = this.#steps;
      return fact.down(fact.child.spec.restart === 'temporary' ? 'off' : 'retry');
    }
    const isDecided = fact.asked || this.isStopping || this.isUndoing || isWantedDown || !walk;
    if (isDecided) return fact.down(walk?.isStopping && walk.has(fact) ? walk.restOf(fact) : 'off');
    const isAtBoot = walk.kind === 'boot' || (walk.kind === 'command' && fact.isNew);
    if (isAtBoot) {
      if (fact.child.spec.boot === 'fail') return fact.down('off');
      fact.because = 'boot';
      fact.isBooting = fact.isAlone = true;
      if (walk.kind === 'boot' && fact.child.spec.boot === 'retry') this.#bootWaitsFor.add(fact);
      return fact.down('due');
    }
    if (walk.kind === 'command' || fact.child.spec.restart === 'temporary') return fact.down('off');
    fact.because = 'start-failed';
    fact.isAlone ||= walk.isAlone;
    fact.nextStartAt = this.#now;
    fact.dueSince = this.#steps;
    fact.down('retry');
    // In sequence the others of its group are for its next attempt.
    if (this.#isParallel || !this.#hasGroup(fact)) return;
    this.#passPaused(walk, fact);
    for (const each of walk.scope) {
      if (each.isDown && walk.takes(each) && !this.#isLeftToBoot(each)) this.#putOff(each, fact);
    }
    this.#walk = undefined;
  }

  #hasGroup({ isAlone }: Fact): boolean {
    return !isAlone && this.node.state.policy.strategy !== 'one-for-one';
  }

  /** The one, of those that will be tried again, whose group this one belongs to. */
  leaderOf(fact: Fact): Fact | undefined {
    return this.members.find(
      (each) => each !== fact && each.leads && this.#hasGroup(each) && this.#scopeOf(each).includes(fact),
    );
  }

  /** Are those that it is bound to, as far as they are down, down because of itself, and started before it? */
  bringsGround(fact: Fact): boolean {
    const scope = this.#hasGroup(fact) ? this.#scopeOf(fact) : [];
    return groundsOf(fact, this.members).every(
      (each) =>
        each.isUp || (scope.includes(each) && each.isHeld && ['group', 'waiting'].includes(each.rest)),
    );
  }

  #putOff(fact: Fact, owner: Fact): void {
    fact.isHeld = fact.rest !== 'wanted';
    fact.rest = 'group';
    fact.owner = owner;
  }

  #undo(): void {
    this.isUndoing = true;
    this.#walk = undefined;
  }

  // --- during the step: what it does ---

  effect(effect: Effect): void {
    if (this.#hasEnded && effect.type !== 'refuse') throw new Violation(`'${effect.type}' after the end`);
    switch (effect.type) {
      case 'start':
        return this.#start(effect.child);
      case 'fail':
        return this.#fail(this.#factOf(effect.child), effect.error);
      case 'stop':
        return this.#stop(this.#factOf(effect.child));
      case 'kill':
        return this.#kill(this.#factOf(effect.child));
      case 'abandon':
        return this.#abandon(this.#factOf(effect.child));
      case 'set-timer':
        return this.#setTimer(this.#factOf(effect.child), effect.ms);
      case 'clear-timer':
      case 'gone':
        return;
      case 'reply':
        return this.#commands.replied(effect.to, effect.child);
      case 'refuse':
        return this.#commands.refused(effect.to, effect.error);
      case 'event':
        return this.#event(effect.event);
      case 'exit':
        return this.#exit();
      case 'up':
        return this.#up();
      case 'start-failed':
        if (!this.isUndoing) throw new Violation(`'start-failed', but no child failed at boot`);
        return this.#end();
      case 'down':
        if (!this.isStopping) throw new Violation(`'down', but nobody asked for it`);
        return this.#end();
    }
  }

  #up(): void {
    if (this.#walk?.kind !== 'boot') this.#finish();
    if (this.#heldBoot) this.#resumeBoot();
    if (this.#wasUp || this.#walk?.kind !== 'boot') throw new Violation(`'up' too early, or twice`);
    this.#finish();
    if (this.#heldBoot) throw new Violation(`the boot does not wait for '${[...this.#bootWaitsFor][0]!.id}'`);
    this.#wasUp = true;
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
    if (!hasGround(fact, this.members))
      throw new Violation(`'${fact.id}' starts, though not all that it is bound to are up`);
    const walk = this.#walkThatStarts(fact);
    for (const other of this.members) {
      const isBusy = (other.isStarting && !this.#isParallel) || (other.asked && !other.isDown);
      if (isBusy) throw new Violation(`'${fact.id}' starts while '${other.id}' is busy`);
    }
    if (walk.kind !== 'command' && !this.#isParallel) {
      const first = walk.scope.find((each) => this.#isToStart(walk, each));
      if (first !== fact) throw new Violation(`'${fact.id}' starts where it is the turn of '${first!.id}'`);
      const awaited = walk.kind === 'boot' ? this.#awaitedAtBoot : undefined;
      if (awaited) throw new Violation(`'${fact.id}' starts, but the boot has to wait for '${awaited.id}'`);
    }
    fact.launched(this.#now);
  }

  /** What it starts for; there has to be something. */
  #walkThatStarts(fact: Fact): Walk {
    const { members } = this;
    const walk = this.#walk;
    if (walk?.kind === 'restart' && walk.isStopping && walk.has(fact)) {
      const alive = walk.scope.find((each) => !each.isDown);
      if (alive) throw new Violation(`'${fact.id}' starts while '${alive.id}' of its scope is still alive`);
      if (walk.delayMs > 0) throw new Violation(`'${fact.id}' starts before the delay`);
      walk.isStopping = false;
    }
    const isHeld = walk?.kind === 'boot' && !this.#isParallel && this.#awaitedAtBoot !== undefined;
    if (!isHeld && walk && this.#isToStart(walk, fact)) return walk;
    this.#finish();
    // Those whose group has gone another way come back before anything else.
    const rejoin = this.#nextRejoin(fact);
    if (rejoin?.isToStart(fact, members)) return rejoin;
    const asked = this.#commands.since(fact.id, 'start-child', 'restart-child');
    const isByHand = asked !== undefined && asked < (this.#overdueWith(fact)?.overdueSince ?? Infinity);
    const isBooted = this.#heldBoot?.isToStart(fact, members) && !this.#awaitedAtBoot;
    if (isByHand && ['off', 'group', 'ended', 'wanted'].includes(fact.rest)) {
      return (this.#walk = new Walk('command', fact, [fact]));
    }
    const next = this.#nextOverdue(fact) ?? (isBooted ? this.#resumeBoot() : undefined);
    if (!next?.isToStart(fact, members)) throw new Violation(`'${fact.id}' starts, but nobody wanted it`);
    return next;
  }

  /** The delay of one is over, with which this one starts. */
  #nextOverdue(fact: Fact): Walk | undefined {
    const late = this.#overdueWith(fact);
    if (!late) return undefined;
    const walk = this.#restart(late, 0, late.isAlone);
    walk.isStopping = walk.scope.some((each) => !each.isDown);
    return walk;
  }

  #overdueWith(fact: Fact): Fact | undefined {
    if (this.#overdue.length === 0) return undefined;
    return this.#overdue.find(
      (late) => late.rest === 'delayed' && late.isOverdue && this.#scopeOf(late).includes(fact),
    );
  }

  /** Those that have waited for another start, since that has gone another way. */
  #nextRejoin(fact: Fact): Walk | undefined {
    const isLeft = fact.isHeld && (fact.rest === 'group' || fact.rest === 'waiting');
    if (!isLeft || this.leaderOf(fact)) return undefined;
    const scope = this.members.filter((each) => each.isDown && !this.leaderOf(each));
    return (this.#walk = new Walk('rejoin', undefined, scope, { isBound: true, isAlone: false }));
  }

  #resumeBoot(): Walk {
    this.#walk = this.#heldBoot!;
    this.#heldBoot = undefined;
    return this.#walk;
  }

  /** One that the boot has to wait for: it has failed, and has been about to be tried again ever since. */
  get #awaitedAtBoot(): Fact | undefined {
    if (this.#bootWaitsFor.size === 0) return undefined;
    this.#pruneBoot();
    for (const fact of this.#bootWaitsFor) {
      // If it is paused it stays down, once that is decided on.
      const isLeft = fact.isPaused && (fact.rest === 'due' || fact.rest === 'retry');
      if (fact.isDown && !isLeft) return fact;
    }
    return undefined;
  }

  /** Those that are up, or down for another reason, are waited for no longer. */
  #pruneBoot(): void {
    for (const fact of this.#bootWaitsFor) {
      const isStill = fact.isDown ? isTriedAtBoot(fact) : fact.isStarting;
      if (!isStill || !this.members.includes(fact)) this.#bootWaitsFor.delete(fact);
    }
  }

  /** Who is restarted with a child: those that are bound to it, or those that the strategy says. */
  #scopeOf(fact: Fact, isAlone = fact.isAlone): Fact[] {
    const { strategy } = this.node.state.policy;
    if (isAlone || strategy === 'one-for-one') return [fact, ...dependantsOf(fact, this.members)];
    return strategy === 'one-for-all' ? [...this.members] : this.members.slice(this.members.indexOf(fact));
  }

  #dueSince(fact: Fact): number {
    if (fact.isDown && (fact.isUndecided || fact.rest === 'retry')) return fact.dueSince;
    return fact.isDown && fact.isOverdue ? fact.overdueSince : this.#steps;
  }

  #restart(fact: Fact, delayMs: number, isAlone: boolean, since = this.#dueSince(fact)): Walk {
    const isBound = isAlone || this.node.state.policy.strategy === 'one-for-one';
    const scope = this.#scopeOf(fact, isAlone);
    const walk = new Walk('restart', fact, scope, {
      isBound,
      isAlone,
      delayMs,
      isParallel: this.#isParallel,
    });
    if (fact.isDown) fact.rest = 'wanted';
    this.#overdue = this.#overdue.filter((each) => each !== fact);
    this.#take(walk, since);
    return walk;
  }

  /** From now on a walk says what becomes of those in its scope that are down. */
  #take(walk: Walk, since: number): void {
    this.#walk = walk;
    for (const each of walk.scope) {
      // What has come before is decided on before.
      const isDecidable = each !== walk.target && (each.isUndecided || each.rest === 'retry');
      if (isDecidable && each.dueSince < since) this.#settle(each);
      this.#significantEnds.delete(each);
      if (!each.isDown || each === walk.target || each.rest === 'parked' || each.rest === 'paused') continue;
      // Those that the boot has not come to yet are left to it.
      if (each.rest === 'wanted' && each.incarnation === 0) continue;
      const isNew = this.#heldBoot !== undefined && each.incarnation === 0 && !walk.isBound;
      if (isNew && (each.rest === 'waiting' || each.rest === 'off')) continue;
      if (!walk.isBound) each.rest = 'wanted';
      else if (each.rest !== 'off' && (each.rest !== 'group' || each.isHeld)) each.rest = 'waiting';
      if (each.rest === 'wanted') each.owner = undefined;
    }
  }

  /** Those whom a walk has passed because they are paused are down for that reason. */
  #passPaused(walk: Walk, until?: Fact): void {
    for (const each of walk.scope) {
      if (each === until) return;
      const wasPassed = each !== walk.target && each.isDown && each.isPaused;
      if (!wasPassed || !walk.takes(each) || (walk.kind === 'restart' && this.#isLeftToBoot(each))) continue;
      const isPassed = walk.isBound && walk.kind !== 'rejoin';
      if (isPassed || each.rest === 'wanted' || hasGround(each, this.members)) each.rest = 'paused';
    }
  }

  /** Something else begins, or there is nothing left to do: is all done that it was at? */
  #finish(): void {
    const walk = this.#walk;
    this.#walk = undefined;
    if (walk) this.#finishWalk(walk);
    for (const each of this.members) this.#settleLeft(each);
  }

  #finishWalk(walk: Walk): void {
    if (walk.isStopping) {
      const isAllDown = walk.scope.every((each) => each.isDown || each === walk.target);
      if (walk.kind === 'restart' || !isAllDown)
        throw new Violation(`'${walk.target?.id}': its ${walk.kind} breaks off in the middle`);
      return;
    }
    const awaited = walk.kind === 'boot' ? this.#awaitedAtBoot : undefined;
    const isHeld = awaited !== undefined;
    this.#passPaused(walk, this.#isParallel ? undefined : awaited);
    if (isHeld) this.#heldBoot = walk;
    for (const each of walk.scope) {
      // Meanwhile all else goes on; in sequence the others have to wait for it.
      if (isHeld && !this.#isParallel) break;
      if (each.isStarting && this.#isForItself(walk, each)) each.isLoose = walk.isAlone ? 'alone' : 'leading';
      if (each.isStarting && !each.isLoose)
        throw new Violation(`'${each.id}' is starting, and not waited for`);
      if (this.#isToStart(walk, each)) throw new Violation(`'${each.id}' is left out of a ${walk.kind}`);
      const isLeft = each.isDown && each.rest === 'wanted' && !this.#isLeftToBoot(each);
      if (isLeft) throw new Violation(`'${each.id}' is left down without a word`);
    }
  }

  /** In parallel nobody waits for one that is started again by itself, and has nobody that is bound to it. */
  #isForItself(walk: Walk, fact: Fact): boolean {
    const hasDependants = this.members.some((each) => each.child.spec.bindsTo?.includes(fact.id));
    const isSingle = walk.kind === 'restart' && walk.scope.length === 1 && fact === walk.target;
    return this.#isParallel && isSingle && !hasDependants;
  }

  #isToStart(walk: Walk, fact: Fact): boolean {
    const isLeft = walk.kind === 'restart' && fact !== walk.target && this.#isLeftToBoot(fact);
    return !isLeft && walk.isToStart(fact, this.members);
  }

  #isLeftToBoot(fact: Fact): boolean {
    return this.#heldBoot !== undefined && fact.rest === 'wanted' && fact.incarnation === 0;
  }

  /** It is told that it has failed: at the very moment. */
  #fail(fact: Fact, { code }: CoppiceError): void {
    const { spec } = fact.child;
    const isTime = fact.timerFired && !fact.asked && !fact.broken && fact.known !== 'ending';
    const isTrue =
      code === 'COPPICE_START_TIMEOUT'
        ? fact.isStarting && this.#now === fact.startingAt + spec.startTimeoutMs!
        : code === 'COPPICE_RAN_TOO_LONG'
          ? fact.isUp && this.#now === fact.runEndsAt
          : fact.isUp && this.#now === fact.staleAt && fact.runEndsAt > this.#now;
    if (fact.isDown || !isTime || !isTrue)
      throw new Violation(`'${fact.id}' is said to have failed (${code}), but has not`);
    fact.timerFired = false;
    fact.broken = fact.isStarting ? 'start' : 'run';
    if (fact.broken === 'run') fact.known = 'ending';
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
    if (!fact.asked && fact.known !== 'ending' && !fact.broken) this.#ask(fact);
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
    const isInterrupted = fact.known === 'starting' && this.isStopping && !this.#isParallel;
    fact.asked = true;
    if (isInterrupted || this.isKilling) return;
    const isEnd = this.#hasBegunToEnd || this.isUndoing;
    if (isEnd && this.node.state.dynamic) return;
    for (const other of this.members) {
      const isBusy = other !== fact && other.asked && !other.isDown;
      if (isBusy) throw new Violation(`'${fact.id}' is stopped while '${other.id}' is being stopped`);
    }
    // What somebody has asked for is done before the end begins.
    const scope = isEnd ? this.members : this.#walkThatStops(fact).scope;
    const younger = scope.slice(scope.indexOf(fact) + 1).find((other) => !other.isDown);
    if (younger) throw new Violation(`'${fact.id}' is stopped before the younger '${younger.id}'`);
  }

  /** What it stops for; there has to be something. */
  #walkThatStops(fact: Fact): Walk {
    if (this.#walk?.isStopping && this.#walk.has(fact)) return this.#walk;
    this.#finish();
    const walk = this.#nextStop(fact);
    if (!walk) throw new Violation(`'${fact.id}' is stopped, but nobody wanted that`);
    return walk;
  }

  /** What takes it down next, in order of arrival. `without`: it does not end for its own sake. */
  #nextStop(fact: Fact, without?: Fact): Walk | undefined {
    const termination = this.#termination(fact, without);
    const late = this.#overdueWith(fact);
    const ground = this.#fallenGround(fact);
    const asked = termination?.since ?? Infinity;
    const due = late?.overdueSince ?? Infinity;
    const fallen = ground ? this.#fallenSince(ground) : Infinity;
    if (ground && fallen < Math.min(asked, due)) {
      this.#settle(ground);
      this.#take(new Walk('release', ground, dependantsOf(ground, this.members), { isBound: true }), fallen);
    } else if (late && due < asked) return this.#nextOverdue(fact);
    else if (termination) {
      const { target } = termination;
      const scope = [target, ...dependantsOf(target, this.members)];
      this.#take(new Walk('terminate', target, scope, { isBound: true }), asked);
    } else return undefined;
    return this.#walk;
  }

  /** Somebody has asked for its end, or for that of one that it is bound to: who did so first? */
  #termination(fact: Fact, without?: Fact): { readonly target: Fact; readonly since: number } | undefined {
    let first: { readonly target: Fact; readonly since: number } | undefined;
    if (this.#commands.open === 0) return undefined;
    for (const target of this.members) {
      const since = this.#commands.since(target.id, 'terminate-child');
      if (since === undefined || since >= (first?.since ?? Infinity) || target === without) continue;
      if (target === fact || isBoundTo(fact, target, this.members)) first = { target, since };
    }
    return first;
  }

  /** Of those that it is bound to, the one that was down first and will not be started at once. */
  #fallenGround(fact: Fact): Fact | undefined {
    if (!fact.child.spec.bindsTo) return undefined;
    let first: Fact | undefined;
    for (const ground of this.members) {
      if (!ground.isDown || !hasFallen(ground) || !isBoundTo(fact, ground, this.members)) continue;
      // Its supervisor decides in order of arrival, so that the others are still up for it.
      if (!first || this.#fallenSince(ground) < this.#fallenSince(first)) first = ground;
    }
    return first;
  }

  /** If it is decided on, that follows at once. */
  #fallenSince = (ground: Fact): number => (ground.isUndecided ? ground.dueSince : -1);

  /** What its supervisor decides on without a word. */
  #settle(fact: Fact): void {
    if (fact.isUndecided && fact.isTooEarly) return;
    if (fact.rest === 'ended') {
      fact.rest = 'off';
      // If what it is bound to is down as well, it may have been taken to have fallen with that.
      if (!hasGround(fact, this.members)) this.#isPerhapsNoEnd(fact);
    }
    const isSeen =
      fact.rest === 'due' || (fact.rest === 'retry' && (fact.isOverdue || this.#backoffOf(fact)));
    if (isSeen && fact.isPaused) fact.rest = 'paused';
    this.#settleLeft(fact);
  }

  /** One that is paused does not come back when there is nobody left to wait for. */
  #settleLeft(fact: Fact): void {
    const isLeft = fact.isPaused && (fact.rest === 'waiting' || (fact.rest === 'group' && fact.isHeld));
    if (isLeft && hasGround(fact, this.members) && !this.leaderOf(fact)) fact.rest = 'paused';
  }

  #isPerhapsNoEnd(fact: Fact): void {
    if (this.#significantEnds.delete(fact)) this.#perhapsEnds.add(fact);
  }

  /** Of one that is both, it may be shown that it is paused, or that it waits: it will be the other then. */
  #settlePause(fact: Fact): void {
    const { status } = fact.child;
    const isBoth = fact.isPaused && ['waiting', 'paused', 'group'].includes(fact.rest);
    if (!isBoth || hasGround(fact, this.members)) return;
    if (status === 'waiting' || status === 'paused') fact.rest = status;
  }

  #setTimer(fact: Fact, ms: number): void {
    // Of those who are up, or down, it is asked afterwards whether they have the timer that they need.
    if (fact.isDown || fact.isUp) return;
    const { startTimeoutMs } = fact.child.spec;
    const isStart = fact.known === 'starting' && !fact.asked && !fact.broken;
    const [least, most] = isStart
      ? [startTimeoutMs ?? NaN, startTimeoutMs ?? NaN]
      : fact.killSent
        ? [KILL_GRACE_MS, KILL_GRACE_MS]
        : this.#timeFor(fact);
    if (!(ms >= least && ms <= most)) {
      throw new Violation(`'${fact.id}' gets a timer of ${ms} ms, not of ${least} to ${most}`);
    }
  }

  /** How long it may take to stop: its own time, or within a deadline its share of what is left, at the least. */
  #timeFor(fact: Fact): readonly [number, number] {
    const { shutdownMs } = fact.child.spec;
    const [end, all] = [this.#deadlineAt, this.#deadlineMs];
    if (end === undefined || all === undefined) return [shutdownMs, shutdownMs];
    const left = Math.max(0, end - this.#now);
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
      this.#aboutChild(fact, event);
      checkEvent(fact, event);
      if (event.type === 'child:removed') this.#remove(fact);
      return;
    }
    if (event.type === 'supervisor:gave-up') {
      this.#escalated(this.member(event.offender.id));
    } else if (event.type === 'supervisor:auto-shutdown') {
      this.#autoShutdown();
    } else if (event.type === 'supervisor:stopping') {
      if (!this.isStopping) throw new Violation(`it stops, but nobody asked for it`);
      if (this.#deadlineAt !== undefined) this.#deadlineMs = Math.max(0, this.#deadlineAt - this.#now);
      this.#walk = undefined;
      this.#hasBegunToEnd = true;
    }
  }

  #aboutChild(fact: Fact, event: Extract<EventBody, { incarnation: number }>): void {
    switch (event.type) {
      case 'child:restarting':
        return this.#restarting(fact, event);
      case 'child:backing-off':
        return this.#backingOff(fact, event);
      case 'child:gave-up':
        return this.#givesUp(fact, event);
      case 'child:waiting':
        return this.#waits(fact, event.waitsFor);
      case 'child:paused':
        return this.#paused(fact);
      case 'child:resumed':
        if (!this.#commands.has(fact.id, 'resume') || !fact.isPaused)
          throw new Violation(`'${fact.id}' is resumed, but nobody asked for it`);
        this.#finish();
        fact.isPaused = false;
        if (fact.rest === 'parked') this.#park(fact);
        return;
      default:
    }
  }

  /** Who starts may be new: another child that had the same id may have gone in this very step. */
  #starter(id: string): Fact | undefined {
    const child = this.node.state.children.get(id);
    return child && this.#factOf(child);
  }

  #restarting(fact: Fact, event: Told<'child:restarting'>): void {
    const { because, delayMs } = event;
    this.#finish();
    if (this.isStopping || this.isUndoing)
      throw new Violation(`'${fact.id}': ${because}, in the middle of a stop`);
    if (!hasGround(fact, this.members))
      throw new Violation(`'${fact.id}' is restarted, but not all that it is bound to are up`);
    let isAlone = true;
    if (because === 'exit' || because === 'start-failed') {
      isAlone = fact.isAlone;
      this.#hasToBeJudged(fact, because);
      this.#checkDelay(fact, delayMs, this.#judge(fact));
    } else {
      if (delayMs !== 0) throw new Violation(`'${fact.id}' is to start at once, and is delayed`);
      this.#restartedByHand(fact, because);
    }
    fact.judged = undefined;
    this.#checkBudget(fact, event.budget.used);
    const { strategy } = this.node.state.policy;
    const expected = isAlone ? 'one-for-one' : strategy;
    if (event.strategy !== expected) throw new Violation(`'${fact.id}' is restarted ${event.strategy}`);
    const since =
      because === 'request'
        ? this.#commands.since(fact.id, 'restart-now', 'restart-child')
        : because === 'resume'
          ? this.#commands.since(fact.id, 'resume')
          : undefined;
    this.#restart(fact, delayMs, isAlone, since);
  }

  #hasToBeJudged(fact: Fact, because: 'exit' | 'start-failed'): void {
    const isDue = fact.rest === (because === 'exit' ? 'due' : 'retry') && fact.because === because;
    if (!isDue) throw new Violation(`'${fact.id}': ${because}, but it is ${fact.rest}`);
    if (because === 'exit' && fact.isTooEarly)
      throw new Violation(`'${fact.id}' is restarted before others had their turn to fall`);
    if (fact.isPaused) throw new Violation(`'${fact.id}' is restarted, though it is paused`);
    const isEarly = because === 'start-failed' && !this.#backoffOf(fact) && !fact.isOverdue;
    if (isEarly) throw new Violation(`'${fact.id}' is tried again before others had their turn`);
  }

  #restartedByHand(fact: Fact, because: 'revive' | 'resume' | 'request'): void {
    this.#settle(fact);
    if (because === 'revive') {
      const isTime = fact.rest === 'parked' && fact.isOverdue && fact.nextStartAt! <= this.#now;
      if (!isTime || fact.isPaused)
        throw new Violation(`'${fact.id}' is revived, but it is not time for that`);
      return fact.failures.forgive();
    }
    const isWanted =
      because === 'resume'
        ? this.#commands.has(fact.id, 'resume') &&
          ['paused', 'due', 'retry', 'group', 'waiting'].includes(fact.rest) &&
          !fact.isPaused
        : this.#commands.has(fact.id, 'restart-now') ||
          (this.#commands.has(fact.id, 'restart-child') &&
            ['waiting', 'paused', 'parked', 'group'].includes(fact.rest));
    if (!isWanted) throw new Violation(`'${fact.id}' is restarted (${because}), but nobody asked for it`);
    fact.lastStart = undefined;
    if (because !== 'resume') fact.failures.forgive();
  }

  #checkBudget(fact: Fact, used: number): void {
    const { spec } = fact.child;
    const isOwn =
      spec.maxRestarts !== undefined && spec.kind !== 'supervisor' && spec.kind !== 'dynamic-supervisor';
    if (!isOwn) return this.#ledger.check(this.#now, used);
    const expected = fact.failures.used(spec, this.#now);
    if (used !== expected) throw new Violation(`'${fact.id}' has used ${expected} restarts, not ${used}`);
  }

  /** What the books say of its failure; it is written down once. */
  #judge(fact: Fact): Judged {
    fact.judged ??= fact.failures.judge(
      failureOf(fact, { spec: fact.child.spec, backoff: this.#backoffOf(fact), now: this.#now }),
      this.#ledger,
    );
    return fact.judged;
  }

  #checkDelay(fact: Fact, delayMs: number, judged: Judged): void {
    const goesOn =
      judged.verdict === 'restart' ||
      (judged.verdict === 'gives up' && judged.giveUp === 'keep-trying' && judged.isTold);
    if (!goesOn) throw new Violation(`'${fact.id}' is restarted, but ${describe(judged)}`);
    const [least, most] = judged.delay;
    if (delayMs < least || delayMs > most || !Number.isInteger(delayMs))
      throw new Violation(`'${fact.id}' is delayed by ${delayMs} ms, not by ${least} to ${most}`);
    if (this.#gaveUp === fact) this.#gaveUp = undefined;
  }

  #backingOff(fact: Fact, { delayMs, nextStartAt, failures }: Told<'child:backing-off'>): void {
    const walk = this.#walk;
    if (fact.rest === 'due' && fact.because === 'boot') {
      this.#checkDelay(fact, delayMs, this.#judge(fact));
    } else {
      if (!walk?.isStopping || walk.kind !== 'restart' || walk.target !== fact || delayMs !== walk.delayMs)
        throw new Violation(`'${fact.id}' is delayed by ${delayMs} ms, but nobody said so`);
      const alive = walk.scope.find((each) => !each.isDown);
      if (alive) throw new Violation(`'${fact.id}' is delayed, but '${alive.id}' has not gone down with it`);
      for (const each of walk.scope) {
        if (each.rest === 'wanted' && each !== fact && !this.#isLeftToBoot(each)) this.#putOff(each, fact);
      }
      this.#walk = undefined;
    }
    if (delayMs <= 0) throw new Violation(`'${fact.id}' is delayed by nothing`);
    if (nextStartAt !== this.#now + delayMs)
      throw new Violation(`'${fact.id}' starts at ${nextStartAt}, not ${delayMs} ms from ${this.#now}`);
    if (failures !== fact.failures.inARow)
      throw new Violation(`'${fact.id}' has failed ${fact.failures.inARow} times in a row, not ${failures}`);
    fact.judged = undefined;
    fact.rest = 'delayed';
    fact.isOverdue = false;
    fact.nextStartAt = nextStartAt;
  }

  #givesUp(fact: Fact, event: Told<'child:gave-up'>): void {
    if (fact.because !== 'boot') {
      this.#finish();
      this.#hasToBeJudged(fact, fact.because);
    } else if (fact.rest !== 'due') throw new Violation(`'${fact.id}' gives up, but has not failed`);
    if (!hasGround(fact, this.members) && fact.because !== 'boot')
      throw new Violation(`'${fact.id}' gives up over what it is bound to`);
    const judged = this.#judge(fact);
    const { giveUp, because, reviveAt } = event;
    if (judged.verdict !== 'gives up' || judged.isTold || this.#gaveUp)
      throw new Violation(`'${fact.id}' gives up, but ${describe(judged)}`);
    if (judged.giveUp !== giveUp || judged.because !== because)
      throw new Violation(`'${fact.id}' gives up (${giveUp}, ${because}), but ${describe(judged)}`);
    judged.isTold = true;
    this.#checkBudget(fact, event.budget.used);
    const { reviveAfterMs } = fact.child.spec;
    const isRevived = giveUp === 'park' && reviveAfterMs !== undefined;
    if (reviveAt !== (isRevived ? this.#now + reviveAfterMs : null))
      throw new Violation(`'${fact.id}' is to be revived at ${reviveAt}`);
    this.#gaveUp = fact;
    if (giveUp === 'keep-trying') return;
    fact.judged = undefined;
    if (giveUp === 'park' || giveUp === 'remove') {
      this.#gaveUp = undefined;
      if (giveUp === 'park') this.#park(fact);
      else fact.rest = 'off';
    } else if (giveUp === 'escalate' && fact.because === 'boot') {
      this.#gaveUp = undefined;
      fact.rest = 'off';
      if (fact.isNew) return;
      this.#undo();
    }
  }

  #park(fact: Fact): void {
    const { reviveAfterMs } = fact.child.spec;
    fact.rest = 'parked';
    fact.isOverdue = false;
    fact.nextStartAt = reviveAfterMs === undefined ? undefined : this.#now + reviveAfterMs;
  }

  /** The whole tree is to end, because of one that has given up. */
  #exit(): void {
    const fact = this.#gaveUp;
    const { child } = fact ?? {};
    if (!fact || !(fact.errorClass === 'fatal' || child?.spec.giveUp === 'exit'))
      throw new Violation(`the whole tree ends, but nobody gave up`);
    this.#gaveUp = undefined;
    fact.rest = 'off';
    if (!this.#wasUp && !fact.isNew) this.#undo();
  }

  /** The supervisor gives up, over one of its children. */
  #escalated(fact: Fact | undefined): void {
    if (!fact) throw new Violation(`it gives up over no child`);
    if (this.#gaveUp !== fact) {
      this.#finish();
      this.#hasToBeJudged(fact, fact.because === 'exit' ? 'exit' : 'start-failed');
      if (!hasGround(fact, this.members))
        throw new Violation(`it gives up over '${fact.id}', which fell with others`);
      const judged = this.#judge(fact);
      if (judged.verdict !== 'all give up')
        throw new Violation(`it gives up over '${fact.id}', but ${describe(judged)}`);
    } else if (fact.child.spec.giveUp !== 'escalate') {
      throw new Violation(`it gives up over '${fact.id}', whose giveUp is ${fact.child.spec.giveUp}`);
    }
    if (this.isStopping || this.isUndoing) throw new Violation(`it gives up in the middle of a stop`);
    this.#gaveUp = fact.judged = undefined;
    fact.rest = 'off';
    // In the middle of a boot that waits, it has not come up.
    if (this.#wasUp) this.isStopping = true;
    else this.#undo();
  }

  /** It is down because one that it is bound to is. */
  #waits(fact: Fact, waitsFor: string): void {
    // In the middle of a stop it does not matter any more.
    if (this.isStopping && fact.isDown) return;
    const other = this.members.find((each) => this.#pathOf(each) === waitsFor);
    if (other && this.#waitsInGroup(fact, other)) return;
    // The next attempt of its group may begin with that.
    const isPlain =
      (fact.rest === 'due' || fact.rest === 'retry' || fact.rest === 'wanted') && other?.isUp !== true;
    if (
      !isPlain &&
      !fact.isNew &&
      fact.rest !== 'parked' &&
      fact.rest !== 'paused' &&
      !(this.#walk?.isStopping && this.#walk.has(fact))
    ) {
      this.#finish();
      // Whoever is down already has fallen with what is down.
      const isDown = ['group', 'off', 'waiting'].includes(fact.rest);
      const walk = (isDown ? this.#nextOverdue(fact) : undefined) ?? this.#nextStop(fact, fact);
      if (walk?.kind === 'restart') walk.isStopping = false;
    }
    if (!other || !isBoundTo(fact, other, this.members))
      throw new Violation(`'${fact.id}' waits for ${waitsFor}, which it is not bound to`);
    if (!fact.isDown) throw new Violation(`'${fact.id}' waits, but is alive`);
    const isTaken = this.#walk?.isBound && this.#walk.isStopping && this.#walk.has(fact);
    if (other.isUp && !(isTaken && (other === this.#walk?.target || this.#walk?.has(other))))
      throw new Violation(`'${fact.id}' waits for '${other.id}', which is up`);
    const isRevived = fact.rest === 'parked' && fact.isOverdue && !fact.isPaused;
    if (isRevived) fact.failures.forgive();
    const isKnown = isRevived || ['due', 'retry', 'wanted', 'waiting', 'paused', 'off'].includes(fact.rest);
    if (!isKnown) throw new Violation(`'${fact.id}' waits, but was ${fact.rest}`);
    if (fact.rest === 'off' && !isTaken && !fact.isNew)
      throw new Violation(`'${fact.id}' waits, but was stopped by hand`);
    fact.rest = 'waiting';
    fact.isHeld = false;
    this.#significantEnds.delete(fact);
    // All of its scope are down; but what it is bound to has gone down meanwhile.
    if (this.#walk?.target === fact && this.#walk.kind === 'restart') this.#walk.isStopping = false;
  }

  /** Is it down because of the strategy, until the one that leads is started again? */
  #waitsInGroup(fact: Fact, leader: Fact): boolean {
    const walk = this.#walk;
    const isPutOff =
      walk?.kind === 'restart' &&
      walk.isStopping &&
      !walk.isBound &&
      walk.target === leader &&
      walk.delayMs > 0;
    const isWaiting =
      (fact.rest === 'group' && fact.owner === leader && !fact.isHeld) ||
      (isPutOff && fact.rest === 'wanted');
    if (!isWaiting) return false;
    fact.rest = 'group';
    fact.owner = leader;
    return (fact.isHeld = true);
  }

  #paused(fact: Fact): void {
    if (!this.#commands.has(fact.id, 'pause'))
      throw new Violation(`'${fact.id}' is paused, but nobody asked for it`);
    this.#finish();
    fact.isPaused = true;
    if (fact.rest === 'parked') fact.isOverdue = false;
    if (fact.rest === 'delayed' || fact.rest === 'retry') fact.rest = 'paused';
  }

  #autoShutdown(): void {
    const { autoShutdown } = this.node.state.policy;
    const ends = this.#significantEnds.size + this.#perhapsEnds.size;
    if (autoShutdown === 'never' || ends === 0 || this.isStopping) {
      throw new Violation(`it ends itself for no reason`);
    }
    const isGone = ({ isDown, rest }: Fact): boolean => isDown && ['off', 'ended', 'group'].includes(rest);
    const left = this.members.find((each) => each.child.spec.significant && !isGone(each));
    if (autoShutdown === 'all-significant' && left)
      throw new Violation(`it ends itself, but '${left.id}' is not down for good`);
    this.isStopping = true;
  }

  #end(): void {
    this.#hasEnded = true;
    const alive = this.members.find((fact) => !fact.isDown);
    if (alive) throw new Violation(`it is down, but '${alive.id}' is alive`);
    const timed = this.members.find(({ child }) => this.node.world.timerOf(child) !== undefined);
    if (timed) throw new Violation(`it is down, but '${timed.id}' has a timer`);
  }

  // --- after the step ---

  after(effects: readonly Effect[]): void {
    const { state } = this.node;
    checkStructure(state);
    if (this.#gaveUp) throw new Violation(`'${this.#gaveUp.id}' has given up, and nothing follows from that`);
    this.#checkMembers();
    if (this.#bootWaitsFor.size > 0) this.#pruneBoot();
    if (this.isStopping) this.#checkPromptness();
    if (this.#hasEnded) {
      const at = effects.findIndex(({ type }) => type === 'down' || type === 'start-failed');
      if (at >= 0 && at < effects.length - 1) throw new Violation(`something happens after 'down'`);
    } else if (this.#isQuiet) this.#checkQuiet();
  }

  /** Is there nothing that it could be waiting for? Then there may be nothing left to do. */
  get #isQuiet(): boolean {
    if (!this.#isStarted || this.isStopping || this.isUndoing) return false;
    return !this.members.some(
      (each) =>
        each.isStarting || (each.asked && !each.isDown) || (each.known === 'ending' && this.#mayAwait(each)),
    );
  }

  /** One that ends by itself may be waited for all the same: if it would have had to stop anyway. */
  #mayAwait(fact: Fact): boolean {
    const isWanted = this.#commands.open > 0 || (this.#walk?.isStopping && this.#walk.has(fact));
    const isBound = fact.child.spec.bindsTo !== undefined;
    const hasFallen =
      isBound && this.members.some((each) => !each.isUp && isBoundTo(fact, each, this.members));
    return isWanted || hasFallen || this.#overdueWith(fact) !== undefined;
  }

  #checkQuiet(): void {
    this.#finish();
    if (!this.#wasUp && !(this.#heldBoot && this.members.some(isTriedAtBoot)))
      throw new Violation(`all have started, but it is not up`);
    if (this.#commands.open > 0) throw new Violation(`a command waits for nothing`);
    for (const fact of this.members) {
      this.#settle(fact);
      this.#settlePause(fact);
    }
    for (const fact of this.members) if (!this.#isLeftToBoot(fact)) checkQuiet(fact, this);
    this.#overdue = [];
    this.#perhapsEnds.clear();
  }

  #checkPromptness(): void {
    if (this.#isParallel) {
      // They are stopped one after the other, also those that are still starting.
      const isMoving = this.members.some(
        ({ isDown, asked, broken, known }) =>
          !isDown && (asked || broken !== undefined || known === 'ending'),
      );
      const slow = this.members.find((each) => each.isStarting && !each.broken);
      if (slow && !isMoving) throw new Violation(`a stop waits for the slow start of '${slow.id}'`);
      return;
    }
    for (const { known, asked, broken, id } of this.members) {
      if (known === 'starting' && !asked && !broken)
        throw new Violation(`a stop waits for the slow start of '${id}'`);
    }
  }

  /** Who has gone has to have a reason to, and who should have gone has. */
  #checkMembers(): void {
    const { children } = this.node.state;
    for (let child = children.first; child; child = child.next) {
      const fact = this.#facts.get(child) ?? this.#add(child);
      fact.seenAt = this.#steps;
      fact.timerFired = false;
      this.#checkTimer(fact);
    }
    if (this.members.length === children.size) return;
    for (const fact of this.members) if (fact.seenAt !== this.#steps) this.#remove(fact);
  }

  #checkTimer(fact: Fact): void {
    const { child } = fact;
    const timer = this.node.world.timerOf(child);
    if (child.hasTimer !== (timer !== undefined))
      throw new Violation(`'${fact.id}' is wrong about its timer`);
    if (fact.isUp) return checkWatch(fact, timer?.at, this.#now);
    // Those who are down get rid of theirs when it is their turn to be seen to.
    if (fact.isDown && (this.#walk || this.isStopping || this.isUndoing)) return;
    // One whose delay is over may have begun to take others down: that shows only when somebody is asked to stop.
    if (fact.isDown && timer === undefined && this.#overdueWith(fact)) return;
    const expected = timerOf(fact, this.#backoffOf(fact), this.#now);
    if (expected === 'any' || expected === timer?.at) return;
    throw new Violation(`'${fact.id}' has a timer for ${timer?.at ?? 'nothing'}, not ${expected ?? 'none'}`);
  }

  #remove(fact: Fact): void {
    const isDeleted = this.#commands.has(fact.id, 'delete-child');
    const stays = fact.stays(this.node.state.dynamic) && !fact.isNew && !isDeleted;
    const mayHaveFallen = !hasGround(fact, this.members) || fact.isTooEarly || this.#overdueWith(fact);
    if (mayHaveFallen) this.#isPerhapsNoEnd(fact);
    if (!fact.isDown || stays) throw new Violation(`'${fact.id}' is gone without a reason`);
    if (dependantsOf(fact, this.members).length > 0)
      throw new Violation(`'${fact.id}' is gone, and others are bound to it`);
    this.members = this.members.filter((each) => each !== fact);
    this.#walk?.drop(fact);
    this.#heldBoot?.drop(fact);
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
    if (!this.#commands.has(child.id, 'start-child')) throw new Violation(`'${child.id}' comes from nowhere`);
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
      if (fact.isDown && ['due', 'retry', 'delayed'].includes(fact.rest))
        throw new Violation(`'${fact.id}' was never decided on (${fact.rest})`);
      if (fact.isDown && !fact.stays(state.dynamic) && fact.rest === 'off')
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
    this.#finish();
    // Those that the boot has not come to yet are left to it.
    if (!this.#isLeftToBoot(fact)) fact.rest = 'off';
    fact.isOverdue = false;
    this.#significantEnds.delete(fact);
  }

  /** A command has started it, or tried to: those that wait for it follow. */
  startedByCommand(fact: Fact, kind: string): void {
    if (this.#walk?.kind !== 'command') return;
    this.#walk = undefined;
    if (!fact.isUp || kind === 'restart-now') return;
    const scope = dependantsOf(fact, this.members);
    if (scope.length > 0) this.#walk = new Walk('follow', fact, scope, { isBound: true });
  }
}

/** Is it down for some time, or will be as soon as its end is decided on? */
function hasFallen({ rest, isPaused, isTooEarly }: Fact): boolean {
  if (['off', 'paused', 'parked', 'waiting'].includes(rest)) return true;
  return (rest === 'ended' || (rest === 'due' && isPaused)) && !isTooEarly;
}

/** Is it one that has not come up at the boot, and is about to be tried again? */
const isTriedAtBoot = ({ isDown, isBooting, isHeld, rest, child }: Fact): boolean =>
  isDown &&
  isBooting &&
  (rest !== 'group' || isHeld) &&
  child.spec.boot === 'retry' &&
  ['due', 'delayed', 'retry', 'waiting', 'wanted', 'group'].includes(rest);

function describe(judged: Judged): string {
  if (judged.verdict === 'restart') return `has to be restarted after ${judged.delay.join(' to ')} ms`;
  if (judged.verdict === 'gives up') return `it gives up (${judged.giveUp}, ${judged.because})`;
  return 'the limit that it exceeds is that of all';
}
