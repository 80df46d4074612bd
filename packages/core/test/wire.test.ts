/** Errors as data: whatever was thrown, it comes out as JSON, and comes back as an Error. */
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import {
  CoppiceError,
  type ErrorWire,
  SimulatedClock,
  fromWire,
  isCoppiceError,
  supervisor,
  task,
  toWire,
} from '@coppice/core';

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const throws = (): never => {
  throw new Error('not to be touched');
};

describe('toWire', () => {
  test('an error with its name, message, code, stack and causes', () => {
    const root = Object.assign(new RangeError('deep'), { code: 42 });
    const error = Object.assign(new TypeError('top', { cause: root }), { code: 'E_TOP' });
    expect(toWire(error)).toStrictEqual({
      name: 'TypeError',
      message: 'top',
      code: 'E_TOP',
      stack: error.stack,
      cause: { name: 'RangeError', message: 'deep', code: 42, stack: root.stack },
    });
  });

  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const nonErrors: [unknown, string][] = [
    [null, 'null'],
    [undefined, 'undefined'],
    ['text', 'text'],
    ['', ''],
    [7, '7'],
    [10n, '10'],
    [Symbol('s'), 'Symbol(s)'],
    [{ status: 500 }, '{"status":500}'],
    [[1, 2], '[1,2]'],
    [revoked, 'a value that cannot be read'],
    [{ toJSON: throws }, 'a value that cannot be read'],
    [{ toJSON: () => undefined }, 'an object'],
  ];
  test.each(nonErrors.map(([value, message]) => ({ value, message })))(
    'what is no error: $message',
    ({ value, message }) => {
      expect(toWire(value)).toEqual({ name: 'NonError', message });
    },
  );

  test('a function, and a cyclic object', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const part = '{"self":{"self":{"self":{"self":{}}}}}';
    expect(toWire(cyclic)).toEqual({ name: 'NonError', message: part });
    expect(toWire(() => 1).name).toBe('NonError');
  });

  test('getters that throw: what can be read is read', () => {
    const error = new Error('readable');
    for (const key of ['stack', 'code', 'cause', 'errors', 'name'])
      Object.defineProperty(error, key, { get: throws });
    expect(toWire(error)).toEqual({ name: 'Error', message: 'readable' });
    const worse = new Error('x');
    Object.defineProperty(worse, 'message', { get: throws });
    expect(toWire(worse)).toMatchObject({ name: 'Error', message: '' });
    expect(() =>
      toWire(new Proxy(error, { get: throws, has: throws, getPrototypeOf: throws })),
    ).not.toThrow();
  });

  test('names, messages and codes that are no text', () => {
    const error = Object.assign(new Error('m'), { name: 7, message: {}, code: { not: 'text' }, stack: null });
    expect(toWire(error)).toEqual({ name: 'Error', message: '' });
  });

  test.each([NaN, Infinity, -Infinity])('a code that is no JSON: %s', (code) => {
    const wire = toWire(Object.assign(new Error('m'), { code }));
    expect(json(wire)).toStrictEqual(wire);
  });

  test('a cause that is the error itself, or one above it', () => {
    const error = new Error('snake') as Error & { cause?: unknown };
    error.cause = error;
    expect(toWire(error).cause).toEqual({ name: 'Circular', message: 'this error is its own cause' });
    const a = new Error('a') as Error & { cause?: unknown };
    const b = new Error('b', { cause: a });
    a.cause = b;
    expect(toWire(a)).toMatchObject({ message: 'a', cause: { message: 'b', cause: { name: 'Circular' } } });
  });

  test('a cause that is null: none, but of a limit that `throw null` has used up', async () => {
    expect(toWire(new Error('boom', { cause: null })).cause).toBeUndefined();
    const thrower = task({ id: 'a', maxRestarts: 0, giveUp: 'park', run: () => Promise.reject(null) }); // oxlint-disable-line typescript/prefer-promise-reject-errors -- that is the point
    const tree = supervisor({ id: 'root', children: [thrower] }).handle({ clock: new SimulatedClock() });
    const gaveUp: unknown[] = [];
    tree.on('child:gave-up', ({ error }) => void gaveUp.push(error.cause));
    await tree.start();
    await tree.stop();
    expect(gaveUp).toEqual([{ name: 'NonError', message: 'null' }]);
  });

  test('a very long chain is cut, and says so', () => {
    let error = new Error('0');
    for (let i = 1; i < 1_000; i++) error = new Error(`${i}`, { cause: error });
    let wire: ErrorWire | undefined = toWire(error);
    let length = 0;
    for (; wire?.cause; wire = wire.cause) length++;
    expect(length).toBeLessThan(20);
    expect(wire).toMatchObject({ name: 'Truncated' });
  });

  test('an AggregateError with its errors; of very many the first ones', () => {
    const error = new AggregateError([new Error('a'), 'b', null], 'several');
    expect(toWire(error)).toMatchObject({
      name: 'AggregateError',
      message: 'several',
      errors: [{ message: 'a' }, { name: 'NonError', message: 'b' }, { name: 'NonError', message: 'null' }],
    });
    expect(toWire(new AggregateError(Array.from({ length: 1_000 }, () => 'x'))).errors!.length).toBeLessThan(
      100,
    );
  });

  test('errors that share causes many times over do not make it endless', () => {
    let error: Error = new Error('bottom');
    for (let i = 0; i < 30; i++)
      error = new AggregateError(
        Array.from({ length: 16 }, () => error),
        `${i}`,
      );
    expect(JSON.stringify(toWire(error)).length).toBeLessThan(1_000_000);
  });

  test('an error of another realm', () => {
    const foreign = runInNewContext(`Object.assign(new TypeError('foreign'), { code: 'E' })`) as unknown;
    expect(toWire(foreign)).toMatchObject({ name: 'TypeError', message: 'foreign', code: 'E' });
  });

  test('an error of ours keeps its code, and is known by it on the other side', async () => {
    const error = (() => {
      try {
        return supervisor({ id: 'a/b', children: [] });
      } catch (thrown) {
        return thrown;
      }
    })() as CoppiceError;
    expect(error.toWire()).toEqual(toWire(error));
    const back = fromWire(json(error.toWire()) as ErrorWire);
    expect(back).not.toBeInstanceOf(CoppiceError);
    expect(isCoppiceError(back)).toBe(true);
    expect(isCoppiceError(back, 'COPPICE_INVALID_ID')).toBe(true);
    expect(isCoppiceError(back, 'COPPICE_MISSING_ID')).toBe(false);
    for (const other of [null, undefined, 7, {}, new Error('x'), { code: 'ENOENT' }])
      expect(isCoppiceError(other)).toBe(false);
  });
});

