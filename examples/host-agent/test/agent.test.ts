/** The agent in peace, on a machine that has no vmstat. */
import type { Health, SupervisorSnapshot } from 'coppice';
import { read, runAgent } from './run-agent.js';

test('it serves real values and its health, and SIGTERM stops it in order', async () => {
  const { child, until, end, output, leftBehind } = runAgent([], { PATH: '' });
  const url = await until(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  const healthPort = await until(/livez and \/readyz on port (\d+)/);
  await until(/probe +reads \d+ samples/);

  const page = await (await read(`${url}/metrics`)).text();
  for (const line of page.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? -?[\d.e+-]+)$/);
  }
  const value = (name: string) => Number(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'm').exec(page)?.[1]);
  expect(value('host_memory_total_bytes')).toBeGreaterThan(2 ** 20);
  expect(value('host_memory_available_bytes')).toBeLessThan(value('host_memory_total_bytes'));
  expect(value('host_load1')).toBeGreaterThanOrEqual(0);
  expect(value('host_hash_seconds')).toBeGreaterThan(0); // from the thread
  expect(value('host_processes_runnable')).toBeGreaterThanOrEqual(0); // from the process

  const tree = (await (await read(`${url}/tree`)).json()) as SupervisorSnapshot;
  expect(tree).toMatchObject({ id: 'agent', strategy: 'rest-for-one', phase: 'running' });
  expect(tree.children.map(({ id }) => id)).toEqual(['health', 'aggregator', 'collectors', 'http', 'probe']);
  expect((await read(`${url}/nothing`)).status).toBe(404);

  const ready = await read(`http://127.0.0.1:${healthPort}/readyz`);
  expect([ready.status, ((await ready.json()) as Health).reasons]).toEqual([200, expect.any(Array)]);

  expect(output()).toContain('a process: stands in for vmstat');
  child.kill('SIGTERM');
  expect(await end()).toBe(0);
  expect(output()).toMatch(
    /● agent +SIGTERM; [^]+■ http [^]+■ aggregator [^]+■ health [^\n]+\n[^\n]+■ agent +stopped\n/,
  );
  expect(leftBehind()).toEqual([]);
});

test('--for ends it, with 0', async () => {
  const { end, output } = runAgent(['--for', '0.1']);
  expect(await end()).toBe(0);
  expect(output()).toMatch(/● agent +100 ms are over/);
});
