/** Servers and probes of an application whose declaration is part of another tree, such as that of a test. */
import { type RequestListener, type Server, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { takeFreePorts } from '@coppice/core/kit';
import { type Service, SimulatedClock, application, httpServer, service, supervisor } from 'coppice';

const ask = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode!));
    }).once('error', reject);
  });

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const host = '127.0.0.1';

test('probes tell of the tree that they are in, and not of the application that nobody has started', async () => {
  const clock = new SimulatedClock();
  const db = service({ id: 'db', backoff: { minMs: 1_000, maxMs: 1_000 }, start: ({ fail }) => ({ fail }) });
  const cache = service({
    id: 'cache',
    start: ({ fail }) => ({ fail }),
    backoff: { minMs: 1_000, maxMs: 1_000 },
  });
  const shop = application({
    id: 'shop',
    health: { port: 0, host, children: { cache: { required: false } } },
    children: [db, cache],
  });
  const tree = await supervisor({ id: 'all', children: [shop] }).start({ clock });
  const port = portOf(tree.use(shop.children[0] as Service<Server>));
  expect([await ask(port, '/livez'), await ask(port, '/readyz')]).toEqual([200, 200]);

  tree.use(cache).fail(new Error('away'));
  await clock.advance(0);
  expect(await ask(port, '/readyz')).toBe(200);
  tree.use(db).fail(new Error('away'));
  await clock.advance(0);
  expect([await ask(port, '/livez'), await ask(port, '/readyz')]).toEqual([200, 503]);
  await clock.advance(1_000);
  expect(await ask(port, '/readyz')).toBe(200);
  // Its own tree is another one, which was not started.
  expect(shop.health().isReady).toBe(false);
  await tree.stop();
});

test('servers listen on any free port where their tree is told to take those', async () => {
  const hello: RequestListener = (_, response) => void response.end('hello');
  const first = httpServer({ id: 'first', port: 0, host, server: () => hello });
  const taken = await supervisor({ id: 'running', children: [first] }).start();
  const { port } = taken.use(first);
  const api = httpServer({ id: 'api', port, host, server: () => hello });
  const shop = supervisor({ id: 'shop', children: [api] });
  const probed = application({ id: 'probed', health: { port, host }, children: [] });

  for (const spec of [shop, supervisor({ ...probed })]) {
    await expect(spec.start()).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } });
    const tree = spec.handle();
    takeFreePorts(tree);
    await tree.start();
    expect(tree.snapshot().statuses).toEqual({ running: 1 });
    await tree.stop();
  }
  await taken.stop();
});
