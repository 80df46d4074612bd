/** A file that knows nothing of Coppice. */
import { parentPort } from 'node:worker_threads';

setInterval(() => parentPort?.postMessage('tick'), 200);
