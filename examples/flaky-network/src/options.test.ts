import { UsageError, parseOptions } from './options.js';

test('without arguments: 200 clients, at full length, as a story, and chance as it comes', () => {
  expect(parseOptions([])).toEqual({
    help: false,
    clients: 200,
    seed: expect.any(Number),
    fast: false,
    json: false,
  });
});

test('all of them', () => {
  expect(parseOptions(['--clients', '40', '--seed', '0', '--fast', '--json'])).toEqual({
    help: false,
    clients: 40,
    seed: 0,
    fast: true,
    json: true,
  });
  expect(parseOptions(['-h']).help).toBe(true);
});

test.each([
  [['--clients', '39'], "--clients takes a whole number from 40 to 1000, got '39'"],
  [['--clients', '1001'], '--clients takes a whole number'],
  [['--clients', '40.5'], '--clients takes a whole number'],
  [['--clients', ''], '--clients takes a whole number'],
  [['--seed=-1'], "--seed takes a whole number from 0 to 4294967295, got '-1'"],
  [['--seed', 'x'], '--seed takes a whole number'],
  [['--slow'], "Unknown option '--slow'"],
  [['20'], 'Unexpected argument'],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
