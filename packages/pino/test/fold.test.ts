/** Crash loops in the log: the same stack is not printed again and again, and nothing goes untold. */
import { SimulatedClock, type SupervisionEvent, type WorkerOptions, supervisor, task } from '@coppice/core';
import { type LogEventsOptions, logEvents } from '@coppice/pino';
import pino from 'pino';

type Record = { [key: string]: any }; // oxlint-disable-line typescript/no-explicit-any -- parsed JSON

const BOOM = Object.assign(new TypeError('boom'), { stack: 'TypeError: boom\n    at there (a.js:1:1)' });
const OTHER = Object.assign(new RangeError('other'), { stack: 'RangeError: other\n    at here (a.js:2:2)' });

/** A child that fails each 100 ms with what `errorOf` says of that run; undefined: it goes on. */
async function loop(
  errorOf: (run: number) => Error | undefined,
  { log = {}, ...options }: Partial<WorkerOptions> & { log?: LogEventsOptions } = {},
) {
  const records: Record[] = [];
  const logger = pino(
    { base: null, timestamp: false },
    { write: (line: string) => void records.push(JSON.parse(line)) },
  );
  const clock = new SimulatedClock();
  const flaky = task({
    id: 'flaky',
    maxRestarts: 10_000,
    withinMs: 1e9,
    ...options,
    run: async ({ attempt, sleep }) => {
      await sleep(100);
      const error = errorOf(attempt);
      if (error) throw error;
      await sleep(1e9);
    },
  });
  const tree = supervisor({ id: 'shop', children: [flaky] }).handle({ clock });
  const off = logEvents(tree, logger, log);
  await tree.start();
  const said = () => records.splice(0).filter(({ event }) => /crashed|folded|gave-up/.test(event));
  return { tree, clock, said, off };
}

test('the first three in full, then what was said before, and how often', async () => {
  const { clock, said } = await loop(() => BOOM);
  await clock.advance(550);
  const crashes = said();
  expect(crashes.map(({ err }) => err.stack)).toEqual([
    BOOM.stack,
    BOOM.stack,
    BOOM.stack,
    'TypeError: boom',
    'TypeError: boom',
  ]);
  const [first, , third, fourth] = crashes;
  expect(third).not.toHaveProperty('times');
  expect(fourth).toMatchObject({
    event: 'child:crashed',
    times: 4,
    sameAs: first?.['seq'],
    err: { type: 'TypeError', message: 'boom', stack: 'TypeError: boom' },
    msg: 'shop/flaky crashed after 100 ms: boom (the same error, 4 times)',
  });
});

test('another error ends the series, and is printed in full', async () => {
  const { clock, said } = await loop((run) => (run <= 5 ? BOOM : OTHER));
  await clock.advance(650);
  const [first, , , , , folded, other] = said();
  expect(folded).toEqual({
    level: 40,
    event: 'log:folded',
    path: 'shop/flaky',
    sameAs: first?.['seq'],
    times: 5,
    forMs: 400,
    ended: 'other-error',
    msg: 'shop/flaky failed 5 times in 400 ms with the same error, and now with another one: boom',
  });
  expect(other?.['err'].stack).toBe(OTHER.stack);
});

test.each([
  ['message', Object.assign(new TypeError('bang'), { stack: BOOM.stack })],
  ['stack', Object.assign(new TypeError('boom'), { stack: 'TypeError: boom\n    at another (a.js:3:3)' })],
  ['code', Object.assign(new TypeError('boom'), { stack: BOOM.stack, code: 'E_BOOM' })],
  ['cause', Object.assign(new TypeError('boom', { cause: OTHER }), { stack: BOOM.stack })],
])('an error with another %s is another error', async (_, changed) => {
  const { clock, said } = await loop((run) => (run === 5 ? changed : BOOM));
  await clock.advance(550);
  expect(said().filter(({ err }) => /^ {4}at /m.test(err?.stack))).toHaveLength(4);
});

test('three or fewer are nothing to tell of', async () => {
  const { clock, said } = await loop((run) => (run <= 3 ? BOOM : OTHER));
  await clock.advance(450);
  expect(said().map(({ event }) => event)).toEqual(Array.from({ length: 4 }, () => 'child:crashed'));
});

test('its restart has worked: that is told when the time of the series is over', async () => {
  const { clock, said } = await loop((run) => (run <= 212 ? BOOM : undefined));
  await clock.advance(59_999);
  expect(said()).toHaveLength(212);
  await clock.advance(200);
  expect(said()).toMatchObject([
    {
      level: 30,
      ended: 'recovered',
      times: 212,
      msg: 'shop/flaky failed 212 times in 21.1 s with the same error, and has been up for 38.9 s since: boom',
    },
  ]);
});

test('a loop that goes on is told of each minute, and its stack is printed again', async () => {
  const { clock, said } = await loop(() => BOOM);
  await clock.advance(180_050);
  const records = said();
  expect(
    records.filter(({ event }) => event === 'log:folded').map(({ ended, times }) => [ended, times]),
  ).toEqual([
    ['time', 600],
    ['time', 600],
  ]);
  expect(records.filter(({ err }) => err?.stack === BOOM.stack)).toHaveLength(9);
});

test('it gives up', async () => {
  const { clock, said } = await loop(() => BOOM, { maxRestarts: 4, withinMs: 60_000, giveUp: 'park' });
  await clock.advance(600);
  expect(said().slice(-2)).toMatchObject([
    { event: 'log:folded', ended: 'gave-up', times: 5 },
    { event: 'child:gave-up' },
  ]);
});

