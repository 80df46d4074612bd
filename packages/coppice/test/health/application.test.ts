/** The health of an application: overrides, history, and what its probes tell of it. */
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import {
  type Service,
  SimulatedClock,
  application,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from 'coppice';

const ask = (port: number, path: string): Promise<[number, Record<string, unknown>]> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => resolve([response.statusCode!, JSON.parse(body)]));
    }).once('error', reject);
  });

const probes = { port: 0, host: '127.0.0.1' };

/** A service that can be made to fail. */
function breakable(id: string) {
  const state: { fail: (error: Error) => void } = { fail: () => {} };
  const spec = service({
    id,
    maxRestarts: Infinity,
    backoff: { minMs: 1_000, maxMs: 1_000, jitter: 0 },
    start: ({ fail }) => void (state.fail = fail),
  });
  return { spec, state };
}

test('history and overrides, over HTTP', async () => {
  const clock = new SimulatedClock();
  const [db, cache] = [breakable('db'), breakable('cache')];
  let port = 0;
  const app = application({
    id: 'shop',
    clock,
    health: { ...probes, children: { 'extras/cache': { required: false } } },
    children: [db.spec, supervisor({ id: 'extras', children: [cache.spec] })],
  });
  await app.start();
  const server = app.handle().use(app.children[0] as Service<Server>);
  port = (server.address() as AddressInfo).port;
  cache.state.fail(new Error('secret'));
  await clock.advance(500);
  expect(await ask(port, '/readyz')).toEqual([
    200,
    {
      status: 'degraded',
      reasons: [
        {
          path: 'shop/extras/cache',
          status: 'backing-off',
          why: 'is optional, and has failed, and is started again in 500 ms',
        },
      ],
    },
  ]);
  await clock.advance(500);
  db.state.fail(new Error('secret'));
  await clock.advance(0);
  expect(await ask(port, '/livez')).toMatchObject([200, { status: 'degraded' }]);
  const [status, body] = await ask(port, '/readyz?verbose');
  expect([status, body['changes']]).toEqual([
    503,
    [
      { at: '1970-01-01T00:00:00.000Z', isReady: true, afterMs: 0, reasons: [] },
      {
        at: '1970-01-01T00:00:01.000Z',
        isReady: false,
        afterMs: 1_000,
        reasons: [expect.objectContaining({ path: 'shop/db' })],
      },
    ],
  ]);
  await clock.advance(1_000);
  expect(app.healthChanges().map(({ isReady }) => isReady)).toEqual([true, false, true]);
  await app.stop();
  expect(app.healthChanges().at(-1)).toMatchObject({ isReady: false });
});

test('without probes there is no history, and nobody listens', async () => {
  const app = application({ id: 'shop', children: [] });
  await app.start();
  await app.stop();
  expect(app.healthChanges()).toEqual([]);
});

test('children that come and go are counted', async () => {
  const each = task({
    id: 'each',
    run: ({ signal }) => new Promise((ok) => signal.addEventListener('abort', ok)),
  });
  const many = dynamicSupervisor({ id: 'many', child: each });
  const app = application({ id: 'shop', children: [many] });
  await app.start();
  await app.handle().supervisor(many).startChild();
  expect(app.health().status).toBe('ready');
  await app.stop();
});

const declare = (children: unknown) =>
  application({
    id: 'shop',
    health: { ...probes, children: children as never },
    children: [breakable('db').spec, supervisor({ id: 'feeds', children: [breakable('eu').spec] })],
  });

test.each([
  [
    { dp: { ignore: true } },
    "health.children['dp'] has to be the path of a child that is declared; did you mean 'db'?",
  ],
  [{ eu: { ignore: true } }, "health.children['eu'] has to be the path of a child that is declared"],
  [{ 'shop/db': { ignore: true } }, 'the path of a child that is declared'],
  [
    { db: { ignored: true } },
    "an object of required, ignore, graceMs; did you mean 'ignore'?; got 'ignored'",
  ],
  [
    { db: { graceMs: -1 } },
    "health.children['db'].graceMs has to be a number of milliseconds, 0 or more; got -1",
  ],
  [{ db: { required: 'no' } }, "health.children['db'].required has to be true or false; got 'no'"],
  [{ db: true }, 'an object of required, ignore, graceMs; got true'],
  [[], 'health.children has to be an object'],
])('%j is refused', (children, message) => {
  expect(() => declare(children)).toThrow(message);
  expect(() => declare(children)).toThrow(expect.objectContaining({ code: 'COPPICE_APP_INVALID_OPTION' }));
});

test('all that is declared may be named', () => {
  const app = declare({
    health: { ignore: true },
    db: {},
    feeds: { required: false },
    'feeds/eu': { graceMs: 1 },
  });
  expect(app.children.map(({ id }) => id)).toEqual(['health', 'db', 'feeds']);
});

test.each([
  [8080, 'health has to be an object, like { port: 8080 }; got 8080'],
  [false, 'health has to be an object, like { port: 8080 }; got false'],
  [{}, 'health.port has to be a whole number from 0 to 65,535; got undefined'],
  [{ port: '80' }, "got '80'. What comes from the environment is text: write Number(...)"],
])('health: %j is refused under the name that it was given', (health, message) => {
  const declare = () => application({ id: 'shop', children: [], health: health as never });
  expect(declare).toThrow(message);
  expect(declare).toThrow(expect.objectContaining({ code: 'COPPICE_APP_INVALID_OPTION' }));
});
