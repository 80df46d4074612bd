/**
 * Which connections of an HTTP server carry a request, so that the server can stop without losing one.
 *
 * `server.close()` of Node alone is not enough: it cuts idle connections in the very moment in which the next request
 * may be on its way, it cuts answers that are written but not sent yet, it waits for connections that have never
 * carried a request, and connections that wait to be accepted are reset. So here, in this order:
 *
 * 1. connections that wait to be accepted are accepted, for `acceptMs` at most, then the server stops listening;
 * 2. answers in flight get `Connection: close` as far as their head is not sent, so that clients do not reuse them;
 * 3. a connection without a request is closed when it has been quiet for `quietMs`: one that was idle before, at once;
 *    one that has just been answered, or was just opened, may carry one more request, and no client was told not to;
 * 4. what still carries something is waited for, until it is `cut`.
 */
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

interface Connection {
  /** Requests that are not answered yet, in the order in which they came. */
  readonly answers: Set<ServerResponse>;
  /** The answer that closes the connection, where Node would have kept it. */
  last: ServerResponse | undefined;
  /** `bytesRead` after the last request. If there are more, something is on its way, or it is HTTP no more. */
  bytes: number;
  /** Since when it has been quiet. */
  since: number;
}

export class Connections {
  readonly #server: Server;
  readonly #open = new Map<Socket, Connection>();
  readonly #sessions = new Set<Http2Session>();
  readonly #closed: Promise<void>;
  #accepted = 0;
  #isStopping = false;
  #isCut = false;

  constructor(server: Server) {
    this.#server = server;
    this.#closed = new Promise((resolve) => server.once('close', resolve));
    const onSocket = (socket: Socket): void => this.#onSocket(socket);
    server.on('connection', onSocket).on('secureConnection', onSocket);
    server.on('session', (session: Http2Session) => this.#onSession(session));
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      this.#onRequest(request, response);
    server.prependListener('request', onRequest);
    // Where these are listened to, they come instead of 'request'.
    for (const event of ['checkContinue', 'checkExpectation']) {
      if (server.listenerCount(event) > 0) server.prependListener(event, onRequest);
    }
  }

  get isStopping(): boolean {
    return this.#isStopping || this.#isCut;
  }

  /** Resolves when the last connection is gone. */
  async stop(quietMs: number, acceptMs: number): Promise<void> {
    await this.#acceptWaiting(quietMs, acceptMs);
    if (this.#isCut) return this.#closed;
    this.#isStopping = true;
    this.#stopListening();
    for (const connection of this.#open.values()) this.#closeAfterLast(connection);
    for (const session of this.#sessions) session.close();
    this.#closeQuiet(quietMs);
    const timer = setInterval(() => this.#closeQuiet(quietMs), Math.max(quietMs / 5, 1));
    await this.#closed;
    clearInterval(timer);
  }

  /** Ends all connections at once, also those that are HTTP no more. */
  cut(): void {
    this.#isCut = true;
    this.#stopListening();
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #onSocket(socket: Socket): void {
    if (this.#isCut) return void socket.destroy();
    this.#accepted++;
    const connection = {
      answers: new Set<ServerResponse>(),
      last: undefined,
      bytes: socket.bytesRead,
      since: now(),
    };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#open.delete(socket));
  }

  #onSession(session: Http2Session): void {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    if (this.#isStopping) session.close();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    // A stream of HTTP/2 has no socket of its own; there the session says when it is done.
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (!connection) return;
    connection.answers.add(response);
    if (this.#isStopping) this.#closeAfterLast(connection);
    const settle = (): void => {
      if (connection.answers.size > 0) return;
      connection.since = now();
      connection.bytes = socket.bytesRead;
    };
    request.once('close', settle); // an answer may be out before all of the request is in
    response.once('close', () => {
      connection.answers.delete(response);
      settle();
    });
  }

  /** Of several requests at once (pipelining) the last one has to be the one that closes. */
  #closeAfterLast(connection: Connection): void {
    const { last } = connection;
    if (last && !last.headersSent) last.shouldKeepAlive = true;
    const answer = [...connection.answers].at(-1);
    connection.last = answer?.shouldKeepAlive ? answer : undefined;
    if (connection.last) connection.last.shouldKeepAlive = false;
  }

  #closeQuiet(quietMs: number): void {
    const before = now() - quietMs;
    for (const [socket, { answers, bytes, since }] of this.#open) {
      if (answers.size === 0 && socket.bytesRead === bytes && since <= before) socket.destroy();
    }
  }

  /**
   * Node accepts one connection in a turn of the event loop, and those that wait would be reset: so until none comes.
   * What comes between the look at the sockets and the end of that turn is lost; a turn that was short keeps that rare.
   */
  async #acceptWaiting(quietMs: number, acceptMs: number): Promise<void> {
    const begin = now();
    for (let isQuiet = false; !isQuiet && now() - begin < acceptMs && !this.#isCut; ) {
      const before = this.#accepted;
      await turn();
      const turnBegin = now();
      await turn(); // sockets are looked at between the two
      const isShort = now() - turnBegin < 1 || now() - begin > quietMs;
      isQuiet = isShort && this.#accepted === before;
    }
  }

  #stopListening(): void {
    const server = this.#server as Server & Partial<Pick<HttpServer, 'closeIdleConnections'>>;
    if (!server.listening) return;
    const { closeIdleConnections } = server;
    // Which connections are idle, is known better here.
    if (closeIdleConnections) server.closeIdleConnections = () => {};
    server.close();
    if (closeIdleConnections) server.closeIdleConnections = closeIdleConnections;
  }
}

const now = (): number => performance.now();
