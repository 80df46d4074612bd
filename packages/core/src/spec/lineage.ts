/** Which declarations mean the same child, since one has taken the place of the other: both are references to it. */

const lines = new WeakMap<object, object>();

/** From now on a reference to either of the two means the same child. */
export function succeed(current: object, old: object): void {
  if (current === old) return;
  const line = lines.get(old) ?? {};
  lines.set(old, line);
  lines.set(current, line);
}

/** Is `ref` this declaration, or one that has taken its place, or whose place it has taken? */
export function isSameDeclaration(declared: object, ref: unknown): boolean {
  if (declared === ref) return true;
  const line = lines.get(declared);
  return line !== undefined && typeof ref === 'object' && ref !== null && lines.get(ref) === line;
}
