/** Metrics, as the real SDK has them when it collects. */
import { channel } from 'node:diagnostics_channel';
import { type InstrumentOptions, instrument } from '@coppice/otel';

import { type AnySupervisorHandle, service } from '@coppice/core';
import { metrics } from '@opentelemetry/api';
import { type Sdk, only, sdk, shop } from './support.js';

let its: Sdk;
beforeEach(() => {
  its = sdk();
});
const offs: (() => void)[] = [];
afterEach(() => {
  offs.splice(0).forEach((off) => off());
  return its.shutdown();
});

/** With the SDK of this test, and for as long as it takes. */
function measure(tree: AnySupervisorHandle, options: InstrumentOptions = {}): () => void {
  const off = instrument(tree, { meter: its.meters.getMeter('test'), ...options });
  offs.push(off);
  return off;
}

test('a life: crash, restart, giving up, a restart of the supervisor, a stop with one that is stuck', async () => {
  const { tree, clock, start, stop } = shop();
  measure(tree);
  await start();
  await clock.advance(312); // the poller crashes, and is started again
  const one = await its.values();
  expect(only(one, 'supervision.child.restarts')).toEqual({ '{shop/feeds/poller,crash,TypeError}': 1 });
  expect(only(one, 'supervision.supervisor.intensity.utilization')).toEqual({
    '{shop/feeds,one-for-one}': 1,
  });
  expect(only(one, 'supervision.child.uptime')).toEqual({
    '{shop/db}': 0.312,
    '{shop/feeds}': 0.312,
    '{shop/sessions}': 0.312,
    '{shop/stuck}': 0.312,
  });
  expect(only(one, 'supervision.application.ready')).toEqual({ '{shop}': 1 });

  await clock.advance(312); // and again: its supervisor gives up, and is started again
  for (const id of ['ada', 'bob', 'cy']) await tree.supervisor('sessions').startChild({ id } as never);
  const two = await its.values();
  expect(only(two, 'supervision.escalations')).toEqual({ '{shop/feeds}': 1 });
  expect(only(two, 'supervision.child.restarts')).toEqual({
    '{shop/feeds/poller,crash,TypeError}': 1,
    '{shop/feeds,exit,COPPICE_GAVE_UP}': 1,
  });
  expect(only(two, 'supervision.child.status.state')).toEqual({
    '{shop/db,running}': 1,
    '{shop/stuck,running}': 1,
    '{shop/feeds,running}': 1,
    '{shop/feeds/poller,running}': 1,
    '{shop/sessions,running}': 1,
    '{shop/sessions/*,running}': 3,
  });

  await stop();
  const three = await its.values();
  expect(only(three, 'supervision.child.stop.duration')).toEqual({
    '{shop/db,graceful}': 0.04,
    '{shop/stuck,abandoned}': 0.5,
  });
  expect(only(three, 'supervision.child.start.duration')).toEqual({ '{shop/db,ok}': 0.012 });
  expect(only(three, 'supervision.child.abandoned')).toEqual({ '{shop/stuck}': 1 });
  expect(only(three, 'supervision.application.ready')).toEqual({});
  const sum = (name: string, word: string) =>
    Object.entries(only(three, name)).reduce(
      (all, [key, value]) => all + (key.includes(word) ? value : 0),
      0,
    );
  expect(sum('supervision.child.starts', ',ok')).toBe(sum('supervision.child.exits', ''));

  await clock.advance(10_000);
  expect(only(await its.values(), 'supervision.child.abandoned')).toEqual({}); // it has ended after all
});

test('names, units and descriptions reach the SDK', async () => {
  const { tree, start } = shop();
  measure(tree);
  await start();
  expect((await its.described()).toSorted()).toEqual([
    'supervision.application.ready GAUGE {application}',
    'supervision.child.abandoned SUM {incarnation}',
    'supervision.child.start.duration HISTOGRAM s',
    'supervision.child.starts SUM+ {start}',
    'supervision.child.status.state SUM {child}',
    'supervision.child.uptime GAUGE s',
    'supervision.supervisor.intensity.utilization GAUGE 1',
  ]);
});

