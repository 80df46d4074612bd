/** The example as one runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

test('SIGTERM: the message in hand is done, and the exit code is 0', async () => {
  const child = spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, HEALTH_PORT: '0' },
  });
  const end = once(child, 'exit');
  const done: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.endsWith(': begun')) child.kill('SIGTERM');
    if (line.endsWith(': done')) done.push(line);
  }
  expect(await end).toEqual([0, null]);
  expect(done).toEqual(['0/0 tea: done']);
});
