/** Runs it as what this process is there for. SIGUSR2 takes the database away, and once more brings it back. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logEvents } from '@coppice/pino';
import { pino } from 'pino';
import { openPglite } from './database/pglite.js';
import { openPostgres } from './database/postgres.js';
import { Outage } from './outage.js';
import { shop } from './shop.js';

const { DATABASE_URL: url, DATA_FOLDER: folder = join(tmpdir(), 'coppice-shop'), HOST } = process.env;
const port = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

const logger = pino();
const outage = new Outage();
const { app, api } = shop({
  logger,
  host: HOST,
  ports: { api: port('PORT', 3000), health: port('HEALTH_PORT', 8080), metrics: port('METRICS_PORT', 9464) },
  open: outage.around((context) =>
    url === undefined ? openPglite(folder, context) : openPostgres(url, context),
  ),
  deliver: (message) => logger.info({ message }, 'delivered'),
});

const tree = app.handle();
logEvents(tree, logger);
process.on('SIGUSR2', () => logger.warn(outage.toggle() ? 'the database is away' : 'the database is back'));
// With PORT=0 nobody knows before where it listens. If it never does, the log says why.
void tree.whenReady(api).then(
  ({ url }) => logger.info({ url }, 'the API is up'),
  () => {},
);
await app.run();
