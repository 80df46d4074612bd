/** Stands in for a database, a broker and a price feed, so that the declarations need none of them. */
import { EventEmitter } from 'node:events';

export class Pool extends EventEmitter {
  query(_sql: string): Promise<{ rowCount: number }> {
    return Promise.resolve({ rowCount: 1 });
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** A message that nobody will ever understand. */
export class BadMessage extends Error {}

export interface Consumer {
  /** The next messages; an empty list if none came for 10 seconds. */
  poll(signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const connectConsumer = (_topic: string): Promise<Consumer> =>
  Promise.resolve({
    poll: (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
    close: () => Promise.resolve(),
  });

export const handle = (_message: string): Promise<void> => Promise.resolve();

export const writeReport = (_signal: AbortSignal): Promise<void> => Promise.resolve();

export interface Feed {
  close(): void;
}

/** The other side sends something at least every 10 seconds. */
export const openFeed = (_on: { message: () => void; close: (error: Error) => void }): Promise<Feed> =>
  Promise.resolve({ close: () => {} });
