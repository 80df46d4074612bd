/**
 * Values that nobody expects, each made anew and with a name, so that a failing case can be read: what programs hand
 * over by mistake, and what was made to do harm.
 */
import fc from 'fast-check';
import { createContext, runInContext } from 'node:vm';
import { Shutdown, ignore } from '@coppice/core';

/** One hostile value; `toString` is how fast-check prints it. */
export interface Hostile {
  readonly name: string;
  readonly make: () => unknown;
}

/** What hostile code throws. An error of its own that comes out again is its own, and not the library's. */
export class Sabotage extends Error {
  override readonly name = 'Sabotage';
}

const sabotage = (): never => {
  throw new Sabotage('on purpose');
};

/** A realm of its own: its Error, Array and Promise are not ours. */
const realm = createContext({});
const elsewhere = (code: string): unknown => runInContext(code, realm);

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

/** Each trap throws. */
const stingy = (target: object): unknown => new Proxy(target, new Proxy({}, { get: () => sabotage }));

/** Answers to whatever is asked with itself. */
function yesMan(): unknown {
  const self: unknown = new Proxy(() => self, {
    get: () => self,
    apply: () => self,
    has: () => true,
  });
  return self;
}

function cyclicError(): Error {
  const error: Error & { errors?: unknown } = new Error('a ring');
  error.cause = new Error('its other half', { cause: error });
  error.errors = [error, error.cause];
  return error;
}

/** A few objects, and 2^40 ways through them. */
function maze(): unknown {
  let inner: object = new Error('the middle');
  for (let i = 0; i < 40; i++) inner = new AggregateError([inner, inner], `ring ${i}`, { cause: inner });
  return inner;
}

function deep(levels: number): unknown {
  let value: unknown = null;
  for (let i = 0; i < levels; i++) value = { cause: value, inner: [value] };
  return value;
}

function cycle(): unknown {
  const self: Record<string, unknown> = { kind: 'supervisor', id: 'ring' };
  self['children'] = [self];
  self['self'] = self;
  self['cause'] = self;
  return self;
}

/** What an AbortSignal looks like to those who look at one thing only. */
const halfSignal = (parts: object): unknown => ({ aborted: false, addEventListener: () => {}, ...parts });

const getters = (...keys: string[]): unknown =>
  Object.defineProperties(
    {},
    Object.fromEntries(keys.map((key) => [key, { get: sabotage, enumerable: true }])),
  );

/** A promise of ours whose `then` was exchanged. */
const withThen = (then: unknown): unknown => Object.assign(Promise.resolve(1), { then });

const quiet = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

class Thing {
  id = 'thing';
  start(): void {}
}

