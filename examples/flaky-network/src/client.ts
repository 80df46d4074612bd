/** The clients: each keeps one connection to the server, and says what kind of failure its failures are. */
import { type Socket, connect } from 'node:net';
import {
  type Context,
  type ErrorClass,
  type Service,
  type Task,
  type WorkerOptions,
  service,
  task,
} from 'coppice';
import { onFirstLine } from './first-line.js';

/** What a client reads when it connects: it may have changed since the last time. */
export interface Config {
  readonly port: number;
  readonly token: string;
}

export type ClientOptions = Omit<WorkerOptions, 'classify'>;

/** The server does not want us. Trying again changes nothing: somebody has to mend the configuration. */
export class RefusedByServer extends Error {
  override readonly name = 'RefusedByServer';
}

/** A network that fails may work again in a moment; a wrong configuration will not. */
export const classify = (error: unknown): ErrorClass =>
  error instanceof RefusedByServer ? 'permanent' : 'transient';

/** A connection that others use: a service is up when the server has welcomed it, and crashes when it closes. */
export function connection(options: ClientOptions, config: () => Config): Service<Socket> {
  const start = async (context: Context): Promise<Socket> => {
    const { signal, fail } = context;
    const socket = await dial(config(), context);
    lost(socket, signal).catch((error: unknown) => signal.aborted || fail(error));
    return socket;
  };
  return service({ ...options, classify, start });
}

/**
 * One of many that nobody waits for: a task is up when it is called, so hundreds that connect do not wait for each
 * other. A supervisor starts one child at a time, and a service is started when it is connected.
 */
export function client(options: ClientOptions, config: () => Config): Task {
  const run = async (context: Context): Promise<never> => lost(await dial(config(), context), context.signal);
  return task({ ...options, classify, run });
}

/** Resolves when the server has welcomed us. However the incarnation ends, its socket is gone with it. */
function dial({ port, token }: Config, { path, signal }: Context): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    lost(socket, signal).catch(reject);
    socket.once('connect', () => socket.write(`${path} ${token}\n`));
    onFirstLine(socket, (answer) => {
      if (answer === 'welcome') resolve(socket);
      else socket.destroy(new RefusedByServer(answer));
    });
  });
}

/** Rejected when the connection is lost; with the reason of the signal, if that is why. */
function lost(socket: Socket, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(signal.aborted ? signal.reason : new Error('connection closed')));
  });
}
