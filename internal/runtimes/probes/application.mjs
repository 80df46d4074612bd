// An application answers probes and requests, and SIGTERM stops it in order.
import assert from 'node:assert/strict';
import { application, httpServer, task } from 'coppice';

const told = [];
const api = httpServer({ id: 'api', port: 0, server: () => (_, response) => response.end('hello') });
const killer = task({
  id: 'killer',
  run: async ({ sleep, use, signal }) => {
    const { port } = use(api);
    assert.equal(await (await fetch(`http://localhost:${port}`)).text(), 'hello');
    assert.equal((await fetch(`http://localhost:${use(api).port}`)).status, 200);
    process.kill(process.pid, 'SIGTERM');
    while (!signal.aborted) await sleep(1_000);
  },
});
const app = application({ id: 'app', children: [api, killer], health: { port: 0 } });
app.handle().on('child:stopped', ({ path }) => told.push(path));
await app.run({ exit: false });
assert.deepEqual(told, ['app/killer', 'app/api', 'app/health']);
console.log('held');
