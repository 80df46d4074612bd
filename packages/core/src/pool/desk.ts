/**
 * Where the resources of a pool are lent out. It does not supervise them: they are the children of a dynamic
 * supervisor, which starts them again when they crash. The desk says how many there are to be.
 *
 * - A slot is counted from the command to start it until its child is gone, also while that is being stopped: there are
 *   never more resources than `size` and `maxOverflow` together.
 * - A slot is idle, or lent to one, or neither; whoever waits, waits only while none is idle.
 * - Whoever waits is served in turn, by whatever comes up or is given back.
 */
import type { Clock } from '../engine/clock.js';
import type { Incarnation } from '../engine/incarnation.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import type { CheckoutOptions, PoolCounts } from '../spec/pool-types.js';
import type { DynamicSupervisorSpec, Template } from '../spec/types.js';
import { whenAborted } from '../tasks/signals.js';
import { LeaseOf } from './lease.js';
import { Slot, type SlotHolder } from './slot.js';
import { Waiter, WaitingLine } from './waiting.js';

export interface DeskOptions {
  readonly size: number;
  readonly maxOverflow: number;
  readonly lazy: boolean;
}

type AnyLease = LeaseOf<unknown>;

interface Boot {
  resolve(): void;
  reject(error: unknown): void;
}

export class Desk implements SlotHolder {
  readonly #path: string;
  readonly #clock: Clock;
  /** The supervisor of the resources that is there now. */
  readonly #supervisor: () => SupervisorProcess | undefined;
  readonly #forget: () => void;
  #options: DeskOptions = { size: 0, maxOverflow: 0, lazy: true };
  #openings = 0;
  readonly #slots = new Set<Slot>();
  /** How many of them nobody wants any more, and how many start for the first time. */
  #leaving = 0;
  #starting = 0;
  /** The last one first. */
  readonly #idle: Slot[] = [];
  #lent = 0;
  readonly #waiting = new WaitingLine<AnyLease>();
  /** Why the last one has not started, until one has. */
  #startError: unknown = undefined;
  #boot: Boot | undefined = undefined;

  /** @param forget - called when it is closed and nothing is left */
  constructor(
    path: string,
    clock: Clock,
    supervisor: () => SupervisorProcess | undefined,
    forget: () => void,
  ) {
    this.#path = path;
    this.#clock = clock;
    this.#supervisor = supervisor;
    this.#forget = forget;
  }

  get isOpen(): boolean {
    return this.#openings > 0;
  }

  get counts(): PoolCounts {
    return {
      resources: this.#slots.size,
      idle: this.#idle.length,
      lent: this.#lent,
      waiting: this.#waiting.size,
    };
  }

