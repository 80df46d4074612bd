/** The database is not there yet; at the third attempt it is. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { service } from 'coppice';
import { runShop } from '../run-shop.js';

const reserved = createServer().listen(0, '127.0.0.1');
await once(reserved, 'listening');
const { port } = reserved.address() as AddressInfo;
reserved.close();

const db = service({
  id: 'db',
  boot: 'retry',
  backoff: { minMs: 100, maxMs: 200, jitter: 0 },
  start: async ({ attempt, fail }): Promise<Socket> => {
    if (attempt === 3) createServer().listen(port, '127.0.0.1').unref();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', fail);
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500);
    return socket;
  },
  stop: (socket) => void socket.destroy(),
});

await runShop({ children: [db] });