test('however many come and go, they are a handful of series', async () => {
  const { tree, start } = shop();
  measure(tree);
  await start();
  const sessions = tree.supervisor('sessions');
  for (let i = 0; i < 200; i++) await sessions.startChild({ id: `user-${i}` } as never);
  for (let i = 0; i < 150; i++) await sessions.terminateChild(`user-${i}`);
  const values = await its.values();
  expect(only(values, 'supervision.child.starts')).toMatchObject({ '{shop/sessions/*,ok}': 200 });
  expect(only(values, 'supervision.child.status.state')).toMatchObject({ '{shop/sessions/*,running}': 50 });
  expect(Object.keys(values).filter((key) => key.includes('user-'))).toEqual([]);
});

test('two trees with one meter', async () => {
  const [a, b] = [shop(), shop()];
  measure(a.tree);
  measure(b.tree.supervisor('sessions'));
  await a.start();
  await b.start();
  await b.tree.supervisor('sessions').startChild({ id: 'ada' } as never);
  expect(only(await its.values(), 'supervision.child.status.state')).toMatchObject({
    '{shop/db,running}': 1,
    '{shop/sessions/*,running}': 1,
  });
});

test('what is gone is told as 0, though the SDK would go on telling what it was', async () => {
  const { tree, start } = shop();
  measure(tree);
  await start();
  const told = async () =>
    Object.keys(only(await its.values(), 'supervision.child.status.state')).filter((key) =>
      key.includes('sessions'),
    );
  expect(await told()).toEqual(['{shop/sessions,running}']);
  await tree.terminateChild('sessions');
  expect(await told()).toEqual(['{shop/sessions,stopped}']);
  await tree.deleteChild('sessions');
  expect(await told()).toEqual([]);
  await tree.startChild(service({ id: 'sessions', start: () => 1 }));
  expect(await told()).toEqual(['{shop/sessions,running}']);
});

test('stray faults, as an application with its process tells of them', async () => {
  const { tree, start } = shop();
  const off = measure(tree);
  await start();
  const fault = {
    error: new Error('stray'),
    origin: 'uncaughtException',
    attribution: 'context',
    owner: { path: 'shop/db' },
    outcome: 'crash',
  };
  channel('coppice:fault').publish(fault);
  expect(only(await its.values(), 'supervision.faults')).toEqual({
    '{shop/db,context,uncaughtException,true}': 1,
  });
  off();
  expect(channel('coppice:fault').hasSubscribers).toBe(false);
});

test('after off nothing is counted or read, and nobody listens', async () => {
  const { tree, clock, start } = shop();
  const off = measure(tree);
  await start();
  const starts = only(await its.values(), 'supervision.child.starts');
  off();
  off();
  await clock.advance(312);
  const values = await its.values();
  expect(only(values, 'supervision.child.starts')).toEqual(starts);
  expect(only(values, 'supervision.child.restarts')).toEqual({});
  expect(only(values, 'supervision.child.status.state')).toEqual({});
});

test('the global SDK is used if no meter is given; without any there is nothing to do', async () => {
  const { tree, start } = shop();
  instrument(tree)();
  metrics.setGlobalMeterProvider(its.meters);
  try {
    const off = instrument(tree);
    await start();
    expect(only(await its.values(), 'supervision.application.ready')).toEqual({ '{shop}': 1 });
    off();
  } finally {
    metrics.disable();
  }
});

test.each([
  [{ metre: 1 }, "no other options than meter, tracer, maxPaths, health; got 'metre', did you mean 'meter'?"],
  [{ maxPaths: 0 }, 'maxPaths: a whole number, 1 or more; got 0'],
])('%j is refused', (options, message) => {
  expect(() => instrument(shop().tree, options as never)).toThrow(message);
});
