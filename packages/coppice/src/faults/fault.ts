/** What is told about a stray fault. */
import type { FaultOwner } from '@coppice/core';

/** Something thrown, or rejected, that nobody was there to catch. */
export interface Fault {
  /** What was thrown, or the reason of the rejection. */
  readonly error: unknown;
  /** How Node came by it. */
  readonly origin: 'uncaughtException' | 'unhandledRejection';
  /** The incarnation whose code it escaped from, as far as that is known. */
  readonly owner: FaultOwner | undefined;
  /**
   * How that is known: the error went through a function that `ctx.bind` made (`tag`), or it came up in the
   * async context of the child (`context`).
   */
  readonly attribution: 'tag' | 'context' | 'none';
  /**
   * - `crash`: it is now the crash of its owner;
   * - `late`: its owner is over, or is stopping, already; nothing else happens;
   * - `fatal`: the process ends.
   */
  readonly outcome: 'crash' | 'late' | 'fatal';
  /**
   * Why it is fatal: nobody knows whose it is; it is one after which no process can be trusted; there were
   * too many; it comes from the supervisors themselves. Under `label`, which leaves a fault that has an owner
   * to Node, there is none.
   */
  readonly why?: 'unattributed' | 'denied' | 'budget' | 'supervisor';
  /** Where there were too many (`why` is `budget`): so many may be survived within so many milliseconds. */
  readonly limit?: { readonly maxContained: number; readonly withinMs: number };
}
