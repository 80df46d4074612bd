import { SimulatedClock, supervisor, task } from '@coppice/core';
import { narrate } from '@coppice/core/kit';
import pino from 'pino';
import { type LogEventsOptions, logEvents } from '../src/index.js';

/** What the log has of a tree that starts and gives up, at which level; it is told by somebody else as `isTold` says. */
async function records(isTold: () => boolean, options: LogEventsOptions = {}) {
  const found: string[] = [];
  const write = (line: string) => {
    const { level, msg, event } = JSON.parse(line) as { level: number; msg: string; event: string };
    if (event.startsWith('supervisor:')) found.push(`${pino.levels.labels[level]}: ${msg}`);
  };
  const clock = new SimulatedClock();
  const bad = task({
    id: 'bad',
    run: async ({ sleep }) => {
      await sleep(10);
      throw new Error('boom');
    },
  });
  const feeds = supervisor({ id: 'feeds', maxRestarts: 0, children: [bad] });
  const tree = supervisor({ id: 'shop', maxRestarts: 0, children: [feeds] }).handle({ clock });
  narrate(tree, isTold);
  const off = logEvents(tree, pino({ level: 'trace', base: null }, { write }), options);
  await tree.start();
  await clock.advance(10);
  await tree.whenStopped();
  off();
  return found.filter((each) => !/(starting|stopping) shop/.test(each));
}

const nested = [
  'debug: shop/feeds is up after 0 ms, with all its children',
  'error: shop/feeds gave up: shop/feeds/bad failed again after 0 restarts within 5 s, which is the limit: boom',
  'debug: shop/feeds stopped after giving up',
];
const overLimit = 'shop gave up: shop/feeds failed again after 0 restarts within 5 s, which is the limit';

test('what an application tells of its tree is not told a second time', async () => {
  expect(await records(() => true)).toEqual([
    nested[0],
    'debug: shop is up after 0 ms, with all its children',
    ...nested.slice(1),
    `error: ${overLimit}`,
    'debug: shop stopped after giving up',
  ]);
});

test('of a tree of which nobody tells now all is told', async () => {
  expect(await records(() => false)).toEqual([
    nested[0],
    'info: shop is up after 0 ms, with all its children',
    ...nested.slice(1),
    `fatal: ${overLimit}: boom`,
    'info: shop stopped after giving up',
  ]);
});

test('levels that somebody has chosen hold', async () => {
  const found = await records(() => true, {
    levels: { 'supervisor:started': 'info', 'supervisor:gave-up': 'fatal' },
  });
  expect(found).toContain('info: shop is up after 0 ms, with all its children');
  expect(found).toContain(`fatal: ${overLimit}`);
});

test.each([true, false])('told by an application: %s; a child for which all ends', async (isTold) => {
  const levels: unknown[] = [];
  const write = (line: string) => {
    const { level, event } = JSON.parse(line) as { level: number; event: string };
    if (event === 'child:gave-up') levels.push(pino.levels.labels[level]);
  };
  const clock = new SimulatedClock();
  const bad = task({
    id: 'bad',
    classify: () => 'fatal',
    run: async ({ sleep }) => {
      await sleep(10);
      throw new Error('boom');
    },
  });
  const tree = supervisor({ id: 'shop', children: [bad] }).handle({ clock });
  narrate(tree, () => isTold);
  logEvents(tree, pino({ level: 'trace', base: null }, { write }));
  await tree.start();
  await clock.advance(10);
  await tree.whenStopped();
  expect(levels).toEqual([isTold ? 'error' : 'fatal']);
});