const MAKERS: Readonly<Record<string, () => unknown>> = {
  // What is forgotten, or confused.
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  'minus zero': () => -0,
  one: () => 1,
  two: () => 2,
  half: () => 0.5,
  'minus one': () => -1,
  NaN: () => NaN,
  Infinity: () => Infinity,
  'minus Infinity': () => -Infinity,
  '2^31': () => 2 ** 31,
  '2^53': () => 2 ** 53,
  'the greatest number': () => Number.MAX_VALUE,
  'the least number': () => Number.MIN_VALUE,
  bigint: () => 10n,
  symbol: () => Symbol('a'),
  'Symbol.iterator': () => Symbol.iterator,
  ignore: () => ignore,
  'empty text': () => '',
  'a number as text': () => '100',
  blank: () => ' \t',
  'a slash': () => 'a/b',
  'two lines': () => 'a\nb',
  'a zero byte': () => 'a\0b',
  'half a character': () => 'a\ud800',
  'the word __proto__': () => '__proto__',
  'the word constructor': () => 'constructor',
  'the word toString': () => 'toString',
  'a long text': () => 'x'.repeat(100_000),
  'a long text of halves': () => '\ud800'.repeat(5_000),
  'words of other tools': () => 'always',
  permanent: () => 'permanent',
  temporary: () => 'temporary',
  // Objects of the wrong kind.
  'an empty object': () => ({}),
  'a bare object': () => Object.assign(Object.create(null) as object, { id: 'bare' }),
  'a frozen object': () => Object.freeze({ id: 'frozen' }),
  'an object of JSON with __proto__': () => JSON.parse('{"__proto__":{"polluted":true},"id":"json"}'),
  'an object of JSON with constructor': () => JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  'an empty list': () => [],
  'a list of itself': () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
  'a list with holes': () => Array(3),
  'a list that is all hole': () => Array(2 ** 32 - 1),
  'a list without an iterator': () => Object.assign([1], { [Symbol.iterator]: undefined }),
  'a list whose iterator throws': () => Object.assign([1], { [Symbol.iterator]: sabotage }),
  'a list with a getter': () => Object.defineProperty([1, 2], 1, { get: sabotage, enumerable: true }),
  'a long list': () => Array.from({ length: 10_000 }, (_, i) => i),
  'a ring': cycle,
  'a deep object': () => deep(5_000),
  'an instance': () => new Thing(),
  'a class': () => Thing,
  Map: () => new Map([['id', 'map']]),
  Set: () => new Set(['a']),
  WeakMap: () => new WeakMap(),
  'a date that is none': () => new Date(NaN),
  'a pattern': () => /a/g,
  bytes: () => Buffer.from('bytes'),
  'a Shutdown': () => new Shutdown('detail'),
  'a Shutdown with a detail that throws': () => new Shutdown(stingy({})),
  'a Shutdown with a detail that is revoked': () => new Shutdown(revoked([])),
  'a Shutdown with a detail that is a ring': () => new Shutdown(cycle()),
  'a Shutdown that does not know its reason': () => Object.assign(new Shutdown(), { toReason: () => null }),
  'a Shutdown that cannot tell its reason': () => Object.assign(new Shutdown(), { toReason: sabotage }),
  // Functions.
  'a function': () => () => 1,
  'a function that throws': () => sabotage,
  'a function that throws null': () => () => {
    throw null;
  },
  'an async function': () => async () => 1,
  'an async function that fails': () => () => quiet(Promise.reject(new Sabotage('later'))),
  'a generator function': () => function* () {},
  'a bound function': () => (() => 1).bind(null),
  'a native function': () => Math.max,
  'a function from elsewhere': () => elsewhere('(() => 1)'),
  'a function that says it is a class': () => Object.assign(() => 1, { toString: () => 'class A {}' }),
  'a function that gives a revoked Proxy': () => () => revoked({}),
  'a function that gives a Proxy': () => () => stingy({}),
  'a function that gives a revoked Proxy later': () => () => quiet(Promise.resolve().then(() => revoked({}))),
  'a function that gives what never comes': () => () => new Promise(() => {}),
  // Objects that are asked in vain.
  'a revoked Proxy': () => revoked({}),
  'a revoked Proxy of a list': () => revoked([]),
  'a revoked Proxy of a function': () => revoked(() => {}),
  'a Proxy whose traps throw': () => stingy({}),
  'a Proxy of a list whose traps throw': () => stingy([]),
  'a Proxy of a function whose traps throw': () => stingy(() => {}),
  'a Proxy that says yes': yesMan,
  'a Proxy of an error': () => new Proxy(new Error('inside'), {}),
  'getters that throw': () =>
    getters('id', 'kind', 'then', 'message', 'name', 'signal', 'children', 'length', 'timeoutMs', 'aborted'),
  'an object that is no text': () => ({
    toString: sabotage,
    valueOf: sabotage,
    [Symbol.toPrimitive]: sabotage,
  }),
  'an object without a tag': () => Object.defineProperty({}, Symbol.toStringTag, { get: sabotage }),
  'an object whose toJSON throws': () => ({ toJSON: sabotage }),
  'an object whose toJSON gives nothing': () => ({ toJSON: () => undefined }),
  'an object whose constructor throws': () => Object.defineProperty({}, 'constructor', { get: sabotage }),
  // Promises, and what looks like one.
  'a promise that never settles': () => new Promise(() => {}),
  'a promise that has failed': () => quiet(Promise.reject(new Sabotage('a promise'))),
  'a promise whose then throws': () => withThen(sabotage),
  'a promise whose then answers twice': () =>
    withThen(
      (yes: (value: unknown) => void, no: (error: unknown) => void) => (
        yes(1), no(new Sabotage('2nd')), yes(2)
      ),
    ),
  'a promise whose then never answers': () => withThen(() => {}),
  'a promise whose then is no function': () => withThen(7),
  'a promise without a constructor': () =>
    Object.defineProperty(Promise.resolve(1), 'constructor', { get: sabotage }),
  'a promise from elsewhere': () => elsewhere('Promise.resolve(1)'),
  'a thenable that never settles': () => ({ then: () => {} }),
  'a thenable that settles twice': () => ({
    then: (yes: (value: unknown) => void, no: (error: unknown) => void) => (
      yes(1), yes(2), no(new Sabotage('2nd'))
    ),
  }),
  'a thenable that throws': () => ({ then: sabotage }),
  'a thenable that gives itself': () => {
    const self: unknown = {
      then: (yes: (value: unknown) => void) => setImmediate(() => yes({ then: () => {} })),
    };
    return self;
  },
  'a thenable whose then throws when it is read': () => getters('then'),
  'a function that is a thenable': () =>
    Object.assign(() => 1, { then: (yes: (value: unknown) => void) => yes(1) }),
  // Signals.
  'an aborted signal': () => AbortSignal.abort(new Sabotage('the signal')),
  'a signal aborted with null': () => AbortSignal.abort(null),
  'a signal that never comes': () => new AbortController().signal,
  'a signal without removeEventListener': () => halfSignal({}),
  'a signal whose removeEventListener throws': () => halfSignal({ removeEventListener: sabotage }),
  'a signal whose addEventListener throws': () =>
    halfSignal({ addEventListener: sabotage, removeEventListener: () => {} }),
  'a signal that calls back at once': () =>
    halfSignal({
      addEventListener: (_: string, call: () => void) => call(),
      removeEventListener: () => {},
      throwIfAborted: () => {},
    }),
  'a signal that lies': () => halfSignal({ aborted: true }),
  'an EventTarget': () => new EventTarget(),
  // Things to throw.
  'an error': () => new Sabotage('an error'),
  'an error with a ring of causes': cyclicError,
  'an error with 2^40 ways to its cause': maze,
  'an error with a long message': () => new Error('m'.repeat(100_000)),
  'an error with getters': () =>
    Object.defineProperties(new Error('g'), {
      cause: { get: sabotage },
      code: { get: sabotage },
      stack: { get: sabotage },
    }),
  'an error whose message is no text': () =>
    Object.assign(new Error('m'), { message: {}, name: 7, stack: 1n }),
  'an error of a foreign class': () => elsewhere(`new TypeError('elsewhere')`),
  'an error with many fields': () =>
    Object.assign(
      new Error('f'),
      Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field${i}`, i])),
    ),
  'an error with evil fields': () =>
    Object.assign(
      new Error('f'),
      JSON.parse('{"__proto__":{"polluted":1},"constructor":1,"toString":1,"then":1}'),
    ),
  'an error with a code of ours': () => Object.assign(new Error('c'), { code: 'COPPICE_STOP_REQUESTED' }),
  'an error that cannot be printed': () =>
    Object.assign(new Error('p'), { [Symbol.for('nodejs.util.inspect.custom')]: sabotage }),
  'an error called AbortError': () => Object.assign(new Error('abort'), { name: 'AbortError' }),
};

const hostiles: readonly Hostile[] = Object.entries(MAKERS).map(([name, make]) => ({
  name,
  make,
  toString: () => `<${name}>`,
}));

/** Makes one by name; see the table above. */
export const hostile = (name: string): unknown => {
  const make = MAKERS[name];
  if (!make) throw new Error(`there is no hostile value '${name}'`);
  return make();
};

export const HOSTILE_NAMES = Object.keys(MAKERS);

/** Any hostile value, to be made when it is used; those at the beginning of the table are the simplest. */
export const anyHostile: fc.Arbitrary<Hostile> = fc.constantFrom(...hostiles);
