import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import pino from 'pino';
import pinoPretty from 'pino-pretty';
import transport, {
  type PrettySupervisionOptions,
  prettySupervision,
  prettySupervisionFormat,
} from '@coppice/pino/pretty';

const crashed = {
  level: 50,
  time: 1_000,
  event: 'child:crashed',
  seq: 5,
  path: 'shop/feeds/poller',
  kind: 'task',
  incarnation: 1,
  err: { type: 'Error', message: 'boom', stack: 'Error: boom\n    at run (/srv/a.js:1:2)' },
  msg: 'shop/feeds/poller crashed after 312 ms: boom',
};
const print = (...records: (object | string)[]) => {
  const format = prettySupervisionFormat({ colorize: false });
  return records.map((record) => format(record)).join('');
};

describe('a record of a tree', () => {
  test('is a line, as deep as the child is, with its stack below', () => {
    expect(print(crashed)).toBe(
      '    +0 ms ERROR: │ │ ✖ shop/feeds/poller crashed after 312 ms: boom\n' +
        '                 │ │   at run (/srv/a.js:1:2)\n',
    );
  });

  test('which also comes as JSON', () => {
    expect(print(JSON.stringify(crashed))).toBe(print(crashed));
  });

  test('with the level as a word, if a formatter of the logger makes one of it', () => {
    expect(print({ ...crashed, level: 'error' })).toContain('│ │ ✖ shop/feeds/poller');
  });

  test('has no other fields, and none of it is taken for a colour or a move of the cursor', () => {
    const evil = '\u001b[2J\u001b[31mred\u0007\u009b1m';
    const text = print({
      ...crashed,
      path: `shop/${evil}`,
      msg: `shop/${evil} crashed: ${evil}\nnext\tline`,
    });
    expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
    expect(text).not.toMatch(/seq|kind|incarnation/);
    expect(text).toContain('\n                 │   next\tline\n');
  });

  test.each([
    ['child:started', 30, '●'],
    ['child:restarting', 40, '↻'],
    ['child:stopped', 20, '○'],
    ['child:removed', 20, '·'],
    ['supervisor:gave-up', 60, '✖'],
    ['log:folded', 40, '·'],
  ])('%s has a sign', (event, level, sign) => {
    expect(print({ level, event, path: 'shop', msg: 'shop: so it is' })).toMatch(
      new RegExp(`^ *[A-Z]+: ${sign} shop: so it is\n$`),
    );
  });
});

describe('stacks', () => {
  const at = (...frames: string[]) => frames.map((frame) => `\n    at ${frame}`).join('');
  const withStack = (stack: string, more: object = {}) => ({
    ...crashed,
    err: { ...crashed.err, stack, ...more },
  });
  const below = (...records: object[]) =>
    print(...records)
      .split('\n')
      .filter((line) => line.startsWith(' '.repeat(17)))
      .map((line) => line.replace(/^[ │]+/, ''));

  test('are those of the user, as seen from where the program was started', () => {
    const stack =
      'Error: boom' +
      at(
        `run (${process.cwd()}/src/feeds.js:3:4)`,
        `async file://${process.cwd()}/src/main.mjs:9:1`,
        'emit (node:events:517:28)',
        'node:internal/timers:1:1',
        'query (/srv/node_modules/pg/lib/client.js:5:6)',
      );
    expect(below(withStack(stack))).toEqual(['at run (src/feeds.js:3:4)', 'at async src/main.mjs:9:1']);
  });

  test('are printed once, also as a cause; without their heads, which are in the message', () => {
    const cause = `RangeError: deeper${at('f (/srv/b.js:1:1)')}`;
    const first = withStack(`Error: boom${at('run (/srv/a.js:1:2)')}\ncaused by: ${cause}`);
    const again = { ...withStack(cause), msg: 'shop/feeds/poller crashed after 1 ms: deeper' };
    const other = withStack(`Error: new${at('g (/srv/c.js:1:1)')}\ncaused by: ${cause}`);
    expect(below(first, first, again, other)).toEqual([
      'at run (/srv/a.js:1:2)',
      'caused by: RangeError: deeper',
      'at f (/srv/b.js:1:1)',
      'Error: new',
      'at g (/srv/c.js:1:1)',
    ]);
  });

  test('are the same if they differ in what is not shown', () => {
    const stack = (hidden: string) => `Error: boom${at('run (/srv/a.js:1:2)', hidden)}`;
    const first = withStack(stack('node:internal/timers:1:1'));
    const again = withStack(stack('start (/srv/node_modules/x/x.js:5:6)'));
    const other = withStack(stack('start (/srv/b.js:5:6)'));
    expect(below(first, again, other)).toEqual([
      'at run (/srv/a.js:1:2)',
      'at run (/srv/a.js:1:2)',
      'at start (/srv/b.js:5:6)',
    ]);
  });

  test('of causes and of errors in errors, as pino.stdSerializers.errWithCause has them', () => {
    const inner = (name: string) => ({ type: 'Error', message: name, stack: `Error: ${name}` });
    const record = withStack('Error: boom', {
      cause: inner('why'),
      aggregateErrors: [inner('one'), inner('two')],
    });
    expect(below(record)).toEqual([
      'caused by: Error: why',
      'one of them: Error: one',
      'one of them: Error: two',
    ]);
  });

  test('of giving up are those of what was given up over', () => {
    const stack = `GaveUpError: 'shop' gave up${at('step (/srv/x.js:1:1)')}\ncaused by: Error: boom${at('run (/srv/a.js:1:2)')}`;
    expect(below(withStack(stack))).toEqual(['caused by: Error: boom', 'at run (/srv/a.js:1:2)']);
  });

  test('that a serializer has made something else of are left out', () => {
    expect(below({ ...crashed, err: 'boom' }, { ...crashed, err: { stack: 7 } })).toEqual([]);
  });

  test('are known again as long as there are not too many others', () => {
    const many = Array.from({ length: 200 }, (_, n) => withStack(`Error: ${n}`));
    const once = withStack(`Error: boom${at('run (/srv/a.js:1:2)')}`);
    expect(below(once, ...many.slice(1), once)).toHaveLength(1 + 199);
    expect(below(once, ...many, once)).toHaveLength(2 + 200);
  });
});

