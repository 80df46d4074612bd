/** The probes of deploy/kubernetes.yaml, as a kubelet asks them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Check, ask, pod } from './checks.js';
import { stage } from './stage.js';

const guide = readFileSync(join(__dirname, '../../../docs/guides/kubernetes.md'), 'utf8');

test('the file stands in the guide', () => {
  expect(guide).toContain(readFileSync(join(__dirname, '../deploy/kubernetes.yaml'), 'utf8').trimEnd());
});

test('a database that is away takes the pod out of the Service, and never its life', async () => {
  const { app, clock, database, cache, ports, start, pass } = stage(5_000);
  const { startup, readiness, liveness } = pod();
  await start();
  const started = new Check(startup, clock.now());
  await pass(1_000, (now) => started.at(now, ports.health));
  expect(started.isUp).toBe(true);

  const ready = new Check(readiness, clock.now());
  const alive = new Check(liveness, clock.now(), true);
  const seen: string[] = [];
  const probe = async (now: number): Promise<void> => {
    await ready.at(now, ports.health);
    await alive.at(now, ports.health);
    const word = ready.isUp ? 'in' : 'out';
    if (seen.at(-1) !== word) seen.push(word);
  };
  await pass(4_000, probe);
  database.goAway();
  await pass(2_000, probe); // a blink
  database.comeBack();
  await pass(10_000, probe);
  expect(seen).toEqual(['in']);

  cache.goAway();
  await pass(20_000, probe);
  expect(seen).toEqual(['in']);

  database.goAway();
  await pass(300_000, probe);
  expect(seen).toEqual(['in', 'out']);
  database.comeBack();
  await pass(20_000, probe);
  expect(seen).toEqual(['in', 'out', 'in']);
  expect([alive.isUp, alive.hasFallen]).toEqual([true, 0]);
  // It says itself when and why.
  expect(app.healthChanges().map(({ isReady, reasons }) => [isReady, reasons[0]?.path])).toEqual([
    [true, undefined],
    [false, 'shop/db'],
    [true, 'shop/cache'],
  ]);
  await Promise.all([app.stop(), clock.advance(30_000)]);
});

/** A pod goes: requests come until all have heard of that, as kube-proxies do a moment later. */
async function goes({ drainMs, preStopMs }: { drainMs: number; preStopMs: number }): Promise<number[]> {
  const { app, clock, ports, start, pass } = stage(drainMs);
  const { graceMs } = pod();
  await start();
  const answers: number[] = [];
  const deletedAt = clock.now();
  const HEARD_MS = 3_000;
  let stopping: Promise<unknown> | undefined;
  await pass(graceMs, async (now) => {
    if (now >= deletedAt + preStopMs) stopping ??= app.stop(); // SIGTERM
    if (now < deletedAt + HEARD_MS) answers.push(await ask(ports.api, '/'));
  });
  await stopping;
  return answers;
}

test.each([
  { drainMs: 5_000, preStopMs: 0 },
  { drainMs: 0, preStopMs: 5_000 },
])('a pod that goes loses no request: %j', async (times) => {
  const answers = await goes(times);
  expect(answers).toHaveLength(12);
  expect(new Set(answers)).toEqual(new Set([200]));
});

test('without either of them requests are lost', async () => {
  expect(new Set(await goes({ drainMs: 0, preStopMs: 0 }))).toContain(0);
});
