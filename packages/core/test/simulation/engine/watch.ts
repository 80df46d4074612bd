/** One incarnation's own idea of its time limits: when it has to be broken off, and that it is not before that. */
import type { Context, SimulatedClock } from '../../../src/index.js';
import { Violation } from '../model/judge/violation.js';
import type { LeafPlan, Part } from './plan.js';

export class Watch {
  readonly #context: Context;
  readonly #clock: SimulatedClock;
  readonly #guard: (check: () => void) => void;
  /** It has failed, without having said so. */
  readonly #fails: () => void;
  readonly #startTimeoutMs: number;
  readonly #staleAfterMs: number;
  readonly #maxRunMs: number;
  readonly #awaitsReady: boolean;
  readonly #enteredAt: number;
  #hasStarted = false;
  #saysReady = false;
  #upAt = NaN;
  #beatAt = NaN;
  /** It has ended by itself, or said so: from now on it is not watched any more. */
  #isOver = false;

  constructor(
    plan: LeafPlan,
    context: Context,
    clock: SimulatedClock,
    { guard, fails }: { guard: (check: () => void) => void; fails: () => void },
  ) {
    const { beyond, awaitReady } = plan;
    this.#context = context;
    this.#clock = clock;
    this.#guard = guard;
    this.#fails = fails;
    this.#startTimeoutMs = beyond?.startTimeoutMs ?? Infinity;
    this.#staleAfterMs = beyond?.staleAfterMs ?? Infinity;
    this.#maxRunMs = beyond?.maxRunMs ?? Infinity;
    this.#awaitsReady = awaitReady;
    this.#enteredAt = clock.now();
  }

  begin({ ready, beats, ms, start }: Part): void {
    if (ready === 'at once') this.#ready();
    else if (ready === 'late') this.#clock.setTimer(() => this.#ready(), ms);
    // Whoever throws, or is not run, has ended by itself.
    if (start === 'throws' || start === 'rejects' || start === 'ignores') this.#isOver = true;
    const { signal } = this.#context;
    signal.addEventListener('abort', () => {
      try {
        this.#guard(() => this.#aborted(signal.reason));
      } catch {
        // It is written down; thrown in here it would end the process.
      }
    });
    if (beats === 'always') this.#beatOn();
    else if (beats === 'once') this.#beat();
  }

  /** All has been done for its start. */
  started(): void {
    this.#hasStarted = true;
    this.#upIfReady();
  }

  /** It says itself that it ends, or has failed. */
  says(): void {
    this.#isOver = true;
  }

  #ready(): void {
    this.#saysReady = true;
    this.#context.ready();
    this.#upIfReady();
  }

  #upIfReady(): void {
    const isUp = this.#hasStarted && (this.#saysReady || !this.#awaitsReady);
    if (!isUp || !Number.isNaN(this.#upAt)) return;
    this.#upAt = this.#clock.now();
    this.#beatAt = this.#clock.now();
  }

  #beatOn(): void {
    if (this.#staleAfterMs === Infinity || this.#context.signal.aborted) return;
    this.#beat();
    this.#clock.setTimer(() => this.#beatOn(), this.#staleAfterMs - 1);
  }

  #beat(): void {
    this.#guard(() => this.#checkAlive());
    this.#beatAt = this.#clock.now();
    this.#context.heartbeat();
  }

  /** It may still be up only if nothing has come due before. */
  #checkAlive(): void {
    if (this.#isOver || this.#context.signal.aborted || Number.isNaN(this.#upAt)) return;
    const due = Math.min(this.#beatAt + this.#staleAfterMs, this.#upAt + this.#maxRunMs);
    if (due < this.#clock.now())
      throw new Violation(`'${this.#context.path}' had to be broken off at ${due}, and still is up`);
  }

  /** If it is not asked to stop, and has not said anything, its time has to be over at this very moment. */
  #aborted(reason: { readonly code?: string }): void {
    if (this.#isOver || reason.code === 'COPPICE_STOP_REQUESTED') return;
    this.#isOver = true;
    this.#fails();
    const isUp = !Number.isNaN(this.#upAt);
    const due = isUp
      ? Math.min(this.#beatAt + this.#staleAfterMs, this.#upAt + this.#maxRunMs)
      : this.#enteredAt + this.#startTimeoutMs;
    if (due !== this.#clock.now())
      throw new Violation(`'${this.#context.path}' is broken off at ${this.#clock.now()}, not at ${due}`);
  }
}