test('what a child logs stands where it stands', () => {
  const record = { level: 30, time: 5, path: 'shop/db', incarnation: 2, host: 'localhost', msg: 'connected' };
  expect(print(record)).toBe('    +0 ms  INFO: │ shop/db: connected\n    host: "localhost"\n');
  expect(print({ ...record, host: undefined, msg: 'two\nlines' })).toBe(
    '    +0 ms  INFO: │ shop/db: two\n                 │   lines\n',
  );
});

test('what an application says of itself stands beside the events of its tree', () => {
  const ready = {
    level: 30,
    time: 5,
    event: 'application:ready',
    application: 'shop',
    startMs: 7.1,
    children: 2,
    msg: 'ready after 7 ms',
  };
  expect(print(ready)).toBe('    +0 ms  INFO: ● shop: ready after 7 ms\n');
});

test.each([
  ['a record', { level: 30, msg: 'hello', a: 1 }],
  [
    'with an error',
    { level: 50, msg: 'oh', err: { type: 'Error', message: 'x', stack: 'Error: x\n    at y' } },
  ],
  ['with a path of its own', { level: 30, msg: 'GET', path: '/index.html' }],
  ['with an event of its own', { level: 30, msg: 'sold', event: 'sold', path: 'shop/db' }],
  ['without a message', { level: 20, b: 2 }],
  ['of control characters', { level: 30, msg: 'a\u001b[31mb' }],
  ['no JSON', 'plain text'],
])('%s that is not of a tree looks as pino-pretty prints it', (_, record) => {
  const plain = pinoPretty.prettyFactory({ colorize: false, ignore: 'pid,hostname' });
  const text = (line: string) => line.replace(/^ */, '').replaceAll(/ +$/gm, '');
  expect(text(print(record))).toBe(text(plain(record)));
});

describe('times', () => {
  const times = (...at: unknown[]) =>
    print(...at.map((time) => ({ level: 30, time, msg: '.' })))
      .split('\n')
      .map((line) => line.replace(/ +INFO: \.$/, '').trim())
      .slice(0, -1);

  test('say how long after the first one', () => {
    expect(times(1_000, 1_012, 4_250, 61_000, 127_000, 7_201_000)).toEqual([
      '+0 ms',
      '+12 ms',
      '+3.25 s',
      '+1.0 min',
      '+2.1 min',
      '+2.0 h',
    ]);
  });

  test('from 0 on, as ISO strings, back in time, and none', () => {
    expect(times(0, 5)).toEqual(['+0 ms', '+5 ms']);
    expect(times('2026-11-22T12:00:00.000Z', '2026-11-22T12:00:01.500Z')).toEqual(['+0 ms', '+1.50 s']);
    expect(times(10, 5)).toEqual(['+0 ms', '+0 ms']);
    expect(times('noon')).toEqual(['noon']);
  });

  test('of the day, if they are asked for; and all other options are those of pino-pretty', () => {
    const options: PrettySupervisionOptions = {
      colorize: false,
      translateTime: 'UTC:HH:MM:ss',
      minimumLevel: 'info',
      customPrettifiers: { host: () => 'here' },
    };
    const format = prettySupervisionFormat(options);
    expect(format({ ...crashed, time: Date.UTC(2026, 0, 1, 12) })).toMatch(/^\[12:00:00\] ERROR: │ │ ✖ /);
    expect(format({ level: 20, msg: 'too quiet' })).toBe('');
    expect(format({ level: 30, msg: 'x', host: 'there' })).toContain('host: here');
  });
});

test('as a stream', async () => {
  const destination = new PassThrough({ encoding: 'utf8' });
  let text = '';
  destination.on('data', (chunk: string) => (text += chunk));
  const stream = prettySupervision({ colorize: false, destination });
  const logger = pino({ base: null, timestamp: () => ',"time":7' }, stream);
  logger.error({ ...crashed, level: undefined, time: undefined, msg: undefined }, crashed.msg);
  stream.end();
  await once(destination, 'end');
  expect(text).toBe(print(crashed));
});

test('as a transport, in a thread of its own', async () => {
  const destination = join(mkdtempSync(join(tmpdir(), 'pretty-')), 'log.txt');
  const target = join(__dirname, '..', 'dist', 'esm', 'pretty.js');
  const stream = pino.transport<PrettySupervisionOptions>({
    target,
    options: { colorize: false, destination, sync: true },
  }) as NodeJS.EventEmitter & pino.DestinationStream & { end(): void };
  await once(stream, 'ready');
  const logger = pino({ base: null, timestamp: () => ',"time":7' }, stream);
  logger.error({ ...crashed, level: undefined, time: undefined, msg: undefined }, crashed.msg);
  stream.end();
  await once(stream, 'close');
  expect(readFileSync(destination, 'utf8')).toBe(print(crashed));
});

test('its default is what a transport looks for', () => {
  expect(transport).toBe(prettySupervision);
});
