/**
 * What an error has of its own, as JSON data: for those who read of it in a log, or in another process. It may be
 * anything, also a whole request, or what throws when it is read; so what is taken is bounded.
 */

/** These have places of their own on the wire. */
const ELSEWHERE = new Set(['name', 'message', 'code', 'stack', 'cause', 'errors']);

const MAX_FIELDS = 32;
const MAX_DEPTH = 4;
const MAX_ITEMS = 32;
const MAX_TEXT = 1_000;
const MAX_NAME = 100;
/** So many values in all, in fields and what is in them. */
const MAX_VALUES = 256;
/** So many keys are looked at; objects with more are none of those that say something of an error. */
const MAX_KEYS = 1_000;

/** May a field be called so? Not what would hide a method that all objects have: `toString`, `__proto__`. */
const isName = (key: string): boolean => key.length <= MAX_NAME && !(key in Object.prototype);

/** May a field of an error itself be called so? */
const isFieldName = (key: string): boolean => isName(key) && !ELSEWHERE.has(key);

/** The own enumerable fields of an error, as far as they are data; undefined if there are none. Never throws. */
export function fieldsOf(error: object): Readonly<Record<string, unknown>> | undefined {
  const found: Record<string, unknown> = {};
  const budget = { left: MAX_VALUES };
  let count = 0;
  try {
    for (const key of ownKeys(error)) {
      if (!isFieldName(key)) continue;
      const value = dataOf(read(error, key), 0, budget);
      if (value === undefined) continue;
      found[key] = value;
      if (++count === MAX_FIELDS) break;
    }
  } catch {
    // A Proxy that does not let itself be looked at: what was found is found.
  }
  return count === 0 ? undefined : found;
}

/** The value as data; undefined if it is none: functions, symbols, and objects of classes, such as sockets. */
function dataOf(value: unknown, depth: number, budget: { left: number }): unknown {
  if (budget.left-- <= 0) return undefined;
  switch (typeof value) {
    case 'string':
      return cut(value);
    case 'number':
      // JSON knows neither NaN nor -0.
      return Number.isFinite(value) ? value + 0 : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return cut(String(value));
    case 'object':
      if (value === null) return null;
      try {
        return depth < MAX_DEPTH ? copyOf(value, depth + 1, budget) : undefined;
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}

function copyOf(value: object, depth: number, budget: { left: number }): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (let i = 0; i < Math.min(value.length, MAX_ITEMS); i++) {
      if (budget.left <= 0) break;
      items.push(dataOf(read(value, i), depth, budget) ?? null);
    }
    return items;
  }
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Date]') return Date.prototype.toISOString.call(value);
  if (tag !== '[object Object]' || !isPlain(value)) return undefined;
  const copy: Record<string, unknown> = {};
  let count = 0;
  for (const key of ownKeys(value)) {
    if (budget.left <= 0 || count === MAX_ITEMS) break;
    if (!isName(key)) continue;
    const inner = dataOf(read(value, key), depth, budget);
    if (inner === undefined) continue;
    copy[key] = inner;
    count++;
  }
  return copy;
}

/** One by one: a list of all keys of a huge object would cost what this is there to save. */
function* ownKeys(value: object): Generator<string> {
  let looked = 0;
  for (const key in value) {
    if (++looked > MAX_KEYS) return;
    if (Object.hasOwn(value, key)) yield key;
  }
}

function read(value: object, key: string | number): unknown {
  try {
    return (value as Record<string | number, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Made by a literal; of whichever realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The beginning of a text. It must not end in half a character. */
export function cut(text: string, most = MAX_TEXT): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)}…`;
}
