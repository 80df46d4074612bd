/** The options of the command. */
import { optionsOf } from './options.js';

test('as they are given', () => {
  expect(optionsOf(['--minutes', '0.5', '--seed', '1_000'])).toEqual({ minutes: 0.5, seed: 1_000 });
  const { minutes, seed } = optionsOf([]);
  expect([minutes, Number.isSafeInteger(seed)]).toEqual([1, true]);
});

test.each([
  [['--minutes', '0'], "--minutes takes a number above 0, not '0'"],
  [['--minutes', ''], "--minutes takes a number above 0, not ''"],
  [['--minutes', 'Infinity'], "--minutes takes a number above 0, not 'Infinity'"],
  [['--seed=-1'], "--seed takes a whole number from 0, not '-1'"],
  [['--seed', '1.5'], "--seed takes a whole number from 0, not '1.5'"],
])('%j', (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
