import { type Metric, MetricStore, STALE_MS } from './metrics.js';
import { digest } from './probe.js';
import { toPrometheus } from './prometheus.js';

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

describe('the Prometheus text format', () => {
  test('has HELP and TYPE once for each metric, then its samples', () => {
    const samples = [{ labels: { cpu: '0', mode: 'user' }, value: 1.5 }, { value: 2 }];
    expect(toPrometheus([{ name: 'm', help: 'What it is.', type: 'counter', samples }])).toBe(
      '# HELP m What it is.\n# TYPE m counter\nm{cpu="0",mode="user"} 1.5\nm 2\n',
    );
  });

  test('escapes labels and help', () => {
    const samples = [{ labels: { path: 'C:\\ "x"\ny' }, value: 0 }];
    const text = toPrometheus([{ name: 'm', help: 'a\\b\nc "d"', type: 'gauge', samples }]);
    expect(text.split('\n')).toEqual([
      '# HELP m a\\\\b\\nc "d"',
      '# TYPE m gauge',
      'm{path="C:\\\\ \\"x\\"\\ny"} 0',
      '',
    ]);
  });

  test('writes numbers that are none as Prometheus does', () => {
    const samples = [NaN, Infinity, -Infinity].map((value) => ({ value }));
    expect(toPrometheus([{ name: 'm', help: '', type: 'gauge', samples }])).toContain(
      'm NaN\nm +Inf\nm -Inf\n',
    );
  });
});

test('the probe picks a few numbers out of a page', () => {
  const page = toPrometheus([
    metric('host_cpu_usage_ratio', 0.125),
    metric('host_memory_total_bytes', 8 * 2 ** 30),
    metric('host_memory_available_bytes', 6 * 2 ** 30),
    metric('host_load1', 0.5),
  ]);
  expect(digest(page)).toBe('4 samples: cpu 12.5 %, memory 2.0/8.0 GiB, load 0.5');
  expect(digest(toPrometheus([metric('host_load1', 2)]))).toBe('1 samples: load 2');
});
