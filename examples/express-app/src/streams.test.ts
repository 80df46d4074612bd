/** Streams over real HTTP, of a child that was asked to stop. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Streams } from './streams.js';

test('open ones are ended, and one that comes while the server drains as well, each in a way that a browser comes back from', async () => {
  const controller = new AbortController();
  const streams = new Streams(controller.signal);
  const server = createServer((_request, response) => streams.add(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const open = await fetch(url);
  streams.send({ id: 1 });
  controller.abort();
  expect(await open.text()).toBe('retry: 1000\n\ndata: {"id":1}\n\n');
  const late = await fetch(url);
  expect([late.status, late.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect(await late.text()).toBe('retry: 1000\n\n');
  streams.send({ id: 2 }); // nobody is left to write to
  server.close();
  await once(server, 'close');
});
