/** What a client gets, and what is logged, when the listener of `httpServer` fails; on real sockets. */
import type { RequestListener } from 'node:http';
import { type RunningHttpServer, type Service, httpServer, service, supervisor } from 'coppice';

const db = service({ id: 'db', start: () => ({ query: () => 'all of it' }) });

/** A tree with a server that listens so, and what it has logged. */
async function serving(listener: (use: <V>(ref: Service<V>) => V) => RequestListener) {
  const records: { readonly level: string; readonly fields: unknown; readonly text: unknown }[] = [];
  const log = (level: string) => (fields: unknown, text?: unknown) =>
    void records.push({ level, fields, text });
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const api = httpServer({
    id: 'api',
    port: 0,
    host: '127.0.0.1',
    server: ({ use }) => listener(use as <V>(ref: Service<V>) => V),
  });
  const tree = supervisor({ id: 'app', children: [db, api] }).handle({ logger });
  const crashes: string[] = [];
  tree.on('child:crashed', ({ path }) => crashes.push(path));
  await tree.start();
  const { url } = tree.use<RunningHttpServer>(api);
  return { tree, url, records, crashes, [Symbol.asyncDispose]: () => tree.stop().then(() => {}) };
}

const failures: Readonly<Record<string, () => unknown>> = {
  'a throw': () => {
    throw new Error('no such room');
  },
  'a rejection': () => Promise.reject(new Error('no such room')),
  'a thenable that is rejected': () => ({
    // oxlint-disable-next-line unicorn/no-thenable -- what is no promise of the platform
    then: (_: unknown, reject: (error: unknown) => void) => reject(new Error('no such room')),
  }),
};

test.each(Object.keys(failures))('%s is answered with 500, logged, and no crash', async (name) => {
  await using app = await serving(() => () => failures[name]!() as void);
  const response = await fetch(`${app.url}/rooms/7?token=secret`);
  expect(response.status).toBe(500);
  expect(await response.text()).toBe('Internal Server Error\n');
  expect(app.records).toEqual([
    {
      level: 'error',
      fields: expect.objectContaining({
        method: 'GET',
        path: '/rooms/7',
        status: 500,
        err: expect.any(Error),
      }) as unknown,
      text: 'GET /rooms/7 has failed',
    },
  ]);
  expect(app.crashes).toEqual([]);
  expect((await fetch(app.url)).status).toBe(500);
});

test('who wants to use what is down gets 503, and is told to come again', async () => {
  await using app = await serving((use) => (_, response) => void response.end(use(db).query()));
  expect(await (await fetch(app.url)).text()).toBe('all of it');
  await app.tree.terminateChild(db);
  const response = await fetch(app.url);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(app.records.map(({ level }) => level)).toEqual(['warn']);
  await app.tree.restartChild(db);
  expect((await fetch(app.url)).status).toBe(200);
});

test('half an answer is cut off, and a whole one stays', async () => {
  await using app = await serving(() => (request, response) => {
    if (request.url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half');
    else response.end('whole');
    throw new Error('too late');
  });
  await expect(fetch(`${app.url}/half`).then((response) => response.text())).rejects.toMatchObject({
    name: 'TypeError',
  });
  expect(await (await fetch(`${app.url}/whole`)).text()).toBe('whole');
  expect(app.records).toHaveLength(2);
});
