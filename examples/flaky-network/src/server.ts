/**
 * The server: real TCP on 127.0.0.1. It goes down as a crashed one does (it listens no more, and all its
 * connections close in the same moment), comes back on the same port, and logs whom it accepts, and when.
 */
import { once } from 'node:events';
import { type Server, type Socket, createServer } from 'node:net';
import { type Random, realClock } from 'coppice';
import { onFirstLine } from './first-line.js';

/** A line of the server's log. */
export interface Accepted {
  /** When, by the clock that the tree has too, in milliseconds. */
  readonly at: number;
  /** Who it said it is. */
  readonly name: string;
  /** Whether it was let in. */
  readonly isWelcome: boolean;
}

/** What a client has to know. */
export const TOKEN = 'open-sesame';

/** Below all ports that systems give to outgoing connections: no client of ours can take it while we are down. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

export class FlakyServer {
  readonly log: Accepted[] = [];
  /** Hears of each client that is let in. */
  welcomed: (client: Accepted) => void = () => {};
  #port: number | undefined;
  #server: Server | undefined;
  readonly #connections = new Map<Socket, string>();

  /** The port, once it has been up. */
  get port(): number {
    if (this.#port === undefined) throw new Error('the server has not been up yet');
    return this.#port;
  }

  /** How many clients are connected, of those whose names begin so. */
  connected(prefix: string): number {
    return Array.from(this.#connections.values()).filter((name) => name.startsWith(prefix)).length;
  }

  /** Up for the first time, on a port that is free. */
  async open(random: Random): Promise<void> {
    for (let attempts = 1; this.#port === undefined; attempts++) {
      const port = FIRST_PORT + Math.floor(random() * PORTS);
      try {
        await this.#listen(port);
        this.#port = port;
      } catch (error) {
        if (attempts >= 20) throw error;
      }
    }
  }

  /** Up again. Says since when. */
  async up(): Promise<number> {
    await this.#listen(this.port);
    return realClock.now();
  }

  /** Down, with all connections. Says since when. */
  async down(): Promise<number> {
    const closed = this.#close();
    for (const socket of this.#connections.keys()) socket.destroy();
    const at = realClock.now();
    await closed;
    return at;
  }

  /** Closes the connection of one client. */
  drop(name: string): void {
    for (const [socket, whose] of this.#connections) if (whose === name) socket.destroy();
  }

  /**
   * The end: takes nobody in any more, and waits until the last client has hung up, for `patienceMs` at most.
   * Says how many have not; those are cut.
   */
  async end(patienceMs: number): Promise<number> {
    const closed = this.#close();
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), patienceMs);
    timeout.signal.addEventListener('abort', () => {
      for (const socket of this.#connections.keys()) socket.destroy();
    });
    const cut = once(timeout.signal, 'abort').then(() => this.#connections.size);
    const left = await Promise.race([closed.then(() => 0), cut]);
    clearTimeout(timer);
    return left;
  }

  async #listen(port: number): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  #accept(socket: Socket): void {
    const at = realClock.now();
    this.#connections.set(socket, '');
    socket.on('error', () => {}); // a client that goes away in the middle of something is no news
    socket.once('close', () => this.#connections.delete(socket));
    onFirstLine(socket, (line) => {
      const [name = '', token = ''] = line.split(' ');
      const isWelcome = token === TOKEN;
      const accepted = { at, name, isWelcome };
      this.log.push(accepted);
      this.#connections.set(socket, name);
      if (isWelcome) {
        socket.write('welcome\n');
        this.welcomed(accepted);
      } else socket.end(`unknown token '${token}'\n`);
    });
  }
}
