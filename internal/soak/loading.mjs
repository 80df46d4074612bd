// What Node leaves open of threads that are terminated while they load: `node internal/soak/loading.mjs`
// Without Coppice in it, but for something to load.
import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const open = () => readdirSync('/proc/self/fd').length;
const source = `import(${JSON.stringify(import.meta.resolve('coppice'))})`;

const before = open();
for (let ms = 40; ms < 340; ms += 10) {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  worker.on('error', () => {});
  await wait(ms);
  await worker.terminate();
}
await wait(500);
console.log(
  `Node ${process.version}: 30 threads terminated while they load leave ${open() - before} files open`,
);
