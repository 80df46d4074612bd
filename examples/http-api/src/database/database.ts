/** What the rest of the program knows of its database, whichever it is. */
export interface Database {
  /** The rows. @throws DatabaseDownError if it could not be asked; anything else: it has answered, with an error */
  query<Row = unknown>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** The database could not be asked. That is nobody's mistake, and will pass: 503, and not 500. */
export class DatabaseDownError extends Error {
  override readonly name = 'DatabaseDownError';
  readonly code = 'DATABASE_DOWN';
}
