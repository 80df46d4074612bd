/** Where the notes are. Stands in for a database: a connection that may break, and takes its time to be made again. */
import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { service } from 'coppice';

export interface Note {
  readonly id: number;
  readonly text: string;
}

/** What is stored outlives the connection. */
const rows: Note[] = [];
let downUntil = 0;

export class StoreConnection extends EventEmitter<{ error: [Error] }> {
  async all(): Promise<readonly Note[]> {
    return rows;
  }

  async insert(text: string): Promise<Note> {
    const note = { id: rows.length + 1, text };
    rows.push(note);
    return note;
  }

  /** Takes the store away for a while. */
  break(forMs = 3_000): void {
    downUntil = Date.now() + forMs;
    this.emit('error', new Error('the connection to the store was lost'));
  }

  close(): void {
    this.removeAllListeners();
  }
}

export const store = service({
  id: 'store',
  start: async ({ fail, signal }) => {
    await wait(5, undefined, { signal });
    if (Date.now() < downUntil) throw new Error('the store refuses connections');
    return new StoreConnection().on('error', fail);
  },
  stop: (connection) => connection.close(),
  // It is tried again for ever: the app is up without it, says 503 where it needs it, and is not ready meanwhile.
  boot: 'degraded',
  backoff: { minMs: 100, maxMs: 1_000 },
  maxRestarts: Infinity,
});
