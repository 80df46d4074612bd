/** In which order a dynamic supervisor stops its children, and what that means for the time that it may take. */
import * as fc from 'fast-check';
import {
  SimulatedClock,
  type DynamicSupervisorTree,
  dynamicSupervisor,
  explainPolicy,
  service,
  stopBudgetMs,
} from '@coppice/core';

interface Fleet {
  readonly clock: SimulatedClock;
  readonly tree: DynamicSupervisorTree<[ms: number]>;
  /** `<when> ask <child>` and `<when> down <child>`. */
  readonly lines: string[];
}

/** Children c#1, c#2, ..., each of which takes so long to stop (Infinity: hangs). */
async function fleet(takesMs: readonly number[], options: object, shutdownMs = 5_000): Promise<Fleet> {
  const clock = new SimulatedClock();
  const later = (ms: number): Promise<void> =>
    new Promise((resolve) => void (ms < Infinity && clock.setTimer(resolve, ms)));
  const child = service({
    id: 'c',
    shutdownMs,
    start: (_context, ms: number) => ms,
    stop: (ms) => (ms === 0 ? undefined : later(ms)),
  });
  const tree = await dynamicSupervisor({ id: 'all', child, ...options }).start({ clock });
  for (const ms of takesMs) await tree.startChild({ args: [ms] });
  const lines: string[] = [];
  tree.on('child:stopping', ({ at, id }) => lines.push(`${at} ask ${id}`));
  tree.on('child:stopped', ({ at, id }) => lines.push(`${at} down ${id}`));
  return { clock, tree, lines };
}

test('parallel, which is the default: all are asked at once, the last one first', async () => {
  for (const options of [{}, { stopOrder: 'parallel' }]) {
    const { clock, tree, lines } = await fleet([30, 20, 10], options);
    const stopped = tree.stop();
    await clock.runUntilIdle();
    expect((await stopped).unstopped).toEqual([]);
    expect(lines).toEqual([
      '0 ask c#3',
      '0 ask c#2',
      '0 ask c#1',
      '10 down c#3',
      '20 down c#2',
      '30 down c#1',
    ]);
  }
});

test('sequential: the last one first, each when the one after it is down', async () => {
  const { clock, tree, lines } = await fleet([30, 20, 0, 10], { stopOrder: 'sequential' });
  const stopped = tree.stop();
  await clock.runUntilIdle();
  expect((await stopped).unstopped).toEqual([]);
  expect(lines).toEqual([
    '0 ask c#4',
    '10 down c#4',
    '10 ask c#3',
    '10 down c#3',
    '10 ask c#2',
    '30 down c#2',
    '30 ask c#1',
    '60 down c#1',
  ]);
  expect(tree.snapshot().phase).toBe('stopped');
});

test('sequential: a deadline is shared out', async () => {
  const { clock, tree, lines } = await fleet([Infinity, Infinity], { stopOrder: 'sequential' });
  const stopped = tree.stop({ shutdownMs: 1_000 });
  await clock.runUntilIdle();
  expect((await stopped).unstopped.map(({ path, waitedMs }) => [path, waitedMs])).toEqual([
    ['all/c#2', 500],
    ['all/c#1', 500],
  ]);
  expect(lines.filter((line) => line.includes('ask'))).toEqual(['0 ask c#2', '500 ask c#1']);
});

test('sequential: by force it is all at once', async () => {
  const { clock, tree } = await fleet([Infinity, Infinity, Infinity], { stopOrder: 'sequential' }, Infinity);
  let at = NaN;
  const stopped = tree.stop({ shutdownMs: 100 }).finally(() => (at = clock.now()));
  await clock.runUntilIdle();
  expect((await stopped).unstopped).toHaveLength(3);
  expect(at).toBeLessThanOrEqual(100);
});

test('one that ends while others are stopped is not asked any more', async () => {
  const clock = new SimulatedClock();
  const asked: string[] = [];
  const ends: (() => void)[] = [];
  const child = service({
    id: 'c',
    start: ({ id, end }) => {
      ends.push(end);
      return id;
    },
    stop: (id) => {
      asked.push(id);
      if (id === 'c#3') return new Promise<void>((resolve) => void clock.setTimer(resolve, 10));
      return undefined;
    },
  });
  const tree = await dynamicSupervisor({ id: 'all', stopOrder: 'sequential', child }).start({ clock });
  for (let i = 0; i < 3; i++) await tree.startChild();
  const stopping: string[] = [];
  tree.on('child:stopping', ({ id }) => stopping.push(id));
  const stopped = tree.stop();
  ends[1]!();
  await clock.runUntilIdle();
  expect((await stopped).unstopped).toEqual([]);
  expect(stopping).toEqual(['c#3', 'c#1']);
  expect([...asked].sort()).toEqual(['c#1', 'c#2', 'c#3']);
});

test('whatever they take: in order, without overlap, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 12 }), async (takesMs) => {
      const { clock, tree, lines } = await fleet(takesMs, { stopOrder: 'sequential' });
      const stopped = tree.stop();
      await clock.runUntilIdle();
      expect((await stopped).unstopped).toEqual([]);
      const ids = takesMs.map((_, i) => `c#${i + 1}`).reverse();
      expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual(
        ids.flatMap((id) => [`ask ${id}`, `down ${id}`]),
      );
      expect(clock.now()).toBe(takesMs.reduce((sum, ms) => sum + ms, 0));
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});

test('very many, all at once: in slices, and while some end by themselves', async () => {
  const ends: (() => void)[] = [];
  let stops = 0;
  const child = service({
    id: 'c',
    start: ({ end }) => void ends.push(end),
    stop: () => void stops++,
  });
  const tree = await dynamicSupervisor({ id: 'all', child }).start();
  for (let i = 0; i < 1_000; i++) await tree.startChild();
  let turns = 0;
  let isOver = false;
  const stopped = tree.stop().finally(() => (isOver = true));
  // Those at the front, which the stop has not come to yet.
  for (let i = 0; i < 100; i += 2) ends[i]!();
  while (!isOver) {
    turns++;
    await new Promise(setImmediate);
  }
  expect((await stopped).unstopped).toEqual([]);
  expect(stops).toBe(1_000);
  expect(turns).toBeGreaterThan(1);
});

test('how long a stop may take', () => {
  const child = service({ id: 'c', shutdownMs: 200, start: () => 1 });
  const budget = (options: object): number =>
    stopBudgetMs(dynamicSupervisor({ id: 'all', child, ...options }));
  expect(budget({})).toBe(200);
  expect(budget({ stopOrder: 'sequential', maxChildren: 5 })).toBe(1_000);
  expect(budget({ stopOrder: 'sequential' })).toBe(Infinity);
  expect(budget({ stopOrder: 'sequential', child: service({ ...child, id: 'd', shutdownMs: 0 }) })).toBe(0);
});

test('it is explained, and a wrong word is refused', () => {
  const child = service({ id: 'c', start: () => 1 });
  expect(explainPolicy(dynamicSupervisor({ id: 'all', child }))).toContain('it stops them all at once');
  const sequential = explainPolicy(dynamicSupervisor({ id: 'all', stopOrder: 'sequential', child }));
  expect(sequential.replace(/\s+/g, ' ')).toContain('stopped one after the other, the last one first');
  expect(sequential.replace(/\s+/g, ' ')).toContain('it stops them in reverse order');
  expect(() => dynamicSupervisor({ id: 'all', stopOrder: 'reverse' as never, child })).toThrow(
    expect.objectContaining({ code: 'COPPICE_INVALID_CHOICE' }),
  );
});
