/** A value in an error message: short, and never throwing. */
export function show(value: unknown): string {
  try {
    if (typeof value === 'string') return `'${value.length > 80 ? `${value.slice(0, 77)}...` : value}'`;
    if (typeof value === 'function') return 'a function';
    if (Array.isArray(value)) return `an array of ${value.length}`;
    if (typeof value !== 'object' || value === null) return String(value);
    const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
    return typeof name === 'string' && name !== 'Object' && name !== ''
      ? `an instance of ${name}`
      : 'an object';
  } catch {
    return 'a value that cannot be read';
  }
}
