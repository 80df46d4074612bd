/** Declarations that show whoever asks for them more than one value: each asker has a view of its own. */

declare const seenOutside: unique symbol;
declare const seenInside: unique symbol;

/**
 * Present in the types of such declarations, and nowhere else: what `use` gives those who hold a handle, and what
 * it gives a child, which is known by then.
 */
export interface Views<Outside, Inside> {
  /** In the types only: what `use` of a handle gives. */
  readonly [seenOutside]: Outside;
  /** In the types only: what `use` of a child gives. */
  readonly [seenInside]: Inside;
}
