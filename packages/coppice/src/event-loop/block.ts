/** What is told about a time in which the event loop did not turn. */

/** A time in which no timer, no socket and no signal of this thread could be served. */
export interface EventLoopBlock {
  /** For how many milliseconds, to about a fifth of `blockedAfterMs`. A time asleep or stopped is not in it. */
  readonly blockedMs: number;
  /**
   * The path of the child whose code ran when the block was noticed. Undefined if that was nobody's, or if
   * nobody keeps track of it (`faults: 'off'`), or without a `stack`.
   */
  readonly path: string | undefined;
  /** Which of its incarnations. */
  readonly incarnation: number | undefined;
  /** The innermost call that is not Node's own, as `name (file:line:column)`; undefined without a `stack`. */
  readonly at: string | undefined;
  /** The calls that were under way, the innermost first, in lines as those of an error; at most 30. */
  readonly stack: string | undefined;
  /**
   * How that came to be known:
   *
   * - `exact`: it was looked at in the middle of the block;
   * - `late`: the block was in something that is no JavaScript, and could be looked at only when that returned:
   *   what is told is what ran next, mostly but not always whoever had called it;
   * - `native`: it was no JavaScript, and nothing could be looked at;
   * - `debugger`: the inspector is open, and whoever is attached to it is not to be disturbed; the block may
   *   be a breakpoint of theirs;
   * - `unavailable`: this runtime, or this thread, cannot be looked into.
   */
  readonly sample: 'exact' | 'late' | 'native' | 'debugger' | 'unavailable';
}
