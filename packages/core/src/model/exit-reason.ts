/**
 * Why a child, or a supervisor, ended: OTP's exit reasons, as data.
 *
 * | kind       | OTP                          | in JavaScript                                                |
 * | ---------- | ---------------------------- | ------------------------------------------------------------ |
 * | `normal`   | `normal`                     | a task's `run` resolved, or the child called `end()`          |
 * | `shutdown` | `shutdown`, `{shutdown, T}`  | it ended because it was asked to, or with a `Shutdown` value  |
 * | `crash`    | anything else                | it threw, its promise was rejected, or it called `fail(error)` |
 * | `killed`   | `killed`                     | it did not end within `shutdownMs` and was given up            |
 */
export type ExitReason =
  | { readonly kind: 'normal' }
  | { readonly kind: 'shutdown'; readonly detail?: unknown; readonly cause?: unknown }
  | { readonly kind: 'crash'; readonly error: unknown }
  | { readonly kind: 'killed' };

/** The four kinds of {@link ExitReason}. */
export type ExitKind = ExitReason['kind'];

export const NORMAL: ExitReason = Object.freeze({ kind: 'normal' });
export const SHUTDOWN: ExitReason = Object.freeze({ kind: 'shutdown' });
export const KILLED: ExitReason = Object.freeze({ kind: 'killed' });

export const crash = (error: unknown): ExitReason => ({ kind: 'crash', error });

/**
 * Return it, throw it, or hand it to `end` or `fail`, to end a child on purpose and say why: OTP's
 * `{shutdown, Term}`. A `transient` child that ends so is not started again; a `permanent` one is.
 *
 * @example
 * ```ts
 * const import1 = task({
 *   id: 'import',
 *   restart: 'transient',
 *   run: async () => {
 *     if (nothingToDo()) return new Shutdown('the source is empty');
 *     return undefined;
 *   },
 * });
 * ```
 */
export class Shutdown {
  /** What the child wants to say about its end; shown in events and snapshots. */
  readonly detail: unknown;

  /** @param detail - anything; what is JSON comes through events and snapshots as it is */
  constructor(detail?: unknown) {
    this.detail = detail;
  }

  /** The exit reason that this value stands for. */
  toReason(): ExitReason {
    return this.detail === undefined ? SHUTDOWN : { kind: 'shutdown', detail: this.detail };
  }
}

/** What a `Shutdown` stands for, also one that was tampered with: its `toReason` may throw, or say nothing of use. */
export function reasonOf(shutdown: Shutdown): ExitReason {
  try {
    const reason = shutdown.toReason() as { readonly kind?: unknown } | null | undefined;
    if (reason?.kind === 'shutdown') return reason as ExitReason;
  } catch {
    // It ends on purpose all the same.
  }
  return SHUTDOWN;
}

/** Is it a `Shutdown`? Asked of whatever was thrown or returned: a revoked Proxy throws even at `instanceof`. */
export function isShutdown(value: unknown): value is Shutdown {
  try {
    return value instanceof Shutdown;
  } catch {
    return false;
  }
}

/** The error that an exit reason carries, directly or as the cause of a shutdown; otherwise undefined. */
export function errorOf(reason: ExitReason): unknown {
  if (reason.kind === 'crash') return reason.error;
  if (reason.kind === 'shutdown') return reason.cause;
  return undefined;
}
