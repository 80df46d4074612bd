import { supervisor, task } from 'coppice';

export { api, cache, db, outbox } from '../../shop.js';

const ads = task({ id: 'ads', run: ({ sleep }) => sleep(1_000) });
export const feeds = supervisor({ id: 'feeds', children: [ads] });
