/** What is told about a time in which the event loop did not turn. */

/** A time in which no timer, no socket and no signal of this thread could be served. */
export interface EventLoopBlock {
  /** For how many milliseconds, to about a tenth of `blockedAfterMs`. A time asleep or stopped is not in it. */
  readonly blockedMs: number;
  /**
   * The path of the child whose code ran when the block was noticed. Undefined if that was nobody's, or if
   * nobody keeps track of it: `faults: 'off'`, or no `stack`.
   */
  readonly path: string | undefined;
  /** Which of its incarnations. */
  readonly incarnation: number | undefined;
  /** The innermost call that is not Node's own, as `name (file:line:column)`; undefined without a `stack`. */
  readonly at: string | undefined;
  /** The calls that were under way, the innermost first, in lines as those of an error; at most 30. */
  readonly stack: string | undefined;
  /**
   * Why there is no `stack`:
   *
   * - `native`: it came back from something that is no JavaScript only when the block was over, or died in it;
   * - `debugger`: the inspector is open, and whoever is attached to it is not to be disturbed; the block may
   *   be a breakpoint of theirs;
   * - `unavailable`: this runtime, or this thread, cannot be looked into.
   */
  readonly noStack: 'native' | 'debugger' | 'unavailable' | undefined;
}
