import { logEvents } from '@coppice/pino';
import { prettySupervision } from '@coppice/pino/pretty';
import { service, supervisor, task } from 'coppice';
import pino from 'pino';

const db = service({
  id: 'db',
  start: ({ log }) => log.info({ host: 'localhost' }, 'connected'),
});
const prices = task({
  id: 'prices',
  run: async ({ sleep }) => {
    await sleep(200);
    throw new Error('no prices', { cause: new Error('connect ECONNREFUSED 10.0.0.7:443') });
  },
});
const feeds = supervisor({ id: 'feeds', children: [prices] });
const shop = supervisor({ id: 'shop', children: [db, feeds] });

const isForEyes = process.stdout.isTTY || process.env['LOG'] === 'pretty';
const logger = pino({ base: null }, isForEyes ? prettySupervision({ sync: true }) : pino.destination(1));
const tree = shop.handle({ logger }); // what the children log
logEvents(tree, logger); // what happens to them
await tree.start();
setTimeout(() => void tree.stop(), 500);
