/** Errors and reasons on their way to JSON and back, whatever was thrown and whatever comes back. */
import fc from 'fast-check';
import {
  CoppiceError,
  type ErrorWire,
  type ReasonWire,
  fromWire,
  isCoppiceError,
  toWire,
} from '@coppice/core';
import { type ExitReason, isShutdown } from '../../src/model/exit-reason.js';
import { messageOf } from '../../src/model/errors.js';
import { reasonToWire } from '../../src/model/wire.js';
import { HOSTILE_NAMES, anyHostile, hostile } from './hostile.js';
import { peacefully } from './judge.js';
import { show } from '../../src/spec/checks.js';
import { mutated, mutations } from './mutate.js';
import { LIMIT_MS, runs } from './settings.js';

/** In characters of JSON; what is thrown may be of any size, or have no end. */
const MOST = 10_000_000;

function expectWire(wire: ErrorWire | ReasonWire): void {
  const json = JSON.stringify(wire);
  expect(json.length).toBeLessThan(MOST);
  expect(JSON.parse(json)).toEqual(wire);
}

/** An error that carries hostile values wherever an error can carry something. */
const carriers: fc.Arbitrary<{ make: () => unknown }> = fc
  .record({
    key: fc.constantFrom('cause', 'errors', 'code', 'name', 'message', 'stack', 'port', 'toJSON', 'then'),
    value: anyHostile,
    inList: fc.boolean(),
  })
  .map(({ key, value, inList }) => ({
    make: () =>
      Object.defineProperty(new Error('carrier'), key, {
        value: inList ? [value.make(), value.make()] : value.make(),
        enumerable: true,
      }),
    toString: () => `<an error with ${key}: ${inList ? '2 times ' : ''}${show(value)}>`,
  }));

const thrown = fc.oneof(anyHostile, carriers);

test(
  'whatever is thrown has a wire form: JSON, bounded, and it can come back',
  () =>
    peacefully(async () =>
      fc.assert(
        fc.property(thrown, ({ make }) => {
          const wire = toWire(make());
          expectWire(wire);
          expect(typeof wire.name).toBe('string');
          expect(typeof wire.message).toBe('string');
          const back = fromWire(wire);
          expect(back).toBeInstanceOf(Error);
          expect(toWire(back)).toMatchObject({ name: wire.name, message: wire.message });
          expect(typeof isCoppiceError(make())).toBe('boolean');
          expect(typeof isShutdown(make())).toBe('boolean');
          expect(typeof messageOf(make())).toBe('string');
        }),
        runs(1_000),
      ),
    ),
  LIMIT_MS,
);

test(
  'so has each reason to end',
  () =>
    peacefully(async () =>
      fc.assert(
        fc.property(thrown, thrown, ({ make }, other) => {
          const reasons: ExitReason[] = [
            { kind: 'crash', error: make() },
            { kind: 'shutdown', detail: make(), cause: other.make() },
          ];
          for (const reason of reasons) expectWire(reasonToWire(reason));
        }),
        runs(500),
      ),
    ),
  LIMIT_MS,
);

const WIRE = {
  name: 'TypeError',
  message: 'no route',
  code: 'ENOENT',
  stack: 'TypeError: no route',
  details: { port: 80, nested: { list: [1, 2] } },
  cause: { name: 'Error', message: 'inner', cause: { name: 'Error', message: 'innermost' } },
  errors: [
    { name: 'Error', message: 'one' },
    { name: 'Error', message: 'two', errors: [{ name: 'Error', message: 'three' }] },
  ],
};

test(
  'whatever comes as a wire form becomes an error, and a wire form again',
  () =>
    peacefully(async () =>
      fc.assert(
        fc.property(mutations(4), (changes) => {
          const error = fromWire(mutated(WIRE, changes) as ErrorWire);
          expect(error).toBeInstanceOf(Error);
          expect(Object.getPrototypeOf(error)).toBe(
            error instanceof AggregateError ? AggregateError.prototype : Error.prototype,
          );
          for (const key of ['name', 'message']) expect(typeof error[key as 'name']).toBe('string');
          expect(String(error)).toBe(error.toString());
          expectWire(toWire(error));
        }),
        runs(1_000),
      ),
    ),
  LIMIT_MS,
);

test.each(HOSTILE_NAMES)('fromWire of %s', (name) =>
  peacefully(async () => {
    const error = fromWire(hostile(name) as ErrorWire);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(CoppiceError);
  }),
);

test('a wire form with 2^40 ways through it, as a thread can send one, becomes a small error', () => {
  let maze: ErrorWire = { name: 'Error', message: 'the middle' };
  for (let i = 0; i < 40; i++)
    maze = { name: 'AggregateError', message: `${i}`, cause: maze, errors: [maze, maze] };
  let count = 0;
  const walk = (error: unknown): void => {
    if (!(error instanceof Error)) return;
    count++;
    walk(error.cause);
    for (const inner of (error as AggregateError).errors ?? []) walk(inner);
  };
  walk(fromWire(maze));
  expect(count).toBeLessThan(1_000);
});
