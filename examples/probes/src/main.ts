/** Runs the shop as what this process is there for. SIGUSR2 takes the database away for ten seconds. */
import { Database } from './database.js';
import { shop } from './shop.js';

const database = new Database();
process.on('SIGUSR2', () => {
  database.goAway();
  setTimeout(() => database.comeBack(), 10_000).unref();
});

await shop({ ports: { api: 3000, health: 8080 }, database, cache: new Database(), drainMs: 5_000 }).run();
