/** A client: what it hears, one after the other, and how it was ended. */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';

export class Client {
  static readonly #all = new Set<WebSocket>();
  readonly socket: WebSocket;
  /** The code and the reason. */
  readonly closed: Promise<[number, string]>;
  readonly #heard: unknown[] = [];
  #wake = (): void => {};

  private constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, options);
    Client.#all.add(this.socket);
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code, reason) => resolve([code, String(reason)])),
    );
    // One that is cut has an error besides.
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      this.#heard.push(JSON.parse((data as Buffer).toString()));
      this.#wake();
    });
  }

  static async join(url: string, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(url, options);
    await once(client.socket, 'open');
    return client;
  }

  /** Cuts those that are there. */
  static endAll(): void {
    for (const socket of Client.#all) socket.terminate();
    Client.#all.clear();
  }

  say(text: string): void {
    this.socket.send(JSON.stringify({ text }));
  }

  /** The next message. */
  async hears(): Promise<unknown> {
    while (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#heard.shift();
  }
}
