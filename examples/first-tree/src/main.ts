import { application, formatTree, service, task } from 'coppice';
import { connect } from './fake-database.js';

const db = service({
  id: 'db',
  start: async ({ fail }) => {
    const pool = await connect();
    pool.on('error', fail); // a broken pool is a crash of db
    return pool;
  },
  stop: (pool) => pool.end(), // pool: Pool, inferred
});

const outbox = task({
  id: 'outbox',
  run: async ({ use, sleep }) => {
    for (;;) {
      await use(db).query('delete from outbox returning *');
      await sleep(200);
    }
  },
});

const shop = application({ id: 'shop', strategy: 'rest-for-one', children: [db, outbox] });

shop.handle().on('event', (event) => {
  console.log(event.type.padEnd(19), event.path, 'error' in event ? event.error.message : '');
  if (event.type === 'supervisor:stopping') console.log(formatTree(shop.handle().snapshot()));
});
await shop.run();
