import { api, db, outbox } from '../../shop.js';

export { logEvents } from '@coppice/pino';
export { pino } from 'pino';
export { api, db, outbox };

export const children = [db, outbox, api];
