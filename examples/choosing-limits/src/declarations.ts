/** Five typical services with limits that fit them; docs/guides/choosing-limits.md says why. */
import { interval, service, subprocess, supervisor, task } from 'coppice';
import { BadMessage, Pool, connectConsumer, handle, openFeed, writeReport } from './stand-ins.js';

export const db = service({
  id: 'db',
  start: async ({ fail }) => {
    const pool = new Pool();
    pool.on('error', fail);
    await pool.query('select 1');
    return pool;
  },
  stop: (pool) => pool.end(),
  boot: 'retry',
  startTimeoutMs: 10_000,
  backoff: { minMs: 100, maxMs: 10_000, resetAfterMs: 60_000 },
  maxRestarts: 30,
  withinMs: 900_000,
});

export const orders = task({
  id: 'orders',
  run: async ({ signal, defer, heartbeat }) => {
    const consumer = await connectConsumer('orders');
    defer(() => consumer.close());
    for (;;) {
      for (const message of await consumer.poll(signal)) await handle(message);
      heartbeat();
    }
  },
  bindsTo: [db],
  staleAfterMs: 120_000,
  classify: (error) => (error instanceof BadMessage ? 'permanent' : 'transient'),
  backoff: { minMs: 1_000, maxMs: 30_000, resetAfterMs: 300_000 },
  maxRestarts: 10,
  withinMs: 3_600_000,
  giveUp: 'park',
});

export const report = interval({
  id: 'report',
  everyMs: 3_600_000,
  immediately: true,
  run: ({ signal }) => writeReport(signal),
  staleAfterMs: 600_000,
  backoff: { minMs: 60_000, maxMs: 1_800_000, resetAfterMs: 3_600_000 },
  maxRestarts: Infinity,
});

export const prices = service({
  id: 'prices',
  start: ({ fail, heartbeat }) => openFeed({ message: heartbeat, close: fail }),
  stop: (feed) => feed.close(),
  required: false,
  boot: 'degraded',
  startTimeoutMs: 5_000,
  staleAfterMs: 30_000,
  backoff: { minMs: 500, maxMs: 60_000, jitter: 1 },
  maxRestarts: 10,
  withinMs: 900_000,
  giveUp: 'keep-trying',
});

export const thumbnails = subprocess({
  id: 'thumbnails',
  file: 'thumbnailer',
  args: ['--port', '4000'],
  ready: { port: 4000 },
  readyTimeoutMs: 5_000,
  shutdownMs: 10_000,
  backoff: { minMs: 200, maxMs: 2_000, resetAfterMs: 30_000 },
  maxRestarts: 6,
  withinMs: 120_000,
});

export const shop = supervisor({
  id: 'shop',
  children: [db, orders, report, prices, thumbnails],
});
