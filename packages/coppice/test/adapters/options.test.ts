/** Wrong options are refused where they stand, with an error that says how to mend them. */
import { createServer } from 'node:http';
import { consume, fromEmitter, httpServer, interval, poller, supervisor } from 'coppice';

const run = () => {};
/** What a program without types may pass. */
const any = (value: unknown) => value as never;

function thrownBy(declare: () => unknown): { code: string; message: string; path: string } {
  try {
    declare();
  } catch (error) {
    return error as ReturnType<typeof thrownBy>;
  }
  throw new Error('nothing was thrown');
}

const server = () => createServer();
const wrong: [string, () => unknown, string, string][] = [
  [
    'a duration as text',
    () => interval({ id: 'a', everyMs: any('5'), run }),
    'COPPICE_INVALID_OPTION',
    "everyMs of interval() has to be a finite number of milliseconds above 0; got '5'. What comes from the environment is text: write Number(...) (at a)",
  ],
  ['no duration', () => interval(any({ id: 'a', run })), 'COPPICE_INVALID_OPTION', 'got undefined'],
  [
    'an interval of 0',
    () => interval({ id: 'a', everyMs: 0, run }),
    'COPPICE_INVALID_OPTION',
    'above 0; got 0',
  ],
  [
    'an endless pause',
    () => poller({ id: 'a', pauseMs: Infinity, run }),
    'COPPICE_INVALID_OPTION',
    'got Infinity',
  ],
  [
    'a jitter above 1',
    () => poller({ id: 'a', pauseMs: 1, jitter: 10, run }),
    'COPPICE_INVALID_OPTION',
    'jitter of poller() has to be a number from 0 to 1',
  ],
  [
    'no function',
    () => poller({ id: 'a', pauseMs: 1, run: any(1) }),
    'COPPICE_INVALID_FUNCTION',
    'run has to be a function; got 1',
  ],
  [
    'a misspelt option',
    () => interval(any({ id: 'a', evryMs: 1, everyMs: 1, run })),
    'COPPICE_UNKNOWN_OPTION',
    "a child of interval() has no option 'evryMs', did you mean 'everyMs'?; its options are id, restart",
  ],
  [
    'a misspelt option that has to be there',
    () => interval(any({ id: 'a', every: 1, run })),
    'COPPICE_UNKNOWN_OPTION',
    "a child of interval() has no option 'every', did you mean 'everyMs'?",
  ],
  [
    'a misspelt option of all children',
    () => interval(any({ id: 'a', restrat: 'permanent', everyMs: 1, run })),
    'COPPICE_UNKNOWN_OPTION',
    "did you mean 'restart'?",
  ],
  [
    'what the adapter does itself',
    () => httpServer(any({ id: 'a', port: 0, server, stop: run })),
    'COPPICE_UNKNOWN_OPTION',
    "a child of httpServer() has no option 'stop'",
  ],
  [
    'what the adapter of a task does itself',
    () => consume(any({ id: 'a', source: run, each: run, run })),
    'COPPICE_UNKNOWN_OPTION',
    "has no option 'run'",
  ],
  [
    'no options',
    () => interval(any(undefined)),
    'COPPICE_NOT_A_SPEC',
    'expected the options of interval(), got undefined',
  ],
  ['no id', () => interval(any({ everyMs: 1, run })), 'COPPICE_MISSING_ID', ''],
  [
    'a wrong option of all children',
    () => interval({ id: 'a', everyMs: 1, shutdownMs: -1, run }),
    'COPPICE_INVALID_SHUTDOWN',
    '',
  ],
  [
    'a port as text',
    () => httpServer({ id: 'a', port: any('80'), server }),
    'COPPICE_INVALID_OPTION',
    'port of httpServer() has to be a whole number from 0 to 65,535',
  ],
  [
    'a port too high',
    () => httpServer({ id: 'a', port: 65_536, server }),
    'COPPICE_INVALID_OPTION',
    'got 65536',
  ],
  [
    'an empty host',
    () => httpServer({ id: 'a', port: 1, host: '', server }),
    'COPPICE_INVALID_OPTION',
    "host of httpServer() has to be an address or a name, like '127.0.0.1'; got ''",
  ],
  [
    'a server for a factory',
    () => httpServer({ id: 'a', port: 1, server: any(createServer()) }),
    'COPPICE_INVALID_START',
    'server has to be a function that makes a new one for each start, since nothing can be started twice; got an instance of Server. Write server: () => ...',
  ],
  [
    'a listener for a factory',
    () => httpServer({ id: 'a', port: 1, server: any((_: unknown, res: { end(): void }) => res.end()) }),
    'COPPICE_INVALID_OPTION',
    'got one with 2 parameters, a request listener. Write server: () => app',
  ],
  [
    'no factory',
    () => httpServer(any({ id: 'a', port: 1 })),
    'COPPICE_MISSING_START',
    'a child of httpServer() needs server',
  ],
  [
    'no stop',
    () => fromEmitter(any({ id: 'a', create: run })),
    'COPPICE_INVALID_FUNCTION',
    'stop has to be a function; got undefined',
  ],
  [
    'a name that is none',
    () => fromEmitter(any({ id: 'a', create: run, stop: run, end: ['x', 3] })),
    'COPPICE_INVALID_OPTION',
    'end of fromEmitter() has to be the name of an event',
  ],
  [
    'a concurrency of 0',
    () => consume({ id: 'a', source: () => [], each: run, concurrency: 0 }),
    'COPPICE_INVALID_OPTION',
    'concurrency of consume() has to be a whole number from 1',
  ],
  [
    'a stream for a factory',
    () => consume({ id: 'a', source: any([1]), each: run }),
    'COPPICE_INVALID_START',
    'Write source: () => ...',
  ],
];

test.each(wrong)('%s is refused', (_, declare, code, text) => {
  const error = thrownBy(declare);
  expect(error.code).toBe(code);
  expect(error.message).toContain(text);
});

test('instances are refused by type', () => {
  // @ts-expect-error -- a server can be started once only
  expect(() => httpServer({ id: 'a', port: 0, server: createServer() })).toThrow('Write server');
  const app = (_request: unknown, response: { end(): void }) => response.end();
  // @ts-expect-error -- the app itself is not the function that makes it
  expect(() => httpServer({ id: 'a', port: 0, server: app })).toThrow('Write server');
});

test('a declaration is frozen data that can be spread', () => {
  const tick = interval({ id: 'tick', everyMs: 10, restart: 'transient', run });
  expect(Object.isFrozen(tick)).toBe(true);
  expect(tick).toMatchObject({ kind: 'task', id: 'tick', restart: 'transient', shutdownMs: 5_000 });
  expect(supervisor({ id: 'app', children: [tick, { ...tick, id: 'tock' }] }).children).toHaveLength(2);
});
