import { service, supervisor, task } from 'coppice';

export const db = service({
  id: 'db',
  start: () => ({ query: async (_sql: string): Promise<readonly { readonly id: number }[]> => [] }),
});
const outbox = task({ id: 'outbox', run: ({ sleep }) => sleep(1_000) });
export const shop = supervisor({ id: 'shop', children: [db, outbox] });
