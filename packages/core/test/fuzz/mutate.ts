/**
 * What is right, made wrong in one place or a few: so that what is fuzzed gets past the first check, and into the code
 * behind it.
 */
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { type Hostile, Sabotage, anyHostile } from './hostile.js';

/** One change of a value, or of something in it. */
export interface Mutation {
  /** Which of the places in the value: reduced by how many there are. */
  readonly at: number;
  readonly how: How;
  readonly value: Hostile;
  readonly key: string;
}

const WAYS = {
  /** The place gets a hostile value. */
  replace: 6,
  /** It is left out. */
  remove: 2,
  /** Another option stands beside it. */
  add: 3,
  /** Reading it throws. */
  throwing: 2,
  /** The first look finds what is right, later ones something else. */
  changing: 2,
  /** The object around it is as it was, but hard to look at. */
  'proxy around': 1,
  'revoked around': 1,
  'frozen around': 1,
  'bare around': 1,
  'inherited around': 1,
  'elsewhere around': 1,
} as const;

type How = keyof typeof WAYS;

const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'id', 'kind', 'x', ''];

const ways: fc.Arbitrary<How> = fc.oneof(
  ...Object.entries(WAYS).map(([how, weight]) => ({ weight, arbitrary: fc.constant(how as How) })),
);

/** A few changes; fewer and simpler ones when they are shrunk. */
export const mutations = (most = 3): fc.Arbitrary<readonly Mutation[]> =>
  fc.array(
    fc.record({
      at: fc.nat(999),
      how: ways,
      value: anyHostile,
      key: fc.constantFrom(...KEYS),
    }),
    { minLength: 0, maxLength: most },
  );

/** The value with these changes. What it consists of is copied; functions, and objects of classes, are not. */
export function mutated(value: unknown, changes: readonly Mutation[]): unknown {
  const holder = { value: copy(value) };
  for (const change of changes) apply(holder, change);
  return holder.value;
}

/** Something that has a value: an object, and a key of it. */
interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function apply(root: { value: unknown }, { at, how, value, key }: Mutation): void {
  const places = placesIn(root);
  const place = places[at % places.length] as Place;
  const { holder } = place;
  const old = read(place);
  // The outermost place is the value itself: it can be another one, but not be left out, or throw.
  if (holder === (root as unknown) && !how.endsWith('around') && how !== 'add') {
    return define(place, { value: value.make() });
  }
  switch (how) {
    case 'replace':
      return define(place, { value: value.make() });
    case 'remove':
      if (Object.getOwnPropertyDescriptor(holder, place.key)?.configurable) delete holder[place.key];
      return;
    case 'add':
      if (isPlain(old)) define({ holder: old, key }, { value: value.make() });
      return;
    case 'throwing':
      return define(place, {
        get: () => {
          throw new Sabotage(`reading ${place.key}`);
        },
      });
    case 'changing': {
      let looks = 0;
      return define(place, { get: () => (++looks === 1 ? old : value.make()) });
    }
    default:
      if (isPlain(old)) define(place, { value: around(how, old) });
  }
}

function around(how: How, old: Record<string, unknown>): unknown {
  switch (how) {
    case 'proxy around':
      return new Proxy(old, {});
    case 'revoked around': {
      const { proxy, revoke } = Proxy.revocable(old, {});
      revoke();
      return proxy;
    }
    case 'frozen around':
      return Object.freeze(old);
    case 'bare around':
      return Object.defineProperties(Object.create(null) as object, Object.getOwnPropertyDescriptors(old));
    case 'inherited around':
      return Object.create(old);
    default:
      return Object.defineProperties(
        runInNewContext('({})') as object,
        Object.getOwnPropertyDescriptors(old),
      );
  }
}

/** Where something could be changed: the outermost first. */
function placesIn(root: Record<string, unknown>): Place[] {
  const found: Place[] = [];
  const seen = new Set<unknown>();
  const queue = [root];
  for (let next = queue.shift(); next && found.length < 200; next = queue.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const key of Object.keys(next).slice(0, 30)) {
      const place = { holder: next, key };
      found.push(place);
      const value = read(place);
      if (isPlain(value)) queue.push(value);
    }
  }
  return found;
}

function read({ holder, key }: Place): unknown {
  try {
    return holder[key];
  } catch {
    return undefined;
  }
}

function define({ holder, key }: Place, descriptor: PropertyDescriptor): void {
  try {
    Object.defineProperty(holder, key, {
      configurable: true,
      enumerable: true,
      ...('value' in descriptor && { writable: true }),
      ...descriptor,
    });
  } catch {
    // It is frozen by now: then this change is none.
  }
}

/** Made by a literal, or a list: something whose parts may be changed. */
function isPlain(value: unknown): value is Record<string, unknown> {
  try {
    // What is frozen is a declaration, which is also a reference: a copy would be another one.
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return false;
    if (Array.isArray(value)) return value.length < 1_000;
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
  } catch {
    return false;
  }
}

function copy(value: unknown): unknown {
  if (!isPlain(value)) return value;
  if (Array.isArray(value)) return value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}
