/** A real scrape, over loopback, of trees that crash, are started again, give up, and are stopped. */
import { channel } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AnySupervisorHandle,
  SimulatedClock,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { type InstrumentOptions, type Instrumented, instrument, prometheusName } from '@coppice/prometheus';
import { Counter, type OpenMetricsContentType, Registry } from 'prom-client';
import { parse } from './parse.js';

const offs: (() => void)[] = [];
afterEach(() => offs.splice(0).forEach((off) => off()));

/** For as long as the test takes. */
function measure(tree: AnySupervisorHandle, options?: InstrumentOptions) {
  const measured = instrument(tree, options);
  offs.push(measured.stop);
  return measured;
}

/** Asks for the metrics as Prometheus does, and reads them as strictly as can be. */
async function scrape(registry: Instrumented['registry']) {
  const server = createServer((_, response) => {
    void registry.metrics().then((text) => {
      response.setHeader('content-type', registry.contentType);
      response.end(text);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; ?version=0\.0\.4/);
    return parse(await response.text());
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

/** What is not 0 of one metric, by the values of its labels. */
function of(families: Awaited<ReturnType<typeof scrape>>, name: string, suffix = ''): Record<string, number> {
  const family = families.get(`supervision_${name}`);
  if (!family) throw new Error(`there is no ${name}, but ${[...families.keys()].join(', ')}`);
  const samples = family.samples.filter((one) => one.name === family.name + suffix && one.value !== 0);
  return Object.fromEntries(samples.map(({ labels, value }) => [Object.values(labels).join(' '), value]));
}

function shop(id = 'shop') {
  const clock = new SimulatedClock();
  const after = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(resolve, ms));
  const tree = supervisor({
    id,
    maxRestarts: 2,
    children: [
      service({ id: 'db', start: () => after(12), stop: () => after(40) }),
      task({
        id: 'poller',
        run: async ({ sleep }) => {
          await sleep(250);
          throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        },
      }),
      task({ id: 'stuck', shutdownMs: 500, run: () => after(10_000) }),
      dynamicSupervisor({
        id: 'sessions',
        child: service({ id: 'session', start: ({ attempt }) => attempt }),
      }),
    ],
  }).handle({ clock });
  void tree.whenStopped();
  const start = async (): Promise<void> => {
    const starting = tree.start();
    await clock.advance(12);
    await starting;
  };
  return { tree, clock, start };
}

test('a life: it crashes, is started again, and gives up, with one that is stuck', async () => {
  const { tree, clock, start } = shop();
  const { registry, stop: off } = measure(tree);
  await start();
  await clock.advance(250);
  const one = await scrape(registry);
  expect(of(one, 'child_restarts_total')).toEqual({ 'shop/poller crash ECONNREFUSED': 1 });
  expect(of(one, 'supervisor_intensity_utilization_ratio')).toEqual({ 'shop one-for-one': 0.5 });
  expect(of(one, 'child_uptime_seconds')).toEqual({
    'shop/db': 0.25,
    'shop/stuck': 0.25,
    'shop/sessions': 0.25,
  });
  expect(of(one, 'child_status_state')).toEqual({
    'shop/db running': 1,
    'shop/poller running': 1,
    'shop/stuck running': 1,
    'shop/sessions running': 1,
  });
  expect(of(one, 'application_ready')).toEqual({ shop: 1 });
  await clock.advance(250);
  await clock.advance(250); // the third crash within 5 s
  await clock.advance(540);
  const two = await scrape(registry);
  expect(of(two, 'escalations_total')).toEqual({ shop: 1 });
  expect(of(two, 'child_stop_duration_seconds', '_sum')).toEqual({
    'shop/db graceful': 0.04,
    'shop/stuck abandoned': 0.5,
  });
  expect(of(two, 'child_start_duration_seconds', '_count')).toMatchObject({ 'shop/poller ok': 3 });
  expect(of(two, 'child_abandoned')).toEqual({ 'shop/stuck': 1 });
  expect(of(two, 'application_ready')).toEqual({});
  const sum = (values: Record<string, number>) => Object.values(values).reduce((a, b) => a + b, 0);
  expect(sum(of(two, 'child_starts_total'))).toBe(sum(of(two, 'child_exits_total')));
  off();
  await clock.advance(10_000);
});

test('what is gone is told no longer; what was counted is', async () => {
  const { tree, clock, start } = shop();
  const { registry } = measure(tree);
  await start();
  await tree.terminateChild('sessions');
  await tree.deleteChild('sessions');
  const metrics = await scrape(registry);
  expect(Object.keys(of(metrics, 'child_status_state'))).toEqual([
    'shop/db running',
    'shop/poller running',
    'shop/stuck running',
  ]);
  expect(of(metrics, 'child_exits_total')).toEqual({ 'shop/sessions stopped': 1 });
  await clock.advance(0);
});

test('however many come and go, they are a handful of series, and so is a scrape', async () => {
  const { tree, start } = shop();
  const { registry } = measure(tree);
  await start();
  const before = (await registry.metrics()).split('\n').length;
  for (let i = 0; i < 300; i++) await tree.supervisor('sessions').startChild({ id: `user-${i}` } as never);
  const metrics = await scrape(registry);
  expect(of(metrics, 'child_status_state')).toMatchObject({ 'shop/sessions/* running': 300 });
  const text = await registry.metrics();
  expect(text).not.toContain('user-');
  // Of the starts of sessions: a counter, and a histogram with its buckets.
  expect(text.split('\n').length - before).toBeLessThan(25);
});

test('ids of any kind are escaped', async () => {
  const clock = new SimulatedClock();
  const id = 'a"b\\c d é{}';
  const tree = supervisor({ id: 'root', children: [service({ id, start: () => 1 })] }).handle({ clock });
  const { registry } = measure(tree);
  await tree.start();
  const metrics = await scrape(registry);
  expect(of(metrics, 'child_status_state')).toEqual({ [`root/${id} running`]: 1 });
});

test('several trees and the metrics of the program in one registry', async () => {
  const registry = new Registry();
  new Counter({ name: 'orders_total', help: 'Orders', registers: [registry] }).inc(3);
  const [east, west] = [shop('east'), shop('west')];
  const first = measure(east.tree, { registry });
  const second = measure(west.tree, { registry });
  expect(first.registry).toBe(registry);
  await east.start();
  await west.start();
  const both = await scrape(registry);
  expect(of(both, 'application_ready')).toEqual({ east: 1, west: 1 });
  expect(both.get('orders_total')?.samples).toMatchObject([{ value: 3 }]);

  first.stop();
  first.stop();
  const one = await scrape(registry);
  expect(of(one, 'application_ready')).toEqual({ west: 1 });
  second.stop();
  expect([...(await scrape(registry)).keys()]).toEqual(['orders_total']);
  await west.clock.advance(250); // nobody counts any more
  const again = measure(west.tree, { registry });
  expect(of(await scrape(registry), 'child_restarts_total')).toEqual({});
  again.stop();
});

test('stray faults, as an application with its process tells of them', async () => {
  const { tree } = shop();
  const { registry, stop: off } = measure(tree);
  const fault = { origin: 'unhandledRejection', attribution: 'none', owner: undefined, outcome: 'fatal' };
  channel('coppice:fault').publish(fault);
  expect(of(await scrape(registry), 'faults_total')).toEqual({ 'none unhandledRejection false': 1 });
  off();
});

test('OpenMetrics as well, if the registry is made for it', async () => {
  const { tree, start } = shop();
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const { stop: off } = measure(tree, { registry });
  await start();
  const text = await registry.metrics();
  expect(text).toMatch(/^# TYPE supervision_child_starts counter$/m);
  expect(text).toMatch(/^supervision_child_starts_total\{.*\} 1$/m);
  expect(text).toMatch(/# EOF\n$/);
  off();
  expect((await registry.metrics()).trim()).toBe('# EOF');
});

test('the names are those that an OpenTelemetry exporter makes of the same metrics', () => {
  expect(prometheusName('supervision.child.restarts')).toBe('supervision_child_restarts_total');
  expect(prometheusName('supervision.child.stop.duration')).toBe('supervision_child_stop_duration_seconds');
  expect(prometheusName('supervision.child.status.state')).toBe('supervision_child_status_state');
  expect(prometheusName('supervision.supervisor.intensity.utilization')).toBe(
    'supervision_supervisor_intensity_utilization_ratio',
  );
});

test('an option that does not exist is refused', () => {
  expect(() => measure(shop().tree, { register: new Registry() } as never)).toThrow(
    "did you mean 'registry'?",
  );
});
