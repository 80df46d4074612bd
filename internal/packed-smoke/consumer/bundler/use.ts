import { dynamicSupervisor, service, supervisor, task } from 'coppice';
import * as core from '@coppice/core';
import * as pino from '@coppice/pino';
import * as testing from '@coppice/testing';
import type {} from '@coppice/testing/jest';

const db = service({ id: 'db', start: () => ({ rows: 3 }), stop: ({ rows }) => void rows.toFixed() });
const w = task({
  id: 'w',
  run: async ({ signal, use }) => {
    use(db).rows.toFixed();
    // @ts-expect-error the value of a service is inferred from its start
    use(db).columns;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  },
});
const tree = await supervisor({ id: 'root', children: [db, w] }).start();
await tree.stop();
void [dynamicSupervisor, core, pino, testing];
