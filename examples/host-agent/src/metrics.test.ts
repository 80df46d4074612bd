import { type Metric, MetricStore, STALE_MS } from './metrics.js';
import { digest } from './probe.js';
import { registryOf } from './prometheus.js';

const metric = (name: string, value: number): Metric => ({
  name,
  help: 'help',
  type: 'gauge',
  samples: [{ value }],
});

describe('the store', () => {
  test('keeps what each collector said last, until it is stale', () => {
    let now = 0;
    const store = new MetricStore(() => now);
    store.put('cpu', [metric('a', 1)]);
    store.put('load', [metric('b', 2)]);
    now = STALE_MS;
    store.put('load', [metric('b', 3)]);
    expect(store.fresh()).toEqual([metric('a', 1), metric('b', 3)]);
    now = STALE_MS + 1;
    expect(store.fresh()).toEqual([metric('b', 3)]);
  });
});

test('the metrics of the machine, as prom-client writes them', async () => {
  const samples = [
    { labels: { cpu: '0', mode: 'user' }, value: 1.5 },
    { labels: { cpu: '"1"', mode: 'idle' }, value: 0 },
  ];
  const page = await registryOf([
    { name: 'm_total', help: 'What it is.', type: 'counter', samples },
    { ...metric('n', -2), help: 'Another.' },
  ]).metrics();
  expect(page.trimEnd().split('\n')).toEqual([
    '# HELP m_total What it is.',
    '# TYPE m_total counter',
    'm_total{cpu="0",mode="user"} 1.5',
    'm_total{cpu="\\"1\\"",mode="idle"} 0',
    '',
    '# HELP n Another.',
    '# TYPE n gauge',
    'n -2',
  ]);
});

test('the probe picks a few numbers out of a page', async () => {
  const page = await registryOf([
    metric('host_cpu_usage_ratio', 0.125),
    metric('host_memory_total_bytes', 8 * 2 ** 30),
    metric('host_memory_available_bytes', 6 * 2 ** 30),
    metric('host_load1', 0.5),
  ]).metrics();
  expect(digest(page)).toBe('4 samples: cpu 12.5 %, memory 2.0/8.0 GiB, load 0.5');
  expect(digest(await registryOf([metric('host_load1', 2)]).metrics())).toBe('1 samples: load 2');
});
