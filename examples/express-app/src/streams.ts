/** Server-sent events. A stream never ends by itself, so it is ended when the child is asked to stop. */
import type { ServerResponse } from 'node:http';

export class Streams {
  readonly #open = new Set<ServerResponse>();
  readonly #signal: AbortSignal;

  /** @param signal - of the child that they belong to */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      for (const response of this.#open) response.end();
    });
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n'); // a browser whose stream has ended comes back by itself, so long after
    // While the server drains a request may still come in. Browsers do not come back after a 503, so it gets a short stream.
    if (this.#signal.aborted) return void response.end();
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
  }

  send(data: unknown): void {
    for (const response of this.#open) response.write(`data: ${JSON.stringify(data)}\n\n`);
  }
}
