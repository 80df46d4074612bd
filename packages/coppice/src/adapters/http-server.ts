/** `httpServer`: a server of node:http, node:https or node:http2, or whatever listens to requests like express. */
import { type RequestListener, type Server as PlainServer, createServer } from 'node:http';
import { type AddressInfo, Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { CodedError, type Context, type Service, type WorkerOptions } from '@coppice/core';
import { portFor, show } from '@coppice/core/kit';
import { OptionError } from '../shared/option-error.js';
import { reading } from '../shared/reading.js';
import { Connections } from './connections.js';
import { answeringFailures } from './failed-requests.js';
import { type Check, type Checks, checkOptions, declare, leftOut, numberHint } from './options.js';

/** What the factory of an HTTP server may return: a server that does not listen yet, or a request listener. */
export type ServerOrListener = Server | RequestListener;

/** The options of {@link httpServer}. */
export interface HttpServerOptions<S extends ServerOrListener = ServerOrListener>
  extends Omit<WorkerOptions, 'maxRunMs'> {
  /** Where it listens: 0 to 65,535; 0 takes a free one, see `port` of the value. */
  readonly port: number;
  /** The address or name to listen on. Default: all addresses of the machine, as in Node. */
  readonly host?: string | undefined;
  /**
   * Called for each incarnation. Returns a server of node:http, node:https or node:http2 that does not listen yet, or
   * a request listener `(request, response) => ...`, such as an express app.
   */
  server(context: Context): S | Promise<S>;
}

/** The server that runs: what the factory returned, or the one around the listener that it returned. */
export type ServerOf<S extends ServerOrListener> = S extends Server ? S : PlainServer;

/** What `use(ref)` of an HTTP server gives. */
export interface RunningHttpServer<S extends Server = PlainServer> {
  /** The server itself: the one that the factory made, or the one around the listener. */
  readonly server: S;
  /** The port that it listens on. */
  readonly port: number;
  /** The IP address that it listens on; `::` is all of them. */
  readonly address: string;
  /** Where this machine reaches it, like `http://localhost:3000`. */
  readonly url: string;
}

/**
 * The port could not be listened on. `code` is the platform's (`EADDRINUSE`, `EACCES`, ...), the message says what to
 * do. It has no `cause`: it is the platform's error, in better words.
 */
export class ListenError extends CodedError {
  /** `ListenError`; it survives threads and processes, as the class does not. */
  override readonly name = 'ListenError';
  /** The platform's: `EADDRINUSE`, `EACCES`, ... */
  readonly code: string;
  /** The port that was asked for. */
  readonly port: number;
  /** The address or name that was asked for; undefined: all of them. */
  readonly host: string | undefined;
  /** The path of the child. */
  declare readonly path: string;

  /** @param error - the platform's */
  constructor(error: NodeJS.ErrnoException, port: number, host: string | undefined, path: string) {
    const code = error.code ?? 'ERR_LISTEN';
    const place = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
    const advice = ADVICE[code]?.(port) ?? error.message;
    super(`cannot listen on ${place} (${code}): ${advice} (at ${path})`, { code, port, host, path });
    this.code = code;
    this.port = port;
    this.host = host;
  }
}

const ADVICE: Readonly<Record<string, (port: number) => string>> = {
  EADDRINUSE: (port) =>
    `something else listens there; end it (\`lsof -i :${port}\` names it) or choose another port, 0 takes a free one`,
  EACCES: (port) =>
    `not allowed${port < 1_024 ? '; ports below 1,024 need a privilege' : ''}; choose another port, such as 8080`,
  EADDRNOTAVAIL: () => `host is no address of this machine; leave host out to listen on all of them`,
  ENOTFOUND: () => `host is a name that is not known; give an address of this machine, or leave host out`,
};

const port: Check = {
  expected: 'a whole number from 0 to 65,535 (0 takes a free port)',
  holds: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535,
  hint: numberHint,
};

const host: Check = {
  expected: `an address or a name, like '127.0.0.1'`,
  holds: (value) => typeof value === 'string' && value !== '',
  optional: true,
};

const maxRunMs = leftOut('a server listens until it is stopped');

const CHECKS: Checks = { port, host, server: 'factory', maxRunMs };

/** So long a connection without a request has to be quiet to be closed; a share of `shutdownMs` if that is short. */
const QUIET_MS = 250;

/** Accepting the connections that wait may take half of `shutdownMs`, and no longer than this. */
const ACCEPT_MS = 2_500;

/** The way from a value to its connections, for `stop` and `kill`. */
const connectionsOf = new WeakMap<object, Connections>();

/**
 * A service that listens on a port. A port that cannot be listened on is a failed start ({@link ListenError}); a later
 * `'error'` of the server, or a `close()` by somebody else, is a crash; what goes wrong in one request is not: if a
 * listener throws, or the promise of an async one is rejected, the request is answered with 500, or with 503 and
 * `Retry-After` if what it wanted to `use` is down, and logged to `context.log`. A server of your own, and a callback that
 * is called later, are yours to look after.
 *
 * Asked to stop, it takes no new connections, answers what it has got (with `Connection: close`), and closes idle
 * connections. No connection that carries a request is cut before `shutdownMs` is over (default 5,000); what is left
 * then is cut: answers that never end, WebSockets. `context.signal` is aborted at the beginning of this, so that the
 * server can end those by itself. A connection counts as idle when it has been quiet for 250 ms, or a tenth of
 * `shutdownMs` if that is less.
 *
 * `staleAfterMs` needs a `context.heartbeat()` in your code, of a request or of a timer. With `awaitReady` it is up
 * when it listens and your code has called `context.ready()`.
 *
 * @returns the declaration as frozen data; `use(ref)` gives `{ server, port, address, url }`
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError: an option is wrong or unknown
 *
 * @example
 * ```ts
 * const api = httpServer({
 *   id: 'api',
 *   port: 3000,
 *   server: ({ use }) => express().get('/', (_, response) => response.json(use(db).all())),
 * });
 * ```
 */
export function httpServer<S extends ServerOrListener>(
  options: HttpServerOptions<S>,
): Service<RunningHttpServer<ServerOf<NoInfer<S>>>> {
  const own = checkOptions('httpServer', options, CHECKS);
  const parameters = reading('httpServer()', () => Number(own.server.length));
  if (parameters > 1) {
    throw new OptionError({
      key: 'server',
      of: 'httpServer()',
      expected: 'a function that makes a server for each start',
      got: `one with ${parameters} parameters, a request listener`,
      hint: 'Write server: () => app',
      path: own.id,
    });
  }
  // What is no number is refused below, with all that is no option of this adapter alone.
  const shutdownMs = typeof own.shutdownMs === 'number' ? own.shutdownMs : 5_000;
  const quietMs = Math.min(QUIET_MS, shutdownMs / 10);
  const acceptMs = Math.min(ACCEPT_MS, shutdownMs / 2);
  const start = async (context: Context): Promise<RunningHttpServer<Server>> => {
    const { fail, path, signal } = context;
    const server = asServer(await own.server(context), context);
    signal.throwIfAborted();
    const connections = new Connections(server);
    await listen(server, portFor(context, own.port), own.host, path);
    server.on('error', fail); // stays, so that a late one cannot crash the process
    server.once('close', () => {
      if (!connections.isStopping) fail(new Error(`the server of '${path}' was closed by somebody else`));
    });
    const running = describe(server, own.host);
    connectionsOf.set(running, connections);
    return running;
  };
  const methods = {
    start,
    stop: (running: object) => connectionsOf.get(running)?.stop(quietMs, acceptMs),
    kill: (running: object) => connectionsOf.get(running)?.cut(),
  };
  return declare('service', own, CHECKS, methods) as Service<RunningHttpServer<ServerOf<S>>>;
}

const RESULT = { key: 'server', of: 'httpServer()', isResult: true } as const;

function asServer(made: unknown, { path, log }: Context): Server {
  if (typeof made === 'function') return createServer(answeringFailures(made as RequestListener, log));
  if (made instanceof Server) {
    if (!made.listening) return made;
    made.close();
    throw new OptionError({
      ...RESULT,
      expected: 'a server that does not listen yet',
      got: 'one that listens already',
      hint: 'Leave listen() to httpServer()',
      path,
    });
  }
  const isHono = typeof (made as { fetch?: unknown } | null)?.fetch === 'function';
  throw new OptionError({
    ...RESULT,
    expected: 'a server of node:http, or a request listener',
    got: show(made),
    hint: isHono ? 'For Hono return getRequestListener(app.fetch) of @hono/node-server' : undefined,
    path,
  });
}

function listen(server: Server, port: number, host: string | undefined, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(new ListenError(error, port, host, path));
    server.once('error', failed);
    server.listen({ port, host }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function describe(server: Server, host: string | undefined): RunningHttpServer<Server> {
  const { address, port } = server.address() as AddressInfo;
  const name = host ?? address;
  const reachable =
    name === '::' || name === '0.0.0.0' ? 'localhost' : name.includes(':') ? `[${name}]` : name;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return Object.freeze({ server, port, address, url: `${scheme}://${reachable}:${port}` });
}
