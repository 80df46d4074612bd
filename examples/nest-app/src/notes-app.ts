/** The application: a store, and Nest, which is one of its children and not its master. */
import { type Application, type ApplicationOptions, application } from 'coppice';
import { nestServer } from './tree/nest-server.js';
import { NotesModule } from './notes/notes.module.js';
import { store } from './store.js';

export interface NotesAppOptions extends Pick<ApplicationOptions, 'logger'> {
  readonly port: number;
  readonly healthPort: number;
  readonly host?: string;
}

export function notesApp({ port, healthPort, host = '127.0.0.1', ...options }: NotesAppOptions): Application {
  return application({
    id: 'notes',
    ...options,
    health: { port: healthPort, host },
    // one-for-one: Nest stays up, and keeps its connections, while the store is away.
    children: [store, nestServer({ id: 'api', port, host, module: NotesModule, services: [store] })],
  });
}
