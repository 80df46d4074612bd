/** The server: makes a connection of each handshake, and a child of each connection. */
import { createServer } from 'node:http';
import {
  type DynamicSupervisorSpec,
  type RunningHttpServer,
  type Service,
  httpServer,
  isCoppiceError,
} from 'coppice';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE } from './closing.js';
import type { Guest } from './connection.js';

/** The longest message, in bytes. ws ends a connection that sends more, with 1009. */
const MAX_MESSAGE_BYTES = 16_384;

export interface ChatServerOptions {
  readonly port: number;
  readonly host: string;
  /** Where the children are started. */
  readonly connections: DynamicSupervisorSpec<[WebSocket, Guest]>;
}

export const chatServer = ({ port, host, connections }: ChatServerOptions): Service<RunningHttpServer> =>
  httpServer({
    id: 'server',
    port,
    host,
    // For the closing handshakes; a client that does not answer is cut then.
    shutdownMs: 2_000,
    server: ({ signal, log, use }) => {
      const server = createServer((_, response) => {
        response
          .writeHead(426, { upgrade: 'websocket' })
          .end('speak to me by websocket, at /rooms/NAME?name=YOU\n');
      });
      const wss = new WebSocketServer({ server, maxPayload: MAX_MESSAGE_BYTES });

      wss.on('connection', (socket, request) => {
        // Until its child listens: an error without a listener would end the process, and what comes would be lost.
        socket.on('error', () => {});
        socket.pause();
        const guest = guestOf(request.url ?? '/');
        if (!guest) return refuse(socket, CLOSE.policyViolation, 'expected /rooms/NAME?name=YOU');
        use(connections)
          .startChild({ args: [socket, guest] })
          .catch((error: unknown) => {
            const isFull = isCoppiceError(error, 'COPPICE_TOO_MANY_CHILDREN');
            if (!isFull) log.error({ err: error }, 'a connection was not taken');
            refuse(
              socket,
              CLOSE.tryAgainLater,
              isFull ? 'there are as many as there may be' : 'try again later',
            );
          });
      });

      // Websockets end when somebody ends them. Its children would say so as well; but new ones may come until here.
      signal.addEventListener('abort', () => {
        for (const client of wss.clients) client.close(CLOSE.goingAway, 'the server goes away');
      });
      return server;
    },
  });

/** A client that is not read cannot finish the closing handshake. */
function refuse(socket: WebSocket, code: number, reason: string): void {
  socket.resume();
  socket.close(code, reason);
}

function guestOf(url: string): Guest | undefined {
  const { pathname, searchParams } = new URL(url, 'ws://localhost');
  const [, room] = /^\/rooms\/([\w-]{1,50})$/.exec(pathname) ?? [];
  const name = searchParams.get('name');
  return room !== undefined && name !== null && /^[\w-]{1,50}$/.test(name) ? { name, room } : undefined;
}
