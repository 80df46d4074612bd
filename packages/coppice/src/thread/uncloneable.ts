/** Finds what in a value keeps it from being copied to a thread. */
import { show } from '@coppice/core/kit';

export interface UncloneablePart {
  /** Where it is, as `data.hooks.onDone`. */
  readonly place: string;
  readonly got: string;
  readonly cause: unknown;
}

/** The innermost part of the value that cannot be cloned; undefined if it can be. */
export function uncloneablePart(value: unknown, place: string, depth = 0): UncloneablePart | undefined {
  const cause = whyNot(value);
  if (cause === undefined) return undefined;
  if (depth < 8 && typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      const where = Array.isArray(value) ? `${place}[${key}]` : `${place}.${key}`;
      const part = uncloneablePart((value as Record<string, unknown>)[key], where, depth + 1);
      if (part) return part;
    }
  }
  return { place, got: show(value), cause };
}

function whyNot(value: unknown): unknown {
  try {
    structuredClone(value);
    return undefined;
  } catch (error) {
    return error ?? new Error('it cannot be cloned');
  }
}