test('its supervisor gives up', async () => {
  const { clock, said, tree } = await loop(() => BOOM);
  await tree.reconcile([]);
  expect(said()).toEqual([]);
  const records: Record[] = [];
  const logger = pino({}, { write: (line: string) => void records.push(JSON.parse(line)) });
  const own = task({ id: 'own', run: () => Promise.reject(BOOM) });
  const other = supervisor({ id: 'other', maxRestarts: 5, children: [own] }).handle({ clock });
  logEvents(other, logger);
  await other.start();
  await clock.advance(100);
  const at = records.findIndex(({ event }) => event === 'log:folded');
  expect(records.slice(at - 1, at + 2)).toMatchObject([
    { event: 'child:crashed', times: 6 },
    { event: 'log:folded', path: 'other/own', ended: 'gave-up', times: 6 },
    { event: 'supervisor:gave-up' },
  ]);
});

test.each([
  ['the tree', ({ tree }: Awaited<ReturnType<typeof loop>>) => tree.stop()],
  ['the child', ({ tree }: Awaited<ReturnType<typeof loop>>) => tree.terminateChild('flaky')],
  ['the logging', ({ off }: Awaited<ReturnType<typeof loop>>) => Promise.resolve(off())],
])('%s is stopped: what has not been told is told, and no timer is left', async (_, stop) => {
  const running = await loop(() => BOOM);
  await running.clock.advance(550);
  running.said();
  await stop(running);
  expect(running.said()).toMatchObject([
    {
      event: 'log:folded',
      ended: 'stopped',
      times: 5,
      msg: 'shop/flaky failed 5 times in 400 ms with the same error, until it was stopped: boom',
    },
  ]);
  await running.tree.stop().catch(() => undefined);
  expect(running.clock.pendingTimers).toBe(0);
  await running.clock.advance(200_000);
  expect(running.said()).toEqual([]);
});

test('it is a matter of each child; a sibling that takes it along does not end its series', async () => {
  const { clock, said } = await loop((run) => (run % 2 === 0 ? BOOM : undefined));
  await clock.advance(1_000);
  expect(said()).toHaveLength(0);

  const records: Record[] = [];
  const logger = pino({}, { write: (line: string) => void records.push(JSON.parse(line)) });
  // They fail in turn, so that each takes the other along each other time.
  const failing = (id: string, turn: number) =>
    task({
      id,
      maxRestarts: 100,
      withinMs: 1e9,
      run: async ({ attempt, sleep }) => {
        await sleep(attempt % 2 === turn ? 10 : 1e9);
        throw BOOM;
      },
    });
  const pair = supervisor({
    id: 'pair',
    strategy: 'one-for-all',
    children: [failing('a', 0), failing('b', 1)],
  });
  const tree = pair.handle({ clock });
  logEvents(tree, logger);
  await tree.start();
  await clock.advance(205);
  const folded = records.filter(({ event, times }) => event === 'child:crashed' && times > 3);
  expect(folded.length).toBeGreaterThan(5);
  expect(records.filter(({ event }) => event === 'log:folded')).toEqual([]);
  await tree.stop();
});

test('not at all, if that is wanted; and with other numbers', async () => {
  const full = await loop(() => BOOM, { log: { fold: false } });
  await full.clock.advance(1_050);
  expect(full.said().filter(({ err }) => err.stack === BOOM.stack)).toHaveLength(10);

  const usual = await loop(() => BOOM, { log: { fold: true } });
  await usual.clock.advance(1_050);
  expect(usual.said().filter(({ err }) => err.stack === BOOM.stack)).toHaveLength(3);

  const early = await loop(() => BOOM, { log: { fold: { after: 1, withinMs: 500 } } });
  await early.clock.advance(1_050);
  expect(early.said().map(({ event, times, ended }) => ended ?? times ?? event)).toEqual([
    'child:crashed',
    2,
    3,
    4,
    5,
    'time',
    'child:crashed',
    2,
    3,
    4,
    5,
  ]);
});

test('what is remembered is bounded: of too many children the one that failed first is told of', () => {
  const listeners: ((event: SupervisionEvent) => void)[] = [];
  const source = {
    on: (_: string, listener: (event: SupervisionEvent) => void) => void listeners.push(listener),
    off: () => undefined,
  };
  const records: Record[] = [];
  const logger = pino({}, { write: (line: string) => void records.push(JSON.parse(line)) });
  const clock = new SimulatedClock();
  logEvents(source, logger, { clock });
  let seq = 0;
  const crash = (id: string) => {
    const event = {
      type: 'child:crashed',
      seq: ++seq,
      at: 0,
      path: `shop/${id}`,
      supervisor: 'shop',
      id,
      kind: 'task',
      incarnation: 1,
      restart: 'permanent',
      error: { name: 'Error', message: 'boom', stack: 'x' },
      uptimeMs: 1,
    } as const;
    for (const listener of listeners) listener(event);
  };
  for (let n = 0; n < 4; n++) crash('first');
  for (let n = 0; n < 255; n++) crash(`child-${n}`);
  expect(records.filter(({ event }) => event === 'log:folded')).toEqual([]);
  crash('one-more');
  expect(records.filter(({ event }) => event === 'log:folded')).toMatchObject([
    { path: 'shop/first', times: 4, ended: 'time' },
  ]);
});
