export { api, cache, db } from '../../shop.js';
