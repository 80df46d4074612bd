/** Somebody else has the port. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { httpServer } from 'coppice';
import { runShop } from '../run-shop.js';

const other = createServer().listen(0, '127.0.0.1');
await once(other, 'listening');
const { port } = other.address() as AddressInfo;

const api = httpServer({
  id: 'api',
  host: '127.0.0.1',
  port,
  server: () => (_request, response) => void response.end('hello'),
});

await runShop({ children: [api] });
