export { api, db, outbox } from '../../shop.js';
