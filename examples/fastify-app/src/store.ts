/** Where the notes are. Stands in for a database: a connection that may break, and takes its time to be made again. */
import { EventEmitter } from 'node:events';
import { service } from 'coppice';

export interface Note {
  readonly id: number;
  readonly text: string;
}

/** What is stored outlives the connection. */
const rows: Note[] = [];

class StoreConnection extends EventEmitter<{ error: [Error] }> {
  async all(): Promise<readonly Note[]> {
    return rows;
  }

  async insert(text: string): Promise<Note> {
    const note = { id: rows.length + 1, text };
    rows.push(note);
    return note;
  }

  /** What a server that goes away does to its clients. */
  break(): void {
    this.emit('error', new Error('the connection to the store was lost'));
  }
}

export const store = service({
  id: 'store',
  start: ({ fail }) => new StoreConnection().on('error', fail),
  stop: (connection) => connection.removeAllListeners('error'),
  // Tried again for ever: the app is up without it, and says 503 where it needs it.
  backoff: { minMs: 3_000, maxMs: 3_000, jitter: 0 },
  maxRestarts: Infinity,
});
