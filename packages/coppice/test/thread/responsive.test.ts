/** Whatever a thread does, the main loop stays responsive, and the thread is started again. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { acting, boot, cleanUpAfterEach } from './support.js';

cleanUpAfterEach();

/** The longest time in which the main loop could do nothing else, in milliseconds. */
async function longestDelay(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.max / 1e6;
}

/** Generous for machines with few cores and much to do; a blocked main loop would be blocked for good. */
const RESPONSIVE_MS = 400;

test('a busy loop: it is stopped and started again while the main loop goes on', async () => {
  const { tree, current } = await boot(acting('busy', { shutdownMs: 800 }));
  const first = current();
  let ticks = 0;
  const ticker = setInterval(() => ticks++, 5);
  const delay = await longestDelay(async () => {
    first.post('go');
    await tree.terminateChild('worker');
    await tree.restartChild('worker');
  });
  clearInterval(ticker);
  expect(current().threadId).not.toBe(first.threadId);
  expect(tree.snapshot().children.at(-1)).toMatchObject({ status: 'running', incarnation: 2 });
  expect(ticks).toBeGreaterThan(20);
  expect(delay).toBeLessThan(RESPONSIVE_MS);
  current().post('go');
});

test('a function that never yields from its very start', async () => {
  const { tree } = await boot(acting('busy at once', { shutdownMs: 100 }));
  expect(await longestDelay(() => tree.terminateChild('worker'))).toBeLessThan(RESPONSIVE_MS);
});

test.each([
  ['process.exit', 'exit', { data: { code: 3 } }, 'COPPICE_THREAD_EXITED'],
  ['out of memory', 'memory', { resourceLimits: { maxOldGenerationSizeMb: 16 } }, 'ERR_WORKER_OUT_OF_MEMORY'],
])('%s: it is started again', async (_what, act, options, code) => {
  const { event } = await boot(acting(act, options), { maxRestarts: 1 });
  const delay = await longestDelay(async () => {
    expect(await event('child:restarting')).toMatchObject({ reason: { kind: 'crash', error: { code } } });
    await event('child:started', ({ incarnation, id }) => incarnation === 2 && id === 'worker');
  });
  expect(delay).toBeLessThan(RESPONSIVE_MS);
  await event('supervisor:gave-up');
});

test('a busy thread under one-for-all: its siblings are restarted with a new one', async () => {
  const { tree, current, event } = await boot(acting('busy', { shutdownMs: 100 }), {
    strategy: 'one-for-all',
  });
  const first = current();
  first.post('go');
  await tree.startChild({
    ...acting('throw later', { restart: 'transient' }),
    id: 'other',
  });
  await event('child:crashed', ({ id }) => id === 'other');
  await event('child:started', ({ incarnation, id }) => incarnation === 2 && id === 'worker');
  expect(current().threadId).not.toBe(first.threadId);
});
