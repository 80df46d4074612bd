/** One connection to one process: sends requests, and finds out which answer belongs to which of them. */
import type { Logger } from 'coppice';
import {
  METHOD_NOT_FOUND,
  type Message,
  NoAnswerError,
  RpcError,
  ServerGoneError,
  format,
  parse,
} from './json-rpc.js';

interface Pending {
  readonly method: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface ClientOptions {
  /** What it is called in errors. */
  readonly name: string;
  readonly pid: number;
  readonly log: Pick<Logger, 'warn'>;
  /** Writes to the stdin of the process. */
  readonly write: (text: string) => void;
}

export class Client {
  readonly pid: number;
  readonly #options: ClientOptions;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #isClosed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.pid = options.pid;
  }

  /** @throws ServerGoneError, NoAnswerError after `timeoutMs`, RpcError */
  request(method: string, params?: unknown, { timeoutMs = 5_000 } = {}): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(this.#gone(method));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.#pending.delete(id);
        // So MCP has it: nobody waits for this one any more.
        this.notify('notifications/cancelled', { requestId: id });
        reject(new NoAnswerError(`${this.#name} did not answer '${method}' within ${timeoutMs} ms`));
      };
      this.#pending.set(id, { method, timer: setTimeout(late, timeoutMs), resolve, reject });
      this.#options.write(format({ id, method, params }));
    });
  }

  /** Says something that has no answer. */
  notify(method: string, params?: unknown): void {
    if (!this.#isClosed) this.#options.write(format({ method, params }));
  }

  /** Asks whether it is there. Any line that comes shows that; this makes one come. */
  ping(): void {
    this.request('ping').catch(() => {});
  }

  /** A line that the process has written. */
  receive(line: string): void {
    const message = parse(line);
    if (!message) this.#options.log.warn({ line }, 'wrote what is no JSON-RPC message to its stdout');
    else if (message.method !== undefined) this.#asked(message);
    else this.#answered(message);
  }

  /** The process is gone, or is about to go: what it has not answered yet it never will. */
  close(): void {
    this.#isClosed = true;
    for (const { method, timer, reject } of this.#pending.values()) {
      clearTimeout(timer);
      reject(this.#gone(method));
    }
    this.#pending.clear();
  }

  /** An answer that nobody waits for any more is dropped. */
  #answered({ id = 0, result, error }: Message): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (error) pending.reject(new RpcError(`${this.#name}: ${error.message}`, error.code));
    else pending.resolve(result);
  }

  /** Servers may ask, too: whether we are there, and for what we do not have. They may tell things, which we do not need. */
  #asked({ id, method }: Message): void {
    if (id === undefined) return;
    const error = { code: METHOD_NOT_FOUND, message: `there is no method '${method}' here` };
    this.#options.write(format(method === 'ping' ? { id, result: {} } : { id, error }));
  }

  #gone(method: string): ServerGoneError {
    return new ServerGoneError(`${this.#name} has ended before it has answered '${method}'`);
  }

  get #name(): string {
    return `${this.#options.name} (pid ${this.pid})`;
  }
}
