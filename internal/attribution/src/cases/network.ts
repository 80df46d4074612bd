/** Servers and clients on the loopback interface. */
import { once } from 'node:events';
import net, { type AddressInfo, type Server } from 'node:net';
import { type Scene, ignoreErrors } from '../case.js';

/** Starts to listen; closes when the case is over, whoever is connected. */
export async function listen(server: Server, { defer }: Scene): Promise<number> {
  const open = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  defer(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A client whose errors do not matter. */
export function connect(port: number, { defer }: Scene): net.Socket {
  const socket = net.connect(port, '127.0.0.1').on('error', ignoreErrors);
  defer(() => socket.destroy());
  return socket;
}

export async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
