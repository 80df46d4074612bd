/** The example as one runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from './client.js';

test('SIGTERM: clients are told to go away, and the exit code is 0', async () => {
  const child = spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0' },
  });
  const end = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const client = await Client.join(line.replace('join: ', ''));
  client.say('hello');
  expect(await client.hears()).toEqual({ from: 'ada', text: 'hello' });
  child.kill('SIGTERM');
  expect(await client.closed).toEqual([1001, 'the server goes away']);
  expect(await end).toEqual([0, null]);
});
