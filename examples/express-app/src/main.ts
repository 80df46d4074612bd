/** Runs it as what this process is there for. SIGUSR2 takes the database away, and once more brings it back. */
import { logEvents } from '@coppice/pino';
import { pino } from 'pino';
import { database } from './db.js';
import { wall } from './wall.js';

const { PORT = '3000', HEALTH_PORT = '8080' } = process.env;
const logger = pino();
const { app, api } = wall({ ports: { api: Number(PORT), health: Number(HEALTH_PORT) }, logger });

logEvents(app.handle(), logger);
void app
  .handle()
  .whenReady(api)
  .then(
    ({ url }) => logger.info({ url }, 'the API is up'),
    () => {}, // it did not start, and the log says why
  );
process.on('SIGUSR2', () => logger.warn(database.toggle() ? 'the database is away' : 'the database is back'));
await app.run();
