/** The connection to the database, as a service of the tree. */
import { service } from 'coppice';
import { FakeDatabase } from './database.js';

export const database = new FakeDatabase();

export const db = service({
  id: 'db',
  start: async ({ fail }) => {
    const connection = await database.connect();
    connection.on('error', fail); // a broken connection is a crash of db
    return connection;
  },
  stop: (connection) => connection.end(),
  // The app comes up without it, and says 503 until it is there.
  boot: 'degraded',
  // An outage is survived. Without these two, three attempts within some milliseconds would be all.
  backoff: { minMs: 100, maxMs: 10_000 },
  // After some minutes it gives up, and the process ends with 1: perhaps another machine can reach it.
  maxRestarts: 30,
  withinMs: 900_000,
});
