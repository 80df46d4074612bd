// What the examples of the READMEs import from a program of the reader's.
import { service, supervisor, task } from '@coppice/core';

const pool = { query: (_sql: string): Promise<{ id: number }[]> => Promise.resolve([]) };

export const db = service({ id: 'db', start: () => pool });

const outbox = task({
  id: 'outbox',
  run: async ({ use, sleep }) => {
    for (;;) {
      await use(db).query('delete from outbox returning *');
      await sleep(200);
    }
  },
});

export const shop = supervisor({ id: 'shop', strategy: 'rest-for-one', children: [db, outbox] });
