import { service, supervisor, task } from '@coppice/core';
import { connect } from './database.js';

export const db = service({
  id: 'db',
  backoff: { minMs: 100, maxMs: 5_000 },
  maxRestarts: 10,
  withinMs: 120_000,
  start: async ({ fail }) => {
    const pool = await connect();
    pool.on('error', fail);
    return pool;
  },
  stop: (pool) => pool.end(),
});

export const sent: number[] = [];

export const outbox = task({
  id: 'outbox',
  bindsTo: [db],
  shutdownMs: 2_000,
  staleAfterMs: 30_000,
  maxRestarts: 3,
  withinMs: 300_000,
  run: async ({ use, sleep, heartbeat }) => {
    for (;;) {
      for (const { id } of await use(db).query('select id from outbox')) sent.push(id);
      heartbeat();
      await sleep(1_000);
    }
  },
});

export const shop = supervisor({ id: 'shop', children: [db, outbox] });
