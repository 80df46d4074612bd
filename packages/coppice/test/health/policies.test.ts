/** Health of children whose restarts are delayed, given up or suspended, on a simulated clock. */
import {
  type ChildSpec,
  type HealthReason,
  SimulatedClock,
  healthOf,
  healthServer,
  supervisor,
  task,
} from 'coppice';

/** A task that runs on until it is told to fail, and then fails at each of its starts. */
function breakable(id: string, more = {}) {
  const state = { isBroken: false, fail: (): void => {} };
  const spec = task({
    id,
    required: true,
    ...more,
    run: ({ signal, fail }) => {
      if (state.isBroken) throw new Error('secret');
      state.fail = () => {
        state.isBroken = true;
        fail(new Error('secret'));
      };
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  });
  return { spec, state };
}

async function started(...children: ChildSpec[]) {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'shop', maxRestarts: Infinity, children }).handle({ clock, random: () => 0 });
  await tree.start();
  const health = () => {
    const { status, isReady, isLive, reasons } = healthOf(tree.snapshot());
    expect(isLive).toBe(true);
    return {
      status,
      isReady,
      reasons: reasons.map(({ path, status: is, why }: HealthReason) => `${path} ${is}: ${why}`),
    };
  };
  return { clock, tree, health };
}

const backoff = { minMs: 1_000, maxMs: 8_000, resetAfterMs: 60_000 };

test.each([
  [true, 'is required, and', false],
  [false, 'is optional, and', true],
])(
  'backing off (required: %s): it says how often it failed, and when it is started again',
  async (required, word, isReady) => {
    const db = breakable('db', { required, backoff });
    const { clock, tree, health } = await started(db.spec);
    db.state.fail();
    await clock.advance(0);
    const is = (why: string) => ({
      status: 'degraded',
      isReady,
      reasons: [`shop/db backing-off: ${word} ${why}`],
    });
    expect(health()).toEqual(is('has failed, and is started again in 1 s'));
    await clock.advance(1_000);
    expect(health()).toEqual(is('has failed 2 times in a row, and is started again in 2 s'));
    await clock.advance(500);
    expect(health()).toEqual(is('has failed 2 times in a row, and is started again in 2 s'));
    db.state.isBroken = false;
    await clock.advance(1_500);
    expect(health()).toEqual({ status: 'ready', isReady: true, reasons: [] });
    await tree.stop();
  },
);

test.each([
  [true, {}, 'is required, and has given up: it is not started again by itself', false],
  [false, {}, 'is optional, and has given up: it is not started again by itself', true],
  [false, { reviveAfterMs: 90_000 }, 'is optional, and has given up: it is revived in 90 s', true],
])('parked (required: %s, %j)', async (required, more, why, isReady) => {
  const db = breakable('db', { required, classify: () => 'permanent', giveUp: 'park', ...more });
  const { clock, tree, health } = await started(db.spec);
  db.state.fail();
  await clock.advance(0);
  expect(health()).toEqual({ status: 'degraded', isReady, reasons: [`shop/db parked: ${why}`] });
  db.state.isBroken = false;
  await tree.restartNow('db');
  expect(health().status).toBe('ready');
  await tree.stop();
});

test('paused: one that runs is up; one that has ended since is not', async () => {
  const db = breakable('db');
  const { clock, tree, health } = await started(db.spec);
  await tree.pause('db', { reason: 'maintenance', by: 'ada' });
  expect(health()).toEqual({ status: 'ready', isReady: true, reasons: [] });
  db.state.fail();
  await clock.advance(0);
  expect(health()).toEqual({
    status: 'degraded',
    isReady: false,
    reasons: [
      'shop/db paused: is required, and has ended while its restarts are paused: it is not started again until that is over',
    ],
  });
  await tree.stop();
});

test('waiting: it says for whom', async () => {
  const net = breakable('net', { backoff });
  const db = breakable('db', { bindsTo: ['net'] });
  const { clock, tree, health } = await started(net.spec, db.spec);
  net.state.fail();
  await clock.advance(0);
  expect(health().reasons).toEqual([
    'shop/net backing-off: is required, and has failed, and is started again in 1 s',
    'shop/db waiting: is required, and waits until all that it is bound to is up (net)',
  ]);
  await tree.stop();
});

test('waiting for the delay of its group', async () => {
  const clock = new SimulatedClock();
  const db = breakable('db', { backoff });
  const tree = supervisor({
    id: 'shop',
    strategy: 'one-for-all',
    maxRestarts: Infinity,
    children: [db.spec, breakable('api').spec],
  }).handle({ clock, random: () => 0 });
  await tree.start();
  db.state.fail();
  await clock.advance(0);
  expect(healthOf(tree.snapshot()).reasons).toMatchObject([
    { path: 'shop/db', status: 'backing-off' },
    { path: 'shop/api', status: 'waiting', why: 'is required, and waits to be started with its siblings' },
  ]);
  await tree.stop();
});

test.each([
  [true, false],
  [false, true],
])(
  "boot 'degraded': the tree is up without it (required: %s), and ready only if it is optional",
  async (required, isReady) => {
    const db = breakable('db', { required, boot: 'degraded', backoff, awaitReady: true });
    db.state.isBroken = true;
    const { clock, tree, health } = await started(db.spec);
    expect(tree.snapshot().phase).toBe('running');
    expect(health()).toMatchObject({
      status: 'degraded',
      isReady,
      reasons: [expect.stringContaining('shop/db backing-off')],
    });
    db.state.isBroken = false;
    await clock.advance(1_000);
    // It does not say that it is ready.
    expect(health()).toMatchObject({
      isReady,
      reasons: [`shop/db starting: is ${required ? 'required' : 'optional'}, and is starting`],
    });
    await tree.stop();
  },
);

test.each(['awaitReady', 'staleAfterMs', 'maxRunMs'])('the health server has no %s', (key) => {
  const health = () => ({ status: 'ready', isReady: true, isLive: true, reasons: [] }) as const;
  const options = { port: 0, health, [key]: key === 'awaitReady' ? true : 5 };
  expect(() => healthServer(options)).toThrow(
    `${key} of healthServer() has to be left out: it is up when it listens`,
  );
});
