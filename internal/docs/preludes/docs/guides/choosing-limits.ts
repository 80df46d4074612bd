import { shop } from '../../../../../examples/choosing-limits/src/declarations.js';

export { explainPolicy, interval, service, subprocess, task } from 'coppice';
export { db, shop } from '../../../../../examples/choosing-limits/src/declarations.js';
export {
  BadMessage,
  Pool,
  connectConsumer,
  handle,
  openFeed,
  writeReport,
} from '../../../../../examples/choosing-limits/src/stand-ins.js';

export const tree = shop.handle();
