/** Health as a function of a snapshot. */
import { type SupervisorTree, dynamicSupervisor, healthOf, ignore, service, supervisor, task } from 'coppice';

const idle = (id: string, more = {}) =>
  task({
    id,
    ...more,
    run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  });
const up = (id: string, more = {}) => service({ id, ...more, start: () => id });

/** A child that comes up once, and then only hangs in its start. */
const stays = (id: string, kind: 'down' | 'up', more = {}) =>
  service({
    id,
    ...more,
    start: ({ attempt, fail }) => {
      if (kind === 'up' || attempt > 1) return new Promise(() => {});
      queueMicrotask(() => fail(new Error('secret')));
      return undefined;
    },
    shutdownMs: 0,
  });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function started(...children: Parameters<typeof supervisor>[0]['children']): Promise<SupervisorTree> {
  const tree = supervisor({ id: 'shop', children }).handle();
  await tree.start();
  await turn();
  return tree;
}

test('ready: all is up', async () => {
  const tree = await started(up('db'), idle('poll'), supervisor({ id: 'feeds', children: [up('eu')] }));
  expect(healthOf(tree.snapshot())).toEqual({ status: 'ready', isReady: true, isLive: true, reasons: [] });
  await tree.stop();
});

test('idle, starting, stopping, stopped', async () => {
  const gate: { open?: () => void } = {};
  const db = service({
    id: 'db',
    start: () => new Promise<void>((resolve) => (gate.open = resolve)),
    stop: () => new Promise<void>((resolve) => (gate.open = resolve)),
  });
  const tree = supervisor({ id: 'shop', children: [db, up('api')] }).handle();
  const health = () => {
    const { status, isReady, isLive, reasons } = healthOf(tree.snapshot());
    return [status, isReady, isLive, ...reasons.map((reason) => `${reason.path} ${reason.why}`)];
  };
  expect(health()).toEqual(['degraded', false, true, 'shop was not started yet']);
  const starting = tree.start();
  expect(health()).toEqual([
    'degraded',
    false,
    true,
    'shop is starting',
    'shop/db is required, and is starting',
    'shop/api is required, and was not started yet',
  ]);
  gate.open!();
  await starting;
  expect(health()).toEqual(['ready', true, true]);
  const stopping = tree.stop();
  expect(health()).toEqual([
    'degraded',
    false,
    true,
    'shop is stopping',
    'shop/db is required, and is stopping',
    'shop/api is required, and is down',
  ]);
  gate.open!();
  await stopping;
  expect(health()).toEqual(['dead', false, false, 'shop has ended']);
});

test('a required child that is started again makes it unready, and never un-live; no message gets out', async () => {
  const tree = await started(stays('db', 'down'));
  const health = healthOf(tree.snapshot());
  expect(health).toEqual({
    status: 'degraded',
    isReady: false,
    isLive: true,
    reasons: [{ path: 'shop/db', status: 'starting', why: 'is required, and is starting' }],
  });
  expect(JSON.stringify(health)).not.toContain('secret');
  await tree.stop();
});

test('an optional one, and all below one, only degrade it', async () => {
  const tree = await started(
    stays('cache', 'down', { required: false }),
    supervisor({ id: 'extras', required: false, children: [stays('ads', 'down')] }),
  );
  expect(healthOf(tree.snapshot())).toMatchObject({
    status: 'degraded',
    isReady: true,
    reasons: [
      { path: 'shop/cache', why: 'is optional, and is starting' },
      { path: 'shop/extras/ads', why: 'is optional, and is starting' },
    ],
  });
  await tree.stop();
});

test('a required one below a required supervisor makes it unready', async () => {
  const tree = await started(supervisor({ id: 'feeds', children: [stays('eu', 'down')] }));
  expect(healthOf(tree.snapshot())).toMatchObject({ isReady: false, reasons: [{ path: 'shop/feeds/eu' }] });
  await tree.stop();
});

test('children of a dynamic supervisor only degrade it', async () => {
  const template = stays('each', 'down');
  const many = dynamicSupervisor({ id: 'many', child: template });
  const tree = await started(many);
  await tree.supervisor(many).startChild();
  await turn();
  expect(healthOf(tree.snapshot())).toMatchObject({ isReady: true, reasons: [{ path: 'shop/many/each#1' }] });
  await tree.stop();
});

test('what is down as it should be is no reason', async () => {
  const tree = await started(
    service({ id: 'ignored', start: () => ignore }),
    task({ id: 'done', restart: 'transient', required: true, run: () => undefined }),
    service({ id: 'ended', restart: 'transient', start: ({ end }) => void turn().then(() => end()) }),
  );
  await turn();
  await turn();
  expect(tree.countChildren().active).toBe(0);
  expect(healthOf(tree.snapshot()).reasons).toEqual([]);
  await tree.stop();
});

test('a permanent one that somebody has stopped is a reason', async () => {
  const db = up('db');
  const tree = await started(db);
  await tree.terminateChild(db);
  expect(healthOf(tree.snapshot())).toMatchObject({
    isReady: false,
    reasons: [{ path: 'shop/db', status: 'stopped', why: 'is required, and is down' }],
  });
  await tree.stop();
});

test('a transient supervisor that gave up is a reason', async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {}); // that it is transient
  const bad = task({
    id: 'bad',
    run: async () => {
      await turn();
      throw new Error('no');
    },
  });
  const tree = await started(
    supervisor({ id: 'feeds', restart: 'transient', maxRestarts: 0, children: [bad] }),
  );
  await turn();
  await turn();
  expect(healthOf(tree.snapshot())).toMatchObject({
    isReady: false,
    reasons: [{ path: 'shop/feeds', status: 'stopped' }],
  });
  await tree.stop();
});

test('what was left behind, drains, or is tainted', async () => {
  const stuck = task({
    id: 'stuck',
    shutdownMs: 0,
    run: ({ attempt }) => (attempt === 1 ? new Promise(() => {}) : turn().then(turn)),
  });
  const tree = await started(stuck);
  await tree.terminateChild(stuck);
  expect(healthOf(tree.snapshot()).reasons).toMatchObject([{ status: 'left-behind' }, { status: 'stopped' }]);
  await tree.deleteChild(stuck);
  const { isReady, reasons } = healthOf(tree.snapshot(), { isDraining: true, isTainted: true });
  expect([isReady, reasons.map(({ status }) => status)]).toEqual([false, ['draining', 'tainted']]);
  await tree.stop();
});
