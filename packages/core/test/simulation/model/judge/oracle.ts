/**
 * The judge of one supervisor: a second, simple-minded account of what it was told and what it does, held
 * against the rules. It reads no decision of the model, only messages, effects and events; what the state shows
 * to users (who is down, and why) is held against the account when there is nothing left to do (quiet.ts).
 */
import type { Child } from '../../../../src/model/child.js';
import type { Effect } from '../../../../src/model/effect.js';
import type { Message } from '../../../../src/model/message.js';
import type { Node } from '../node.js';
import { Account } from './account.js';
import { checkAfter } from './after-step.js';
import { refused, replied } from './answers.js';
import { checkAtRest } from './at-rest.js';
import { onEnd } from './ending.js';
import { onAbandon, onFail, onKill } from './forcing.js';
import { onExit } from './giving-up.js';
import { learn } from './learning.js';
import { onStart, onUp } from './starting.js';
import { onSetTimer } from './stop-time.js';
import { onStop } from './stopping.js';
import { onEvent } from './telling.js';
import { Violation } from './violation.js';
import { Walk } from './walk.js';

export class Oracle {
  readonly #account: Account;

  constructor(node: Node) {
    this.#account = new Account(node);
  }

  get openCommands(): number {
    return this.#account.commands.open;
  }

  /** Does its boot wait for others? It may do so for ever: for one that waits for one that is parked. */
  get isBootHeld(): boolean {
    return this.#account.heldBoot !== undefined;
  }

  get isStopping(): boolean {
    return this.#account.isStopping;
  }

  get isKilling(): boolean {
    return this.#account.isKilling;
  }

  believesAlive(child: Child, incarnation: number): boolean {
    const fact = this.#account.facts.get(child);
    return fact !== undefined && fact.incarnation === incarnation && !fact.isDown;
  }

  /** Is it up, and its timer there to look at it? */
  isWatched(child: Child): boolean {
    return this.#account.facts.get(child)?.isUp === true;
  }

  before(message: Message): void {
    const a = this.#account;
    a.steps++;
    if (a.gone.size > 0) a.gone.clear();
    switch (message.type) {
      case 'start':
        if (a.isStarted || a.hasEnded || a.isStopping) return;
        a.isStarted = true;
        for (const fact of a.members) fact.rest = 'wanted';
        a.walk = new Walk('boot', undefined, [...a.members], { isParallel: a.isParallel });
        return;
      case 'command':
        return a.commands.asked(message.command, a.steps);
      case 'stop':
        if (!a.isStopping) a.deadlineAt = message.deadlineAt;
        a.isStopping = true;
        return;
      case 'kill':
        a.isStopping = true;
        a.isKilling = true;
        return;
      case 'go-on':
        return;
      case 'dismiss':
        throw new Violation('scripts dismiss nobody');
      default:
        return learn(a, message);
    }
  }

  /** It has said that it is alive, or (Infinity) that it is idle. */
  hearBeat(child: Child, at: number): void {
    const fact = this.#account.facts.get(child);
    if (fact) fact.beatAt = at;
  }

  effect(effect: Effect): void {
    const a = this.#account;
    if (a.hasEnded && effect.type !== 'refuse') throw new Violation(`'${effect.type}' after the end`);
    switch (effect.type) {
      case 'start':
        return onStart(a, effect.child);
      case 'fail':
        return onFail(a, a.factOf(effect.child), effect.error);
      case 'stop':
        return onStop(a, a.factOf(effect.child));
      case 'kill':
        return onKill(a, a.factOf(effect.child));
      case 'abandon':
        return onAbandon(a, a.factOf(effect.child));
      case 'set-timer':
        return onSetTimer(a, a.factOf(effect.child), effect.ms);
      case 'clear-timer':
      case 'gone':
      case 'go-on':
        return;
      case 'reply':
        return replied(a, effect.to, effect.child);
      case 'refuse':
        return refused(a, effect.to, effect.error);
      case 'event':
        return onEvent(a, effect.event);
      case 'exit':
        return onExit(a);
      case 'up':
        return onUp(a);
      case 'start-failed':
        if (!a.isUndoing) throw new Violation(`'start-failed', but no child failed at boot`);
        return onEnd(a);
      case 'down':
        if (!a.isStopping) throw new Violation(`'down', but nobody asked for it`);
        return onEnd(a);
    }
  }

  after(effects: readonly Effect[]): void {
    checkAfter(this.#account, effects);
  }

  /** Nothing is on its way, no timer runs, nobody is starting or stopping. */
  atRest(): void {
    checkAtRest(this.#account);
  }

  atEnd(): void {
    if (!this.#account.hasEnded) throw new Violation(`it was stopped, but is not down`);
    if (this.#account.commands.open > 0) throw new Violation(`a command was never answered`);
  }
}
