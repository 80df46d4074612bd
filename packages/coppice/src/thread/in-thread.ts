/**
 * What runs in a thread, from the thread's side: it hears that it is to stop, says once how it has ended, and
 * then leaves, with whatever is still open.
 */
import { type ExitReason, toWire } from '@coppice/core';
import { isShutdown, reasonOf as reasonOfShutdown, show } from '@coppice/core/kit';
import { type TransferListItem, parentPort } from 'node:worker_threads';
import { takeLink } from './link.js';
import type { EndData, Link, Order, Report } from './protocol.js';

/** For so many milliseconds after its end the thread may go by itself; then what is open is cut off. */
const GRACE_MS = 100;

export class InThread {
  readonly link: Link;
  readonly #stop: () => void;
  #isOver = false;
  /** When its last `beat` was sent. */
  #beatAt = -Infinity;

  /** @throws ThreadError `COPPICE_NOT_A_THREAD`, `COPPICE_THREAD_TWICE` */
  constructor(stop: () => void) {
    this.#stop = stop;
    this.link = takeLink();
    // Its own account of what kills it has the causes and fields that Node's may lose.
    process.on('uncaughtExceptionMonitor', (error) => this.say({ type: 'fault', error: toWire(error) }));
    this.say({ type: 'hello' });
    // Listening keeps the thread alive while its function waits for nothing else.
    this.link.port.on('message', (_order: Order) => this.#stop());
  }

  say(report: Report, transfer: readonly TransferListItem[] = []): void {
    this.link.port.postMessage(report, transfer);
  }

  /** It is alive. A million calls are told as seldom as the parent has to hear of them. */
  heartbeat(): void {
    const { beatMs } = this.link;
    if (beatMs === undefined) return;
    const now = performance.now();
    if (now - this.#beatAt < beatMs) return;
    this.#beatAt = now;
    this.say({ type: 'beat' });
  }

  /** From now on it is alive as long as its event loop turns. */
  beatByItself(): void {
    const { beatMs } = this.link;
    if (beatMs !== undefined) setInterval(() => this.say({ type: 'beat' }), beatMs).unref();
  }

  /** The first end counts for the parent; an error after it is told as a late fault. */
  ends(reason: ExitReason): void {
    this.say({ type: 'end', reason: endData(reason) });
  }

  /** Nothing runs any more. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Those who still listen for messages need not hear any more.
    this.link.port.unref();
    parentPort?.unref();
    // Not at once: what was written and posted last shall get out. Unref'd, so that it need not be waited for.
    setTimeout(() => process.exit(0), GRACE_MS).unref();
  }
}

function endData(reason: ExitReason): EndData {
  switch (reason.kind) {
    case 'crash':
      return { kind: 'crash', error: toWire(reason.error) };
    case 'shutdown': {
      const { detail, cause } = reason;
      return {
        kind: 'shutdown',
        ...(detail !== undefined && { detail: portable(detail) }),
        ...(cause !== undefined && { cause: toWire(cause) }),
      };
    }
    case 'normal':
    case 'killed':
      return { kind: 'normal' };
  }
}

function portable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return show(value);
  }
}

/** The end that a thrown value stands for. */
export const reasonOf = (thrown: unknown): ExitReason =>
  isShutdown(thrown) ? reasonOfShutdown(thrown) : { kind: 'crash', error: thrown };