describe('fromWire', () => {
  test('an Error with name, message, code, stack and cause; an AggregateError if it has errors', () => {
    const back = fromWire({
      name: 'TypeError',
      message: 'top',
      code: 'E',
      stack: 'the stack',
      cause: { name: 'Error', message: 'deep' },
    });
    expect(back).toBeInstanceOf(Error);
    expect(back).toMatchObject({
      name: 'TypeError',
      message: 'top',
      code: 'E',
      stack: 'the stack',
      cause: { message: 'deep' },
    });
    const several = fromWire({
      name: 'AggregateError',
      message: 'm',
      errors: [{ name: 'Error', message: 'a' }],
    });
    expect(several).toBeInstanceOf(AggregateError);
    expect((several as AggregateError).errors).toMatchObject([{ message: 'a' }]);
    expect(Object.keys(back)).toEqual(['code']); // as on a system error of Node
  });

  test.each([['a text'], [null], [{ status: 503 }]])('what is no error has no stack: %j', (thrown) => {
    const back = fromWire(toWire(thrown));
    expect(back.stack).toBeUndefined();
    expect(inspect(back)).not.toContain('    at ');
  });

  test.each([null, undefined, 7, 'text', {}, [], { message: 7 }, { name: 'x', cause: null, errors: 'no' }])(
    'what is no wire form: %j',
    (data) => {
      expect(fromWire(data as never)).toBeInstanceOf(Error);
    },
  );
});

/** Errors as they come: trees of names, messages, codes, causes and errors. */
const { error: anyError } = fc.letrec<{ error: Error }>((tie) => ({
  error: fc
    .record(
      {
        name: fc.string({ unit: 'binary' }),
        message: fc.string({ unit: 'binary' }),
        code: fc.oneof(fc.string(), fc.integer()),
        cause: fc.oneof({ depthSize: 'small' }, fc.string(), tie('error')),
        errors: fc.array(fc.oneof({ depthSize: 'small' }, fc.constant(null), tie('error')), { maxLength: 3 }),
      },
      { requiredKeys: ['name', 'message'] },
    )
    .map(({ errors, cause, message, ...rest }) =>
      Object.assign(
        errors ? new AggregateError(errors, message) : new Error(message),
        rest,
        cause !== undefined && { cause },
      ),
    ),
}));

test('any error: to JSON and back, and to JSON again, is the same', () => {
  fc.assert(
    fc.property(anyError, (error) => {
      const wire = toWire(error);
      expect(json(wire)).toStrictEqual(wire);
      // Stacks and all: what had none gets none.
      expect(toWire(fromWire(json(wire) as ErrorWire))).toStrictEqual(wire);
    }),
    { numRuns: 300 },
  );
});

test('anything at all: toWire does not throw, and gives JSON', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withNullPrototype: true,
        withSparseArray: true,
        withDate: true,
        withMap: true,
      }),
      (value) => {
        const wire = toWire(value);
        expect(typeof wire.message).toBe('string');
        expect(json(wire)).toStrictEqual(wire);
      },
    ),
    { numRuns: 500 },
  );
});

