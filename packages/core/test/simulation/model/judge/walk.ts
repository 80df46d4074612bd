/** What a supervisor is at: a stretch of children that it stops from last to first, and starts from first to last. */
import type { Fact } from './fact.js';
import { hasGround } from './kinship.js';

type WalkKind =
  /** All start. */
  | 'boot'
  /** The scope of `target` stops, and starts again. */
  | 'restart'
  /** One starts because a command says so. */
  | 'command'
  /** Those that wait for `target`, which is up by a command, start. */
  | 'follow'
  /** `target` stops because a command says so, those that are bound to it before it. */
  | 'terminate'
  /** Those that are bound to `target`, which is down, stop. */
  | 'release'
  /** Those that have waited for the next attempt of another start without it. */
  | 'rejoin';

type WalkOptions = Pick<Walk, 'isBound' | 'isAlone' | 'delayMs'> & { isParallel: boolean };

export class Walk {
  readonly kind: WalkKind;
  readonly target: Fact | undefined;
  /** In start order. */
  scope: readonly Fact[];
  /** Those who come back are those who wait for `target`; if not, all in the scope. */
  readonly isBound: boolean;
  /** Whoever fails in it is tried again by itself. */
  readonly isAlone: boolean;
  /** How long a restart is put off when all have stopped, at least and at most. */
  readonly delayMs: number;
  isStopping: boolean;
  /** Whoever has waited in it for what it is bound to follows that. */
  readonly #isParallel: boolean;

  constructor(
    kind: WalkKind,
    target: Fact | undefined,
    scope: readonly Fact[],
    { isBound = false, isAlone = isBound, delayMs = 0, isParallel = false }: Partial<WalkOptions> = {},
  ) {
    this.kind = kind;
    this.target = target;
    this.scope = scope;
    this.isBound = isBound;
    this.isAlone = isAlone;
    this.delayMs = delayMs;
    this.#isParallel = isParallel;
    this.isStopping = kind === 'restart' || kind === 'terminate' || kind === 'release';
  }

  has(fact: Fact): boolean {
    return this.scope.includes(fact);
  }

  /** One has gone for good. */
  drop(fact: Fact): void {
    this.scope = this.scope.filter((each) => each !== fact);
  }

  /** Why one that it takes down is down. */
  restOf(fact: Fact): 'off' | 'waiting' | 'wanted' {
    if (fact === this.target) return this.kind === 'restart' ? 'wanted' : 'off';
    return this.isBound ? 'waiting' : 'wanted';
  }

  /** Is it among those that come back? */
  takes(fact: Fact): boolean {
    if (!this.isBound) {
      const mayFollow = this.#isParallel || fact.incarnation === 0;
      return fact.rest === 'wanted' || (mayFollow && fact.rest === 'waiting');
    }
    return fact.rest === 'waiting' || (fact.rest === 'group' && fact.isHeld);
  }

  /** Is it one that has to be started, and can be? */
  isToStart(fact: Fact, members: readonly Fact[]): boolean {
    if (this.isStopping || !fact.isDown || !this.has(fact) || !hasGround(fact, members)) return false;
    if (fact === this.target && this.kind === 'restart') return fact.rest === 'wanted' || this.takes(fact);
    return !fact.isPaused && this.takes(fact);
  }
}
