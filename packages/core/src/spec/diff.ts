/** What differs between two declarations of one child, and whether that takes a new incarnation. */
import { isSupervisorKind } from '../model/policy.js';
import type { ChildSpec } from './types.js';

/** What an incarnation is made of. All other options are read when they are needed, and can change at any time. */
const MADE_OF = new Set(['kind', 'start', 'run', 'stop', 'kill', 'awaitReady', 'child']);

export interface Difference {
  /** The options that differ, in alphabetical order; `children` if those of a supervisor do. */
  readonly changed: readonly string[];
  /** Does it take a new incarnation? */
  readonly needsRestart: boolean;
}

/**
 * Compares two declarations with the same id. Data is compared by value, functions by identity; they count as
 * the same if both declarations have the same `revision`, and as changed if they have two that differ.
 */
export function differenceOf(old: ChildSpec, wanted: ChildSpec): Difference {
  if (old === wanted) return { changed: [], needsRestart: false };
  const revisions = [old.revision, wanted.revision];
  const isVersioned = !revisions.includes(undefined);
  const isSameRevision = isVersioned && revisions[0] === revisions[1];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(wanted)])].toSorted();
  const changed = keys.filter((key) => !isEqual(valueOf(old, key), valueOf(wanted, key), isSameRevision));
  const isOtherRevision = isVersioned && !isSameRevision;
  const isMadeAnew =
    changed.some((key) => MADE_OF.has(key)) || (isOtherRevision && !isSupervisorKind(wanted.kind));
  return { changed, needsRestart: isMadeAnew };
}

const valueOf = (spec: ChildSpec, key: string): unknown => (spec as unknown as Record<string, unknown>)[key];

/** Equal as data; functions and whatever else is no plain data if they are the same, or are to count as such. */
function isEqual(a: unknown, b: unknown, areFunctionsSame: boolean): boolean {
  if (Object.is(a, b) || (areFunctionsSame && typeof a === 'function' && typeof b === 'function'))
    return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key], areFunctionsSame));
}
