/**
 * One server: its process, and the client that speaks with it. Whichever of them fails, both begin anew: a new process
 * needs a new handshake, and one that does not answer has to be made anew. Hence `one-for-all`.
 */
import {
  type Service,
  type SubprocessOptions,
  type SupervisorSpec,
  service,
  subprocess,
  supervisor,
} from 'coppice';
import { Client } from './client.js';

export interface StdioServerOptions extends Pick<SubprocessOptions, 'id' | 'file' | 'args' | 'env'> {
  /** How long the handshake may take, in milliseconds. Default: 5,000. */
  readonly startTimeoutMs?: number;
  /** How often it is asked whether it is there, in milliseconds. Default: 2,000. */
  readonly pingEveryMs?: number;
  /** How long it may say nothing at all, in milliseconds; more than `pingEveryMs`. Default: 5,000. */
  readonly staleAfterMs?: number;
  /** How long it may take to stop, in milliseconds; then it is killed. Default: 3,000. */
  readonly shutdownMs?: number;
}

export interface StdioServer {
  readonly id: string;
  /** For `use` and `whenReady`. */
  readonly client: Service<Client>;
  /** For the children of the application. */
  readonly spec: SupervisorSpec;
}

export function stdioServer(options: StdioServerOptions): StdioServer {
  const { id, file, args = [], env = {}, startTimeoutMs = 5_000 } = options;
  const { pingEveryMs = 2_000, staleAfterMs = 5_000, shutdownMs = 3_000 } = options;

  // Where the lines go that the process writes: to the client of this incarnation. One is enough, since a new process
  // is only started when the one before it is gone, and all that it has written was read.
  let receive = (_line: string): void => {};

  const server = subprocess({
    id: 'process',
    file,
    args,
    env,
    stdin: 'pipe',
    log: 'stderr', // stdout is the protocol
    onLine: (line, stream) => stream === 'stdout' && receive(line),
    maxLineLength: 2 ** 20, // a message is a line, however long
    // Asked to stop, as MCP has it: the end of its stdin, then SIGTERM, then SIGKILL.
    stdinGraceMs: Math.floor(shutdownMs / 3),
    shutdownMs,
  });

  const client = service({
    id: 'client',
    // The server as a whole is there also while its first handshake fails: so that what is tried again, and given up
    // in the end, is this server, and not the start of the whole fleet.
    boot: 'degraded',
    shutdownMs: 100, // there is nothing to wait for
    startTimeoutMs,
    // A process that hangs does not end. It is asked now and then, and has crashed when nothing comes, whatever it may be.
    staleAfterMs,
    start: async ({ use, log, signal, heartbeat, defer }) => {
      const { pid, stdin } = use(server);
      const client = new Client({ name: id, pid, log, write: (text) => stdin.write(text) });
      receive = (line) => {
        heartbeat();
        client.receive(line);
      };
      const close = (): void => client.close();
      // It has to stop: nobody is to wait for an answer that will not come.
      signal.addEventListener('abort', close, { once: true });
      // The supervisor hears of the end of the process, but not while it waits for the handshake.
      stdin.once('close', close);
      await client.request('initialize', { protocolVersion: '2025-06-18' }, { timeoutMs: startTimeoutMs });
      stdin.off('close', close);
      client.notify('notifications/initialized');
      log.info(`speaks with pid ${pid}`);
      const timer = setInterval(() => client.ping(), pingEveryMs);
      defer(() => clearInterval(timer));
      return client;
    },
  });

  const spec = supervisor({
    id,
    strategy: 'one-for-all',
    children: [server, client],
    // Three attempts more, later and later; then it is parked: it stays down, for all to see, and the others work on.
    childBackoff: { minMs: 100, maxMs: 400 },
    maxRestarts: 3,
    withinMs: 120_000,
    giveUp: 'park',
    required: false,
  });
  return { id, client, spec };
}