describe('what an error has of its own', () => {
  const fieldsOf = (fields: object): unknown => toWire(Object.assign(new Error('x'), fields)).details;

  test('is kept, and comes back', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: '127.0.0.1',
      port: 5432,
    });
    const wire = toWire(error);
    expect(wire).toMatchObject({
      code: 'ECONNREFUSED',
      details: { errno: -111, syscall: 'connect', address: '127.0.0.1', port: 5432 },
    });
    expect(wire.details).not.toHaveProperty('code'); // it has a place of its own
    const fields = (of: Error): object => Object.fromEntries(Object.entries(of));
    expect(fields(fromWire(json(wire) as ErrorWire))).toEqual(fields(error));
  });

  test('also that of its causes, and the facts of an error of ours', async () => {
    const cause = Object.assign(new Error('no'), { exitCode: 1, signal: null });
    expect(toWire(new Error('top', { cause })).cause?.details).toEqual({ exitCode: 1, signal: null });
    const tree = await supervisor({ id: 'root', children: [] }).start();
    const error = await tree.deleteChild('nobody').catch((thrown: unknown) => thrown);
    expect(toWire(error).details).toMatchObject({ path: 'root/nobody', details: { id: 'nobody' } });
    await tree.stop();
  });

  test('none: no field', () => {
    expect(toWire(new Error('x'))).not.toHaveProperty('details');
    expect(fieldsOf({ handler: () => 1, [Symbol('s')]: 1, nothing: undefined })).toBeUndefined();
  });

  test('as JSON: what is no data is left out, or written as text', () => {
    class Socket {
      fd = 7;
    }
    const at = new Date(0);
    expect(
      fieldsOf({
        big: 10n,
        nan: Number.NaN,
        zero: -0,
        at,
        invalid: new Date(Number.NaN),
        socket: new Socket(),
        bytes: new Uint8Array(3),
        list: [1, undefined, () => 1, 'two'],
        inner: Object.assign(Object.create(null) as object, { yes: true, no: undefined }),
      }),
    ).toStrictEqual({
      big: '10',
      nan: 'NaN',
      zero: 0,
      at: at.toISOString(),
      list: [1, null, null, 'two'],
      inner: { yes: true },
    });
    expect(fieldsOf(runInNewContext('({ foreign: { a: [1] } })') as object)).toEqual({ foreign: { a: [1] } });
  });

  test('getters that throw, cycles, Proxies: the other fields are there', () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    const error = Object.assign(new Error('x'), {
      before: 1,
      revoked,
      hostile: new Proxy({}, { ownKeys: throws }),
    });
    Object.defineProperty(error, 'bad', { get: throws, enumerable: true });
    Object.defineProperty(error, 'good', { get: () => 'read', enumerable: true });
    const cyclic: Record<string, unknown> = { deep: 1 };
    cyclic['self'] = cyclic;
    Object.assign(error, { cyclic, after: 2 });
    const { details } = toWire(error);
    expect(details).toMatchObject({ before: 1, good: 'read', cyclic: { deep: 1 }, after: 2 });
    expect(Object.keys(details!).sort()).toEqual(['after', 'before', 'cyclic', 'good']);
    expect(JSON.stringify(details).length).toBeLessThan(500);
    const proxied = new Proxy(new Error('seen'), { ownKeys: throws });
    expect(toWire(proxied)).toMatchObject({ message: 'seen' });
  });

  test('huge values do no harm: texts are cut, the rest is left out', () => {
    const text = 'é'.repeat(1_000_000);
    const error = Object.assign(new Error('x'), {
      text,
      smile: `${'x'.repeat(999)}😀`,
      list: new Array(1_000_000).fill({ a: 1 }),
      response: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key${i}`, text])),
      [text]: 1,
    });
    const wide = (depth: number): unknown => (depth === 0 ? 1 : new Array(30).fill(wide(depth - 1)));
    expect(JSON.stringify(fieldsOf({ wide: wide(4) })).length).toBeLessThan(2_000); // not 30 ** 4 values
    for (let i = 0; i < 100; i++) Object.assign(error, { [`field${i}`]: i });
    const { details } = toWire(error);
    expect(details!['text']).toBe(`${'é'.repeat(1_000)}…`);
    expect(details!['smile']).toBe(`${'x'.repeat(999)}…`);
    expect((details!['list'] as unknown[]).length).toBe(32);
    expect(Object.keys(details!).length).toBeLessThanOrEqual(32);
    expect(JSON.stringify(details).length).toBeLessThan(100_000);
  });

  test('a field cannot pretend to be something else', () => {
    const hostile = JSON.parse('{"__proto__":{"admin":true},"toString":7,"constructor":1,"ok":1}') as object;
    const error = new Error('x');
    for (const [key, value] of Object.entries(hostile))
      Object.defineProperty(error, key, { value, enumerable: true });
    expect(toWire(error).details).toEqual({ ok: 1 });
    const wire = JSON.parse(
      '{"name":"Error","message":"m","details":{"__proto__":{"admin":true},"toString":7,"message":"other","stack":"s","cause":1,"ok":1}}',
    ) as ErrorWire;
    const back = fromWire(wire);
    expect(Object.entries(back)).toEqual([['ok', 1]]);
    expect(`${back.toString()} ${String('admin' in back)}`).toBe('Error: m false');
    expect(fromWire({ name: 'E', message: 'm', details: 'text' as never })).toMatchObject({ message: 'm' });
  });
});
