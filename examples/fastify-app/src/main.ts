/** Runs it as what this process is there for. SIGUSR2 breaks the connection to the store, which comes back 3 s later. */
import { logEvents } from '@coppice/pino';
import { pino } from 'pino';
import { notesApp } from './notes-app.js';
import { store } from './store.js';

const logger = pino();
const { app, api } = notesApp({ port: Number(process.env['PORT'] ?? 3000), logger });
logEvents(app.handle(), logger);
// `app.listen()` of Fastify would have said so.
void app
  .handle()
  .whenReady(api)
  .then(
    ({ url }) => logger.info(`Server listening at ${url}`),
    () => {}, // it did not start, and the log says why
  );
process.on('SIGUSR2', () => app.handle().use(store).break());
await app.run();
