/** The example as one runs it, with a database in its process that is taken away, brought back, and stopped. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ShopProcess, ask, run } from './support.js';

const atStart = { event: 'child:started' };
const isReady = 'application:ready';

describe('with PGlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coppice-shop-'));
  let shop: ShopProcess;
  let [orders, readyz] = ['', ''];

  beforeAll(async () => {
    shop = run({ DATA_FOLDER: folder });
    const { port } = await shop.until({ path: 'shop/health', address: '127.0.0.1' });
    readyz = `http://127.0.0.1:${port}/readyz`;
    const { url } = await shop.until({ msg: 'the API is up' });
    orders = `${url}/orders`;
    await shop.until({ event: isReady });
  });
  afterAll(async () => {
    shop.kill('SIGKILL'); // which is too late, unless something went wrong
    await shop.end;
    rmSync(folder, { recursive: true });
  });

  test('orders are added, listed, and told of', async () => {
    const order = { id: 1, item: 'a saw' };
    expect(await ask(orders, { item: 'a saw' })).toEqual({ status: 201, body: order });
    expect(await ask(orders)).toEqual({ status: 200, body: [order] });
    expect((await shop.until({ msg: 'delivered' }))['message']).toEqual(order);
  });

  test.each([
    ['/orders', '{}', 400, 'item is missing'],
    ['/orders', '{"item":', 400, 'the body is no JSON'],
    ['/orders', 'x'.repeat(100_001), 400, 'the body is longer than 100000 bytes'],
    ['/else', undefined, 404, 'there is no GET /else'],
    ['/constructor', undefined, 404, 'there is no GET /constructor'],
  ])('%s', async (path, body, status, error) => {
    expect(await ask(new URL(path, orders).href, body)).toEqual({ status, body: { error } });
  });

  test('503 while the database is away; the API stays up, and has it again when it is back', async () => {
    const before = await ask(orders);
    shop.kill('SIGUSR2');
    await shop.until({ event: 'child:crashed', path: 'shop/db' });
    expect(await ask(orders)).toEqual({ status: 503, body: { error: 'try again in a moment' } });
    expect((await ask(orders, { item: 'a rake' })).status).toBe(503);
    expect((await ask(readyz)).status).toBe(503);

    shop.kill('SIGUSR2');
    // What is bound to it comes back with it.
    await shop.until({ ...atStart, path: 'shop/outbox', incarnation: 2 });
    expect(await ask(orders)).toEqual(before);
    expect((await ask(readyz)).status).toBe(200);
  });

  test('SIGTERM while a request is under way: it is answered, and the exit code is 0', async () => {
    // A client that takes its time: the server has the head of its request, and waits for the rest.
    const slow = request(orders, { method: 'POST', headers: { expect: '100-continue' } });
    slow.flushHeaders();
    await once(slow, 'continue');
    shop.kill('SIGTERM');
    await shop.until({ event: 'application:stopping' });
    slow.end(JSON.stringify({ item: 'the last one' }));
    const [response] = (await once(slow, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(201);
    response.resume();
    expect(await shop.until({ event: 'application:stopped' })).toMatchObject({ killed: [] });
    expect(await shop.end).toEqual([0, null]);
  });

  test('what was written is there after a restart of the process', async () => {
    shop = run({ DATA_FOLDER: folder });
    const { url } = await shop.until({ msg: 'the API is up' });
    const { body } = await ask(`${url}/orders`);
    expect(body).toEqual([expect.objectContaining({ item: 'the last one' }), { id: 1, item: 'a saw' }]);
    shop.kill('SIGTERM');
    expect(await shop.end).toEqual([0, null]);
  });
});

test('it comes up without a server, and says 503', async () => {
  // A port that was free a moment ago, so that nobody listens there.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');

  const shop = run({ DATABASE_URL: `postgres://shop@127.0.0.1:${port}/shop` });
  const { err } = await shop.until({ event: 'child:start-failed', path: 'shop/db' });
  expect(err).toMatchObject({ code: 'ECONNREFUSED' });
  const { url } = await shop.until({ msg: 'the API is up' });
  expect((await ask(`${url}/orders`)).status).toBe(503);
  shop.kill('SIGTERM');
  expect(await shop.end).toEqual([0, null]);
});