  /** Resolves when there are as many as there have to be from the first. Rejects if one does not start, or `quit` does. */
  async open(options: DeskOptions, quitter: Incarnation): Promise<void> {
    this.#options = options;
    this.#openings++;
    while (this.#isTooMany && this.#idle.length > 0) this.#dismiss(this.#idle.pop() as Slot);
    if (options.lazy) return;
    let boot!: Boot;
    const booted = new Promise<void>((resolve, reject) => {
      boot = { resolve, reject };
    });
    const stay = quitter.onQuit((reason) => boot.reject(reason));
    this.#boot = boot;
    this.#fill();
    this.#goOnBooting();
    try {
      await booted;
    } finally {
      stay();
      if (this.#boot === boot) this.#boot = undefined;
    }
  }

  close(): void {
    this.#openings--;
    if (this.isOpen) return;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.reject(this.notRunning());
    this.#forgetIfEmpty();
  }

  notRunning(): CoppiceError {
    return coppiceError('COPPICE_NOT_RUNNING', { path: this.#path, state: '' });
  }

  // --- borrowing ---

  async checkout({ timeoutMs = Infinity, signal }: CheckoutOptions, caller?: Incarnation): Promise<AnyLease> {
    if (caller?.quitReason !== undefined) throw caller.quitReason;
    if (signal?.aborted) throw signal.reason;
    for (let slot = this.#idle.pop(); slot; slot = this.#idle.pop()) {
      if (slot.isUp) return this.#lend(slot, caller);
      slot.state = 'down';
    }
    return this.#wait(timeoutMs, signal, caller);
  }

  async #wait(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    caller: Incarnation | undefined,
  ): Promise<AnyLease> {
    let waiter!: Waiter<AnyLease>;
    const served = new Promise<AnyLease>((resolve, reject) => {
      waiter = new Waiter(resolve, reject, caller);
    });
    const quit = (reason: unknown): void => {
      this.#waiting.remove(waiter);
      waiter.reject(reason);
    };
    const timeout = (): void => quit(this.#exhausted(timeoutMs));
    const timer = timeoutMs === Infinity ? undefined : this.#clock.setTimer(timeout, timeoutMs);
    const stay = signal && whenAborted(signal, quit);
    const stayWithCaller = caller?.onQuit(quit);
    this.#waiting.push(waiter);
    this.#grow();
    try {
      return await served;
    } finally {
      stay?.();
      stayWithCaller?.();
      if (timer !== undefined) this.#clock.clearTimer(timer);
    }
  }

  #lend(slot: Slot, caller: Incarnation | undefined): AnyLease {
    let stay: (() => void) | undefined = undefined;
    const lease = new LeaseOf(slot.value, (isUsable) => {
      stay?.();
      this.#giveBack(slot, isUsable);
    });
    // Whoever has ended may have been in the middle of something.
    stay = caller?.onOver(() => lease.discard());
    slot.state = 'lent';
    slot.lease = lease;
    this.#lent++;
    return lease;
  }

  #giveBack(slot: Slot, isUsable: boolean): void {
    slot.lease = undefined;
    this.#lent--;
    if (isUsable) this.#offer(slot);
    else this.#dismiss(slot);
  }

  #exhausted(timeoutMs: number): CoppiceError {
    const { size, maxOverflow } = this.#options;
    const { lent, waiting } = this.counts;
    const details = { path: this.#path, timeoutMs, lent, most: size + maxOverflow, waiting };
    return coppiceError('COPPICE_POOL_EXHAUSTED', details, this.#startError);
  }

  // --- what becomes of slots ---

  up(slot: Slot): void {
    if (slot.state === 'starting') this.#starting--;
    this.#startError = undefined;
    this.#offer(slot);
    this.#goOnBooting();
  }

  lost(slot: Slot, reason: unknown): void {
    const { lease, state } = slot;
    if (state === 'leaving') return;
    slot.state = 'down';
    if (state === 'idle') this.#takeOut(slot);
    if (!lease) return;
    slot.lease = undefined;
    this.#lent--;
    lease.void(reason);
  }

  gone(slot: Slot, error?: unknown): void {
    this.#slots.delete(slot);
    if (error !== undefined) return this.#failed(error);
    if (slot.isDismissed) this.#leaving--;
    this.#fill();
    this.#grow();
    this.#forgetIfEmpty();
  }

  /** One has not started. Who waits can wait for what others give back; if nobody has any, that would be for nothing. */
  #failed(error: unknown): void {
    this.#starting--;
    this.#startError = error;
    this.#boot?.reject(error);
    if (this.#lent > 0 || this.#starting > 0) return;
    this.#waiting.shift()?.reject(error);
    this.#grow();
    this.#forgetIfEmpty();
  }

  /** It is free: for the next who waits, to be stopped because there are too many, or to be kept. */
  #offer(slot: Slot): void {
    if (!slot.isUp) {
      slot.state = 'down';
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter) return waiter.resolve(this.#lend(slot, waiter.caller));
    if (this.#isTooMany) return this.#dismiss(slot);
    slot.state = 'idle';
    this.#idle.push(slot);
  }

  #dismiss(slot: Slot): void {
    slot.state = 'leaving';
    slot.isDismissed = true;
    this.#leaving++;
    if (!slot.incarnation) return;
    const { process, child } = slot.incarnation;
    process.tree.send(process, { type: 'dismiss', child });
  }

  #takeOut(slot: Slot): void {
    const at = this.#idle.indexOf(slot);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  // --- how many there are ---

  /** Are there more than are kept while nobody waits? */
  get #isTooMany(): boolean {
    return this.#slots.size - this.#leaving > this.#options.size;
  }

  /** As many as there have to be without anybody asking. */
  #fill(): void {
    const { lazy, size } = this.#options;
    while (!lazy && this.#slots.size - this.#leaving < size && this.#start());
  }

  /** One for each who waits, as far as there may be more. */
  #grow(): void {
    while (this.#waiting.size > this.#starting && this.#start());
  }

  /** Starts one more, if there may be. */
  #start(): boolean {
    const { size, maxOverflow } = this.#options;
    const process = this.#supervisor();
    if (!this.isOpen || !process?.isUp || this.#slots.size >= size + maxOverflow) return false;
    process.state.tellsGone = true;
    const id = process.nextId();
    const { child: spec } = process.spec as DynamicSupervisorSpec<never> as { child: Template };
    const slot = new Slot(this, `${process.path}/${id}`);
    this.#slots.add(slot);
    this.#starting++;
    process.tree.send(process, {
      type: 'command',
      command: { kind: 'start-child', id, spec, args: [slot], to: slot },
    });
    return true;
  }

  #goOnBooting(): void {
    if (this.#starting === 0 && this.#slots.size - this.#leaving >= this.#options.size) this.#boot?.resolve();
  }

  #forgetIfEmpty(): void {
    if (!this.isOpen && this.#slots.size === 0) this.#forget();
  }
}
