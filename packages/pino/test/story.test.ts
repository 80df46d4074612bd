/**
 * A whole life of a tree, as it stands in the log: start, crash, restart, give up, escalate, stop with a stuck child. The
 * golden records are in `golden`, as JSON and as a developer sees them.
 */
import { SimulatedClock, service, supervisor, task } from '@coppice/core';
import { logEvents } from '@coppice/pino';
import { prettySupervisionFormat } from '@coppice/pino/pretty';
import pino from 'pino';
import { expectGolden } from './golden.js';

type Record = { [key: string]: any }; // oxlint-disable-line typescript/no-explicit-any -- parsed JSON

/** The errors have the stacks of a program of somebody else. */
const refused = (): Error =>
  Object.assign(
    new TypeError('connect ECONNREFUSED', {
      cause: Object.assign(new RangeError('port 0'), {
        stack:
          'RangeError: port 0\n    at check (/srv/shop/node_modules/net/port.js:7:11)\n    at poll (/srv/shop/feeds.js:11:5)',
      }),
    }),
    {
      stack:
        'TypeError: connect ECONNREFUSED\n    at poll (/srv/shop/feeds.js:12:9)\n' +
        '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    },
  );

async function tell(write: (line: string) => void): Promise<void> {
  const clock = new SimulatedClock();
  const logger = pino({ base: null, timestamp: () => `,"time":${clock.now()}`, level: 'debug' }, { write });
  const after = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(resolve, ms));

  const db = service({
    id: 'db',
    start: async ({ log }) => {
      await after(12);
      log.info({ host: 'localhost' }, 'connected');
    },
  });
  const poller = task({
    id: 'poller',
    run: async () => {
      await after(312);
      throw refused();
    },
  });
  const stuck = task({ id: 'stuck', shutdownMs: 500, run: () => after(20_000) });
  const feeds = supervisor({ id: 'feeds', maxRestarts: 1, children: [poller] });
  const shop = supervisor({ id: 'shop', maxRestarts: 1, children: [db, stuck, feeds] });

  const tree = shop.handle({ clock, logger });
  const stopLogging = logEvents(tree, logger);
  const whenUp = tree.start();
  await clock.advance(12);
  await whenUp;
  await clock.advance(20_000);
  stopLogging();
}

async function story(): Promise<Record[]> {
  const records: Record[] = [];
  await tell((line) => void records.push(JSON.parse(line)));
  return records;
}

/** Without the frames that are Coppice's own, which are others after each change of it. */
const ours = /(\\n|\n) +at [^\n\\]*\b(packages|core)[/\\]+[^\n"\\]*/g;

test('the records', async () => {
  const lines: string[] = [];
  await tell((line) => void lines.push(line.replaceAll(ours, '')));
  expectGolden('story.jsonl', lines.join(''));
});

test('the records as a developer sees them', async () => {
  const lines: string[] = [];
  const print = prettySupervisionFormat({ colorize: false });
  await tell((line) => void lines.push(print(line)));
  expectGolden('story.txt', lines.join(''));
});

test('and in colours', async () => {
  const lines: string[] = [];
  const print = prettySupervisionFormat({ colorize: true });
  await tell((line) => void lines.push(print(line)));
  expectGolden('story.ansi', lines.join(''));
});

test('what the records carry', async () => {
  const records = await story();
  const first = (event: string, path: string) =>
    records.find((record) => record['event'] === event && record['path'] === path);

  expect(first('child:restarting', 'shop/feeds/poller')).toEqual({
    level: 40,
    event: 'child:restarting',
    seq: 14,
    path: 'shop/feeds/poller',
    kind: 'task',
    incarnation: 1,
    strategy: 'one-for-one',
    because: 'exit',
    reason: 'crash',
    budget: { used: 1, max: 1, withinMs: 5_000 },
    delayMs: 0,
    time: 324,
    msg: 'restarting shop/feeds/poller (1 of 1 restart within 5 s used)',
  });
  expect(first('supervisor:gave-up', 'shop')).toMatchObject({
    level: 60,
    supervisor: 'shop',
    context: 'gave-up',
    reason: 'reached-max-restarts',
    offender: { path: 'shop/feeds', id: 'feeds' },
    budget: { used: 1, max: 1, withinMs: 5_000 },
    err: { type: 'GaveUpError', code: 'COPPICE_GAVE_UP' },
  });
  expect(first('child:completed', 'shop/feeds')).toMatchObject({
    supervisor: 'shop',
    context: 'child-terminated',
    reason: 'shutdown',
    offender: { path: 'shop/feeds', id: 'feeds', kind: 'supervisor', restart: 'permanent', incarnation: 1 },
    err: { type: 'GaveUpError' },
  });
  expect(first('child:stopped', 'shop/stuck')).toMatchObject({
    supervisor: 'shop',
    context: 'shutdown-error',
    reason: 'killed',
    offender: { path: 'shop/stuck', id: 'stuck', kind: 'task', restart: 'permanent', incarnation: 1 },
  });
  expect(first('child:abandoned', 'shop/stuck')).toMatchObject({ phase: 'running', waitedMs: 500 });
});

test('the whole chain of causes is in the stack of the last error', async () => {
  const records = await story();
  const { err } = records.find(
    ({ event, path }) => event === 'supervisor:gave-up' && path === 'shop',
  ) as Record;
  const heads = (err.stack as string).split('\n').filter((line) => !/^\s+at /.test(line));
  expect(heads.map((line) => line.replace(/^(caused by: \w+|\w+): .*/, '$1'))).toEqual([
    'GaveUpError',
    'caused by: GaveUpError',
    'caused by: TypeError',
    'caused by: RangeError',
  ]);
});

test('the log of a child carries its path and its incarnation', async () => {
  const records = await story();
  expect(records.find(({ msg }) => msg === 'connected')).toEqual({
    level: 30,
    time: 12,
    path: 'shop/db',
    incarnation: 1,
    host: 'localhost',
    msg: 'connected',
  });
});
