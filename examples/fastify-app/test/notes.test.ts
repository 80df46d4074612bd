/** The notes over real HTTP, with a store that breaks, and a stop in the middle of a request. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { PassThrough } from 'node:stream';
import { recordEvents, watchLeaks } from '@coppice/testing';
import { logEvents } from '@coppice/pino';
import { type RunningHttpServer, type Service, supervisor } from 'coppice';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { fastifyServer } from '../src/fastify-server.js';
import { notesApp } from '../src/notes-app.js';
import { store } from '../src/store.js';

const leaks = watchLeaks();
/** What a test that fails leaves behind, so that it fails at once. */
let cleanUp = (): Promise<unknown> => Promise.resolve();
afterEach(() => cleanUp());
afterEach(() => leaks.check());
afterAll(leaks.stop);

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(url: string, post?: object): Promise<Answer> {
  const response = await fetch(url, {
    headers: { connection: 'close', ...(post && { 'content-type': 'application/json' }) },
    ...(post && { method: 'POST', body: JSON.stringify(post) }),
  });
  return { status: response.status, body: await response.json() };
}

async function start() {
  const log: Record<string, unknown>[] = [];
  const stream = new PassThrough();
  stream.on('data', (line: Buffer) => log.push(JSON.parse(String(line))));
  const logger = pino(stream);
  const { app, api } = notesApp({ port: 0, logger });
  cleanUp = () => app.stop();
  const tree = app.handle();
  logEvents(tree, logger);
  const events = recordEvents(tree);
  await app.start();
  return { app, api, tree, events, log, url: tree.use(api).url };
}

test('routes use services of the tree; what Fastify does itself it does as before', async () => {
  const { app, url, log } = await start();
  const note = { id: 1, text: 'buy milk' };
  expect(await ask(`${url}/notes`, { text: 'buy milk' })).toEqual({ status: 201, body: note });
  expect(await ask(`${url}/notes`)).toEqual({ status: 200, body: [note] });
  expect(await ask(`${url}/notes`, {})).toMatchObject({ status: 400, body: { code: 'FST_ERR_VALIDATION' } });
  expect((await ask(`${url}/else`)).status).toBe(404);
  await app.stop();
  // One log: requests as lines of their child, beside what happens to it.
  expect(log).toContainEqual(expect.objectContaining({ path: 'notes/api', msg: 'request completed' }));
  expect(log).toContainEqual(expect.objectContaining({ path: 'notes/api', event: 'child:started' }));
});

test('503 while the store is down, not ready, and all is well again when it is back; Fastify stays up', async () => {
  const { app, api, tree, events, url } = await start();
  await tree.pause(store);
  tree.use(store).break();
  // The plugin has no error handler: Fastify reads the status and the headers from the error.
  expect(await ask(`${url}/notes`)).toMatchObject({
    status: 503,
    body: { error: 'Service Unavailable', code: 'COPPICE_NOT_RUNNING' },
  });
  expect((await fetch(`${url}/notes`, { headers: { connection: 'close' } })).headers.get('retry-after')).toBe(
    '1',
  );
  expect(await ask(`${url}/readyz`)).toMatchObject({
    status: 503,
    body: { reasons: [{ path: 'notes/store' }] },
  });
  await tree.resume(store);
  expect((await ask(`${url}/notes`)).status).toBe(200);
  expect(await ask(`${url}/readyz`)).toEqual({ status: 200, body: { status: 'ready', reasons: [] } });
  events.expectNever('api stopping', 'api crashed');

  // An instance that was closed cannot listen again, so each start builds another one.
  await tree.restartNow(api);
  expect((await ask(`${tree.use(api).url}/notes`)).status).toBe(200);
  await app.stop();
});

test('a stop in the middle of a request: it is answered, and only then the store is stopped', async () => {
  const { app, events, url } = await start();
  const slow = request(`${url}/notes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue' },
  });
  slow.flushHeaders();
  await once(slow, 'continue');
  const stopped = app.stop();
  slow.end(JSON.stringify({ text: 'the last one' }));
  const [response] = (await once(slow, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(201);
  response.resume();
  expect((await stopped).unstopped).toEqual([]);
  events.expectOrder('api stopping', 'api stopped', 'store stopping');
});

test('a port that is taken is a failed start, which leaves nothing behind', async () => {
  const first = await start();
  const { app } = notesApp({ port: Number(new URL(first.url).port), logger: pino(new PassThrough()) });
  await expect(app.start()).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } });
  await first.app.stop();
});

test('`onClose` hooks are called when it stops, and also when it cannot listen', async () => {
  let closed = 0;
  const build = (): FastifyInstance => Fastify().addHook('onClose', async () => void closed++);
  const on = (port: number) =>
    supervisor({
      id: 'app',
      children: [fastifyServer({ id: 'api', port, host: '127.0.0.1', build })],
    }).handle();
  const tree = on(0);
  cleanUp = () => tree.stop().catch(() => {});
  await tree.start();
  const { port } = tree.use(tree.childSpec('api') as Service<RunningHttpServer>);
  await expect(on(port).start()).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } });
  expect(closed).toBe(1);
  await tree.stop();
  expect(closed).toBe(2);
});
