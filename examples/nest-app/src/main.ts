/** Runs it as what this process is there for. SIGUSR2 breaks the connection to the store, which comes back 3 s later. */
import { store } from './store.js';
import { notesApp } from './notes-app.js';

const app = notesApp({ port: Number(process.env['PORT'] ?? 3000), healthPort: 8080 });
process.on('SIGUSR2', () => app.handle().use(store).break());
await app.run();
