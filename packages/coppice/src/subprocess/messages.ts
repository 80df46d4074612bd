/** The channel for messages with a process. */
import { CommandError } from '@coppice/core';
import { show } from '@coppice/core/kit';
import type { SubprocessMessaging } from './options.js';
import type { Spawned } from './spawn.js';
import { ProcessError } from './errors.js';

const MAX_KEPT = 1_000;

export class Messages implements SubprocessMessaging {
  readonly #process: Spawned;
  readonly #path: string;
  readonly #failed: (error: unknown) => void;
  readonly #listeners = new Set<(message: unknown) => void>();
  /** What came before the first listener. */
  #kept: unknown[] | undefined = [];

  constructor(process: Spawned, path: string, failed: (error: unknown) => void) {
    this.#process = process;
    this.#path = path;
    this.#failed = failed;
  }

  readonly send = (message: unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      const closed = (cause?: unknown): void =>
        reject(
          new ProcessError(
            'COPPICE_IPC_CLOSED',
            'cannot be sent a message: it has closed its channel or has ended',
            { path: this.#path },
            cause,
          ),
        );
      if (!this.#process.connected) return closed();
      try {
        this.#process.send(message as object, (error: Error | null) => (error ? closed(error) : resolve()));
      } catch (cause) {
        const [expected, got] = ['a message that can be written, and sent', show(message)];
        reject(new CommandError('COPPICE_INVALID_ARGUMENT', { call: 'send', expected, got }, cause));
      }
    });

  readonly onMessage = (listener: (message: unknown) => void): (() => void) => {
    if (typeof listener !== 'function') {
      const got = show(listener);
      throw new CommandError('COPPICE_INVALID_ARGUMENT', { call: 'onMessage', expected: 'a function', got });
    }
    // An entry of its own, so that the same function may be given twice.
    const entry = (message: unknown): void => listener(message);
    this.#listeners.add(entry);
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const message of kept) this.#call(entry, message);
    return () => void this.#listeners.delete(entry);
  };

  receive(message: unknown): void {
    if (this.#kept) {
      if (this.#kept.push(message) > MAX_KEPT) this.#kept.shift();
      return;
    }
    for (const listener of this.#listeners) this.#call(listener, message);
  }

  #call(listener: (message: unknown) => void, message: unknown): void {
    try {
      listener(message);
    } catch (error) {
      this.#failed(error);
    }
  }
}

/** What a process says when it is ready: `process.send('ready')`, as for PM2, or `{ type: 'ready' }`; and so on. */
export function says(word: 'ready' | 'heartbeat', message: unknown): boolean {
  if (message === word) return true;
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === word;
}
