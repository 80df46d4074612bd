/** The notes over real HTTP, with a store that breaks. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { testTree, watchLeaks } from '@coppice/testing';
import type { RunningHttpServer, Service } from 'coppice';
import { notesApp } from '../src/notes-app.js';
import { store } from '../src/store.js';
import { ask } from './support.js';

const leaks = watchLeaks();
afterEach(() => leaks.check());
afterAll(leaks.stop);

test('while the store is away the answer is 503; Nest stays up, and has the new one then', async () => {
  const notes = notesApp({ port: 0, healthPort: 8080 });
  // Under test the probes are answered on a free port, not on 8080; Nest works in real time.
  await using app = await testTree(notes, { time: 'real' });
  const { tree, events } = app;
  const [health, , api] = notes.children as [Service<Server>, unknown, Service<RunningHttpServer>];
  const url = `${tree.use(api).url}/notes`;
  const ready = `http://127.0.0.1:${(tree.use(health).address() as AddressInfo).port}/readyz`;

  expect(await ask(url, { text: 'buy milk' })).toEqual({ status: 201, body: { id: 1, text: 'buy milk' } });
  expect(await ask(url, {})).toMatchObject({ status: 400, body: { message: 'text is missing' } });

  tree.use(store).break(50);
  await nextTurn();
  const message = expect.stringContaining(`'notes/store'`);
  expect(await ask(url)).toEqual({ status: 503, body: { statusCode: 503, message } });
  expect((await ask(ready)).status).toBe(503);

  await tree.whenReady(store);
  expect(await ask(url)).toEqual({ status: 200, body: [{ id: 1, text: 'buy milk' }] });
  expect((await ask(ready)).status).toBe(200);
  events.expectOrder('store crashed', 'store started');
  events.expectNever('api stopping', 'api crashed');
});
