/** The whole agent as a process of its own, as `npm start` runs it: in real time, so that there are few of these. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SupervisorSnapshot } from 'coppice';

const MAIN = join(__dirname, '../dist/main.js');

const children: ChildProcess[] = [];
afterEach(() => children.forEach((child) => child.kill('SIGKILL')));

function agent(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  const heard = (text: string): void => void (output += text);
  child.stdout.setEncoding('utf8').on('data', heard);
  child.stderr.setEncoding('utf8').on('data', heard);
  const exit = once(child, 'close');
  return {
    child,
    output: () => output,
    until: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? found[0];
        await Promise.race([once(child.stdout, 'data'), exit]);
        if (child.exitCode !== null && !pattern.test(output)) throw new Error(`no ${pattern} in:\n${output}`);
      }
    },
    end: async (): Promise<unknown> => (await exit)[0],
  };
}

/** Reads a page until it is there: chaos may have closed the door for a moment. */
async function read(url: string): Promise<Response> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await fetch(url, { headers: { connection: 'close' } });
    } catch (error) {
      if (attempts >= 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

test('in the midst of chaos it serves real values, and it stops in order', async () => {
  const { until, end, output } = agent('--for', '3', '--chaos', '--seed', '7');
  const url = await until(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  await until(/up again/);

  const page = await (await read(`${url}/metrics`)).text();
  for (const line of page.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? -?[\d.e+]+)$/);
  }
  const value = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(page)?.[1]);
  expect(value('host_memory_total_bytes')).toBeGreaterThan(2 ** 20);
  expect(value('host_memory_available_bytes')).toBeLessThan(value('host_memory_total_bytes'));
  expect(value('host_load1')).toBeGreaterThanOrEqual(0);

  const tree = (await (await read(`${url}/tree`)).json()) as SupervisorSnapshot;
  expect(tree).toMatchObject({ id: 'agent', strategy: 'rest-for-one', phase: 'running' });
  expect(tree.children.map(({ id }) => id)).toEqual(['aggregator', 'collectors', 'http', 'probe', 'chaos']);
  expect((await read(`${url}/nothing`)).status).toBe(404);

  expect(await end()).toBe(0);
  const [, summary = ''] = output().split(/^ {2}child +incarnations.*$/m);
  expect(summary).toMatch(/^ +\S+ +[2-9] /m);
  expect(summary).toMatch(/[1-9]\d* restarts?,/);
  expect(output()).toMatch(/■ aggregator +stopped after [^\n]+\n[^\n]+■ agent +stopped\n/);
});

test('SIGTERM stops it in order', async () => {
  const { child, until, end, output } = agent();
  await until(/up in/);
  child.kill('SIGTERM');
  expect(await end()).toBe(0);
  expect(output()).toContain('■ http ');
});
