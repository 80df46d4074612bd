/** The example as one runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

test('it works on while one dies, says which one is parked, and leaves nobody behind', async () => {
  const child = spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('output');
    });
  const end = once(child, 'close');
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found[1] ?? '';
      await Promise.race([
        once(child, 'output'),
        end.then(() => Promise.reject(new Error(`no ${pattern} in:\n${output}`))),
      ]);
    }
  };
  const first = Number(await until(/calculator\/client: speaks with pid (\d+)/));
  await until(/asker: 2, and stop 1/);
  process.kill(first, 'SIGKILL');
  const second = Number(
    await until(/calculator\/client: speaks with pid \d+\n[^]*calculator\/client: speaks with pid (\d+)/),
  );
  await until(/weather has given up, and is parked/);
  await until(/asker: 6, and stop 3/);
  child.kill('SIGINT');
  expect((await end)[0]).toBe(0);
  expect(output).toContain('weather: WEATHER_API_KEY is not set');
  for (const pid of [first, second]) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});
