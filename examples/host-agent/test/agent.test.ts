/** The agent in peace, on a machine that has no vmstat. */
import type { Health, SupervisorSnapshot } from 'coppice';
import { parse } from '../../../packages/prometheus/test/parse.js';
import { read, runAgent } from './run-agent.js';

test('it serves real values and its health, and SIGTERM stops it in order', async () => {
  const { child, until, end, records, errors, leftBehind } = runAgent(['--verbose'], { PATH: '' });
  const url = await until(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  const healthPort = await until(/livez and \/readyz on port (\d+)/);
  await until(/reads \d+ samples/);

  const tree = (await (await read(`${url}/tree`)).json()) as SupervisorSnapshot;
  expect(tree).toMatchObject({ id: 'agent', strategy: 'rest-for-one', phase: 'running' });
  expect(tree.children.map(({ id }) => id)).toEqual(['health', 'aggregator', 'collectors', 'http', 'probe']);
  expect((await read(`${url}/nothing`)).status).toBe(404);

  const ready = await read(`http://127.0.0.1:${healthPort}/readyz`);
  expect([ready.status, ((await ready.json()) as Health).reasons]).toEqual([200, expect.any(Array)]);

  expect(records().map(({ msg }) => msg)).toContainEqual(
    expect.stringContaining('no vmstat on this machine'),
  );
  child.kill('SIGTERM');
  expect(await end()).toBe(0);
  const ends = records().filter(
    ({ event, path }) => event === 'child:stopped' && path?.split('/').length === 2,
  );
  expect(ends.map(({ path }) => path)).toEqual(
    ['probe', 'http', 'collectors', 'aggregator', 'health'].map((id) => `agent/${id}`),
  );
  expect(records().filter(({ event }) => event?.startsWith('application:'))).toMatchObject([
    { event: 'application:ready' },
    { event: 'application:stopping', because: 'SIGTERM' },
    { event: 'application:stopped' },
  ]);
  expect([errors(), leftBehind()]).toEqual(['', []]);
});

test('a scrape has the machine, and beside it the supervision', async () => {
  const { child, until, end } = runAgent([], { PATH: '' });
  const url = await until(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  await until(/reads \d+ samples/);

  const response = await read(`${url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; ?version=0\.0\.4/);
  const families = parse(await response.text());
  const value = (name: string, labels: object = {}): number | undefined =>
    families.get(name)?.samples.find((sample) => {
      const all = Object.entries(labels);
      return all.every(([key, label]) => sample.labels[key] === label);
    })?.value;
  expect(value('host_memory_total_bytes')).toBeGreaterThan(2 ** 20);
  expect(value('host_memory_available_bytes')).toBeLessThan(value('host_memory_total_bytes') ?? 0);
  expect(value('host_load1')).toBeGreaterThanOrEqual(0);
  expect(value('host_hash_seconds', { quantile: '0.5' })).toBeGreaterThan(0); // from the thread
  expect(value('host_processes_runnable')).toBeGreaterThanOrEqual(0); // from the process

  expect(value('supervision_application_ready')).toBe(1);
  const cpu = { supervision_child_path: 'agent/collectors/cpu' };
  expect(value('supervision_child_starts_total', { ...cpu, supervision_start_outcome: 'ok' })).toBe(1);
  expect(value('supervision_child_status_state', { ...cpu, supervision_child_state: 'running' })).toBe(1);
  expect(value('supervision_child_uptime_seconds', cpu)).toBeGreaterThan(0);
  child.kill('SIGTERM');
  expect(await end()).toBe(0);
});

test('--for ends it, with 0; what is no terminal gets a line of JSON for each record', async () => {
  const { end, records, errors } = runAgent(['--for', '0.1']);
  expect(await end()).toBe(0);
  expect(errors()).toBe('');
  expect(records().map(({ msg }) => msg)).toContain('0.1 s are over');
  expect(records().every(({ level, msg }) => level >= 30 && typeof msg === 'string')).toBe(true);
});
