import { UsageError, parseOptions } from './options.js';

test('without arguments it runs until a signal comes, on the usual port, in peace', () => {
  expect(parseOptions([])).toMatchObject({ help: false, forMs: undefined, port: 9464, chaos: false });
});

test('all of them', () => {
  expect(parseOptions(['--for', '2.5', '--port', '0', '--chaos', '--seed', '7'])).toEqual({
    help: false,
    forMs: 2500,
    port: 0,
    chaos: true,
    seed: 7,
  });
});

test.each([
  [['--for', 'ever'], "--for takes a number, got 'ever'"],
  [['--for', '0'], '--for takes a number of seconds above 0'],
  [['--port', '65535'], '--port takes a whole number from 0 to 65534'],
  [['--port', ''], '--port takes a number'],
  [['--seed', '1'], '--seed needs --chaos'],
  [['--fro', '3'], "Unknown option '--fro'"],
  [['3'], 'Unexpected argument'],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
