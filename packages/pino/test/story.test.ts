/** A whole life of a tree, as it stands in the log: the golden records. */
import { SimulatedClock, service, supervisor, task } from '@coppice/core';
import { logEvents } from '@coppice/pino';
import pino from 'pino';

type Record = { [key: string]: any }; // oxlint-disable-line typescript/no-explicit-any -- parsed JSON

const NAMES: { [level: number]: string } = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

async function story(): Promise<Record[]> {
  const records: Record[] = [];
  const logger = pino(
    { base: null, timestamp: false, level: 'debug' },
    { write: (line: string) => void records.push(JSON.parse(line)) },
  );
  const clock = new SimulatedClock();
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
      throw new TypeError('connect ECONNREFUSED', { cause: new RangeError('port 0') });
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
  return records;
}

test('start, crash, restart, give up, escalate, stop with a stuck child', async () => {
  const records = await story();
  expect(records.map(({ level, msg }) => `${NAMES[level]} ${msg}`)).toEqual([
    'debug starting shop: one-for-one, 3 children',
    'debug starting shop/db',
    'info connected',
    'info shop/db is up after 12 ms',
    'debug starting shop/stuck',
    'info shop/stuck is up after 0 ms',
    'debug starting shop/feeds',
    'debug starting shop/feeds: one-for-one, 1 child',
    'debug starting shop/feeds/poller',
    'info shop/feeds/poller is up after 0 ms',
    'debug shop/feeds is up after 0 ms, with all its children',
    'info shop/feeds is up after 0 ms',
    'info shop is up after 12 ms, with all its children',

    'error shop/feeds/poller crashed after 312 ms: connect ECONNREFUSED',
    'warn restarting shop/feeds/poller (1 of 1 restart within 5 s used)',
    'debug starting shop/feeds/poller, incarnation 2',
    'info shop/feeds/poller is up after 0 ms',

    'error shop/feeds/poller crashed after 312 ms: connect ECONNREFUSED',
    'error shop/feeds gave up: after 1 restart within 5 s shop/feeds/poller needed another one: connect ECONNREFUSED',
    'debug stopping shop/feeds after giving up: connect ECONNREFUSED',
    'debug shop/feeds stopped after giving up: connect ECONNREFUSED',
    'error shop/feeds gave up after 624 ms, though it is permanent: connect ECONNREFUSED',
    'warn restarting shop/feeds (1 of 1 restart within 5 s used)',
    'debug starting shop/feeds, incarnation 2',
    'debug starting shop/feeds: one-for-one, 1 child',
    'debug starting shop/feeds/poller',
    'info shop/feeds/poller is up after 0 ms',
    'debug shop/feeds is up after 0 ms, with all its children',
    'info shop/feeds is up after 0 ms',

    'error shop/feeds/poller crashed after 312 ms: connect ECONNREFUSED',
    'warn restarting shop/feeds/poller (1 of 1 restart within 5 s used)',
    'debug starting shop/feeds/poller, incarnation 2',
    'info shop/feeds/poller is up after 0 ms',
    'error shop/feeds/poller crashed after 312 ms: connect ECONNREFUSED',
    'error shop/feeds gave up: after 1 restart within 5 s shop/feeds/poller needed another one: connect ECONNREFUSED',
    'debug stopping shop/feeds after giving up: connect ECONNREFUSED',
    'debug shop/feeds stopped after giving up: connect ECONNREFUSED',
    'error shop/feeds gave up after 624 ms, though it is permanent: connect ECONNREFUSED',

    'fatal shop gave up: after 1 restart within 5 s shop/feeds needed another one: connect ECONNREFUSED',
    'debug stopping shop after giving up: connect ECONNREFUSED',
    'debug stopping shop/stuck within 500 ms',
    'error shop/stuck did not end within 500 ms (running); it is waited for no longer, and may still be running',
    'warn shop/stuck did not stop in time and counts as killed',
    'debug stopping shop/db within 5 s',
    'debug shop/db stopped',
    'info shop stopped after giving up: connect ECONNREFUSED',
    'warn shop/stuck, incarnation 1, has ended after all, 18.3 s after it was abandoned',
  ]);
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
    path: 'shop/db',
    incarnation: 1,
    host: 'localhost',
    msg: 'connected',
  });
});
