import { UsageError, parseOptions } from './options.js';

test('without arguments it runs until a signal comes, on the usual port, in peace', () => {
  expect(parseOptions([], false)).toMatchObject({
    help: false,
    verbose: false,
    forMs: undefined,
    port: 9464,
    chaos: false,
  });
});

test('it logs for eyes in a terminal, otherwise for machines, unless it is told', () => {
  expect([parseOptions([], true).log, parseOptions([], false).log]).toEqual(['pretty', 'json']);
  expect(parseOptions(['--log', 'json'], true).log).toBe('json');
  expect(parseOptions(['--log', 'pretty'], false).log).toBe('pretty');
});

test('all of them', () => {
  const args = '--for 2.5 --port 0 --chaos --seed 7 --log pretty --verbose'.split(' ');
  expect(parseOptions(args, false)).toEqual({
    help: false,
    forMs: 2500,
    port: 0,
    chaos: true,
    seed: 7,
    log: 'pretty',
    verbose: true,
  });
});

test.each([
  [['--for', 'ever'], "--for takes a number, got 'ever'"],
  [['--for', '0'], '--for takes a number of seconds above 0'],
  [['--port', '65535'], '--port takes a whole number from 0 to 65534'],
  [['--port', ''], '--port takes a number'],
  [['--log', 'xml'], "--log takes pretty or json, got 'xml'"],
  [['--seed', '1'], '--seed needs --chaos'],
  [['--fro', '3'], "Unknown option '--fro'"],
  [['3'], 'Unexpected argument'],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args, true)).toThrow(UsageError);
  expect(() => parseOptions(args, true)).toThrow(message);
});
