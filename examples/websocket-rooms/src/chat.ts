/** The application: rooms, the connections, and the server that makes them. */
import {
  type Application,
  type ApplicationOptions,
  type RunningHttpServer,
  type Service,
  application,
  dynamicSupervisor,
} from 'coppice';
import { chatServer } from './chat-server.js';
import { connection } from './connection.js';
import { rooms } from './rooms.js';

export interface ChatOptions extends Pick<ApplicationOptions, 'logger' | 'clock'> {
  readonly port: number;
  readonly host?: string;
  /** So many clients at once; one more is asked to try again later. Default: 10,000. */
  readonly maxConnections?: number;
}

export interface Chat {
  readonly app: Application;
  readonly server: Service<RunningHttpServer>;
}

export function chat({ port, host = '127.0.0.1', maxConnections = 10_000, ...options }: ChatOptions): Chat {
  const connections = dynamicSupervisor({
    id: 'connections',
    maxChildren: maxConnections,
    child: connection,
  });
  const server = chatServer({ port, host, connections });
  // The server last: it is stopped first, and takes nobody in while the others go.
  const app = application({ id: 'chat', ...options, children: [rooms, connections, server] });
  return { app, server };
}
