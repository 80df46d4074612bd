/** Which declaration has taken the place of which: references to an old one stay valid. */

const predecessors = new WeakMap<object, object>();

/** From now on a reference to `old`, or to what that had replaced, means `current` as well. */
export function succeed(current: object, old: object): void {
  if (current !== old && !isSameDeclaration(old, current)) predecessors.set(current, old);
}

/** Is `ref` this declaration, or one that it has replaced? */
export function isSameDeclaration(declared: object, ref: unknown): boolean {
  for (let each: object | undefined = declared; each; each = predecessors.get(each)) {
    if (each === ref) return true;
  }
  return false;
}
