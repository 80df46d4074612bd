/**
 * One resource of a pool: a dynamic child, over all of its incarnations. It is the argument that the child has; it knows
 * by that when an incarnation is up, when one has to end, and when the child is gone for good.
 */
import { ChildWatcher } from '../engine/child-watcher.js';
import type { Incarnation } from '../engine/incarnation.js';
import type { Reply } from '../engine/supervisor-process.js';
import type { Child } from '../model/child.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import type { LeaseOf } from './lease.js';

/**
 * | state      | meaning                                                     |
 * | ---------- | ----------------------------------------------------------- |
 * | `starting` | its first start is under way                                |
 * | `idle`     | it is up, and nobody has it                                 |
 * | `lent`     | it is up, and one has it                                    |
 * | `down`     | it has ended, and its supervisor starts it again            |
 * | `leaving`  | nobody wants it any more: it is stopped                     |
 * | `gone`     | it is not there any more                                    |
 */
export type SlotState = 'starting' | 'idle' | 'lent' | 'down' | 'leaving' | 'gone';

/** Who has slots: the desk. */
export interface SlotHolder {
  /** It is up, and can be lent. */
  up(slot: Slot): void;
  /** It was up, and is not any more, for this reason. */
  lost(slot: Slot, reason: unknown): void;
  /** It is not there any more; with an error, it has never been. */
  gone(slot: Slot, error?: unknown): void;
}

export class Slot extends ChildWatcher implements Reply {
  state: SlotState = 'starting';
  /** Does nobody want it any more? */
  isDismissed = false;
  lease: LeaseOf<unknown> | undefined = undefined;
  /** The one that is up. */
  incarnation: Incarnation | undefined = undefined;
  readonly #holder: SlotHolder;
  readonly #path: string;
  #error: unknown = undefined;
  #isReplied = false;

  constructor(holder: SlotHolder, path: string) {
    super();
    this.#holder = holder;
    this.#path = path;
  }

  /** Can it be lent now? Not if it has failed, even in this very turn. */
  get isUp(): boolean {
    return this.incarnation?.isLeaving === false;
  }

  /** What the start of the resource has returned. */
  get value(): unknown {
    return this.incarnation?.value;
  }

  /** An incarnation is being started. */
  begin(incarnation: Incarnation): void {
    void this.#follow(incarnation);
  }

  async #follow(incarnation: Incarnation): Promise<void> {
    const { readiness } = incarnation.process.tree;
    const limits = { timeoutMs: Infinity, leftMs: Infinity };
    try {
      await readiness.wait(incarnation.path, () => ({ status: undefined, state: '' }), limits, incarnation);
    } catch {
      // It has to end before it is up: its supervisor tells of that.
      return;
    }
    if (incarnation.isLeaving || this.state === 'gone') return;
    this.incarnation = incarnation;
    incarnation.onQuit((reason) => this.#lose(incarnation.failure ?? reason));
    this.#holder.up(this);
  }

  #lose(reason: unknown): void {
    this.incarnation = undefined;
    this.#holder.lost(this, reason);
  }

  // --- what its supervisor says ---

  /** The child has started; or it has said that it is not to run, and is gone. */
  resolve(_child: Child | undefined): void {
    this.#isReplied = true;
  }

  /** It has not become a child. */
  reject(error: CoppiceError): void {
    this.#isReplied = true;
    this.#error = error;
    this.#end();
  }

  gone(): void {
    // Why it did not start is about to be said.
    if (this.#isReplied || this.state !== 'starting') return this.#end();
    queueMicrotask(() => this.#end());
  }

  #end(): void {
    if (this.state === 'gone') return;
    const wasNeverUp = this.state === 'starting';
    this.state = 'gone';
    this.incarnation = undefined;
    if (!wasNeverUp) return this.#holder.gone(this);
    const ended = (): CoppiceError =>
      coppiceError('COPPICE_ENDED_AT_START', { path: this.#path, kind: 'normal' });
    this.#holder.gone(this, this.#error ?? ended());
  }
}
