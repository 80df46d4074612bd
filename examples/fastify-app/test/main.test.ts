/** The example as one runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

test('it serves, and SIGTERM ends it with 0', async () => {
  const child = spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0' },
  });
  const end = once(child, 'exit');
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg } = JSON.parse(line) as { readonly msg: string };
    url ||= /Server listening at (http\S+)/.exec(msg)?.[1] ?? '';
    if (url) break;
  }
  expect((await fetch(`${url}/notes`, { headers: { connection: 'close' } })).status).toBe(200);
  child.kill('SIGTERM');
  expect(await end).toEqual([0, null]);
});
