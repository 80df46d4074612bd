/**
 * Stands in for a database and its driver, so that the example runs without one. Nothing but this is a fake: rows in memory,
 * connections that break when the server goes away, and a server that refuses them until it is back.
 */
import { EventEmitter } from 'node:events';

export interface Post {
  readonly id: number;
  readonly text: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** What a driver gives: queries, an `'error'` when the connection breaks, and a way to end. */
export class Connection extends EventEmitter<{ error: [Error] }> {
  constructor(private readonly server: FakeDatabase) {
    super();
  }

  async posts(): Promise<readonly Post[]> {
    return this.server.rows;
  }

  async add(post: Omit<Post, 'id'>): Promise<Post> {
    const added = { id: ++this.server.lastId, ...post };
    this.server.rows.push(added);
    return added;
  }

  /** @returns how many there were */
  async removeBefore(time: number): Promise<number> {
    const kept = this.server.rows.filter(({ at }) => at >= time);
    const removed = this.server.rows.length - kept.length;
    this.server.rows = kept;
    return removed;
  }

  async end(): Promise<void> {
    this.server.connections.delete(this);
  }
}

export class FakeDatabase {
  rows: Post[] = [];
  lastId = 0;
  readonly connections = new Set<Connection>();
  #isAway = false;

  async connect(): Promise<Connection> {
    if (this.#isAway) throw new Error('the database refuses connections');
    const connection = new Connection(this);
    this.connections.add(connection);
    return connection;
  }

  /** Goes away, or comes back. @returns whether it is away now */
  toggle(): boolean {
    this.#isAway = !this.#isAway;
    if (this.#isAway) {
      for (const connection of this.connections) {
        connection.emit('error', new Error('the connection to the database was lost'));
      }
    }
    return this.#isAway;
  }
}
