// An application that gives up ends the process with exit code 1.
import { application, task } from 'coppice';

const doomed = task({ id: 'doomed', run: () => Promise.reject(new Error('as always')) });
await application({ id: 'app', children: [doomed] }).run();
