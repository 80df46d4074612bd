/** Real clients, well-behaved and other ones. */
import { once } from 'node:events';
import { recordEvents, watchLeaks } from '@coppice/testing';
import { SimulatedClock, dynamicSupervisor, supervisor, task } from 'coppice';
import type { WebSocket } from 'ws';
import { chat } from '../src/chat.js';
import { chatServer } from '../src/chat-server.js';
import { type Guest, PING_MS } from '../src/connection.js';
import { Client } from './client.js';

const leaks = watchLeaks();
/** What a test that fails leaves behind, so that it fails at once and holds up no other. */
let cleanUp = async (): Promise<void> => {};
afterEach(() => cleanUp());
afterEach(() => leaks.check());
afterAll(leaks.stop);

async function start(options: { readonly maxConnections?: number; readonly clock?: SimulatedClock } = {}) {
  const { app, server } = chat({ port: 0, ...options });
  const events = recordEvents(app.handle());
  await app.start();
  const { port } = app.handle().use(server);
  const join = (name: string, room = 'kitchen', socketOptions = {}): Promise<Client> =>
    Client.join(`ws://127.0.0.1:${port}/rooms/${room}?name=${name}`, socketOptions);
  cleanUp = async () => {
    Client.endAll();
    const stopped = app.stop();
    await options.clock?.advance(10_000);
    await stopped;
  };
  /** Whoever hears itself is in its room, and its connection is up. */
  const settle = async (client: Client, name: string): Promise<void> => {
    client.say('here');
    expect(await client.hears()).toEqual({ from: name, text: 'here' });
  };
  const enter = async (name: string, room?: string, socketOptions?: object): Promise<Client> => {
    const client = await join(name, room, socketOptions);
    await settle(client, name);
    return client;
  };
  const down = (id: string): Promise<void> =>
    new Promise((resolve) => {
      const path = `chat/connections/${id}`;
      app.handle().on('child:removed', (event) => event.path === path && resolve());
      if (!app.handle().supervisor('connections').child(id)) resolve();
    });
  return { app, port, events, join, enter, down };
}

test('what one says is heard by all in its room, and nowhere else', async () => {
  const { app, enter } = await start();
  const grace = await enter('grace', 'cellar');
  const ada = await enter('ada');
  const bob = await enter('bob');
  expect(await ada.hears()).toEqual({ from: 'bob', text: 'here' });
  ada.say('hello');
  expect(await bob.hears()).toEqual({ from: 'ada', text: 'hello' });
  grace.say('anybody?');
  expect(await grace.hears()).toEqual({ from: 'grace', text: 'anybody?' });
  await app.stop();
});

describe('whoever does one of these takes down its own child, and nobody else:', () => {
  test.each<[string, (client: Client) => void, [number, string]]>([
    ['no JSON', ({ socket }) => socket.send('{"text'), [1008, 'expected {"text":"..."}']],
    ['another JSON', ({ socket }) => socket.send('null'), [1008, 'expected {"text":"..."}']],
    ['binary', ({ socket }) => socket.send(Buffer.of(1)), [1008, 'expected {"text":"..."}']],
    ['a message too long', (client) => client.say('x'.repeat(20_000)), [1009, '']],
    ['a broken connection', ({ socket }) => socket.terminate(), [1006, '']],
  ])('%s', async (_, misbehave, closed) => {
    const { app, enter, down } = await start();
    const good = await enter('ada');
    const bad = await enter('bob');
    expect(await good.hears()).toEqual({ from: 'bob', text: 'here' });
    misbehave(bad);
    expect(await bad.closed).toEqual(closed);
    await down('connection#2');
    good.say('still here');
    expect(await good.hears()).toEqual({ from: 'ada', text: 'still here' });
    expect(app.handle().supervisor('connections').countChildren().active).toBe(1);
    await app.stop();
  });
});

test('one that ends well is no crash', async () => {
  const { app, events, enter, down } = await start();
  const ada = await enter('ada');
  ada.socket.close(1000);
  await ada.closed;
  await down('connection#1');
  events.expectNever('connection#1 crashed');
  await app.stop();
});

test('one more than there may be is asked to try again later', async () => {
  const { app, join, enter, down } = await start({ maxConnections: 1 });
  const ada = await enter('ada');
  const bob = await join('bob');
  expect(await bob.closed).toEqual([1013, 'there are as many as there may be']);
  ada.socket.close();
  await ada.closed;
  await down('connection#1');
  await enter('grace');
  await app.stop();
});

test('one that wants to go nowhere is told so', async () => {
  const { app, port } = await start();
  const lost = await Client.join(`ws://127.0.0.1:${port}/`);
  expect(await lost.closed).toEqual([1008, 'expected /rooms/NAME?name=YOU']);
  await app.stop();
});

test('what a client says before its child is up is kept for it', async () => {
  let socket: WebSocket | undefined;
  const slow = task({
    id: 'connection',
    run: ({ sleep }, given: WebSocket, _guest: Guest) => {
      socket = given;
      return sleep(60_000);
    },
  });
  const connections = dynamicSupervisor({ id: 'connections', child: slow });
  const server = chatServer({ port: 0, host: '127.0.0.1', connections });
  const tree = await supervisor({ id: 'chat', children: [connections, server] }).start();
  cleanUp = async () => {
    Client.endAll();
    await tree.stop();
  };
  const { url } = tree.use(server);
  const client = await Client.join(`${url.replace('http', 'ws')}/rooms/kitchen?name=ada`);
  client.say('early');
  // Another request takes longer than those bytes.
  expect((await fetch(url, { headers: { connection: 'close' } })).status).toBe(426);
  const said = once(socket!, 'message');
  socket!.resume();
  expect(String((await said)[0])).toBe('{"text":"early"}');
});

test('one that does not read has to go, and the others hear on', async () => {
  const { app, enter, down } = await start();
  const ada = await enter('ada');
  const deaf = await enter('bob');
  await ada.hears();
  deaf.socket.pause();
  const gone = down('connection#2').then(() => 'gone' as const);
  const text = 'x'.repeat(16_000);
  for (let isThere = true; isThere; ) {
    ada.say(text);
    await ada.hears();
    isThere = (await Promise.race([gone, Promise.resolve('there' as const)])) === 'there';
  }
  ada.say('still here');
  expect(await ada.hears()).toEqual({ from: 'ada', text: 'still here' });
  deaf.socket.resume();
  expect(await deaf.closed).toEqual([1008, 'reads too slowly']);
  await app.stop();
});

test('one that answers no ping is cut', async () => {
  const clock = new SimulatedClock();
  const { app, enter, down } = await start({ clock });
  const ada = await enter('ada');
  const mute = await enter('bob', 'kitchen', { autoPong: false });
  await ada.hears();
  const pinged = once(ada.socket, 'ping');
  await clock.advance(PING_MS);
  await pinged;
  // Its pong is on the way before this is.
  ada.say('still here');
  await ada.hears();
  await clock.advance(PING_MS);
  expect(await mute.closed).toEqual([1006, '']);
  await down('connection#2');
  expect(app.handle().supervisor('connections').countChildren().active).toBe(1);
  const stopped = app.stop();
  await ada.closed;
  await clock.advance(1_000);
  await stopped;
});

test('a stop tells them to go away', async () => {
  const { app, enter } = await start();
  const [ada, bob] = [await enter('ada'), await enter('bob')];
  const report = await app.stop();
  expect([await ada.closed, await bob.closed]).toEqual([
    [1001, 'the server goes away'],
    [1001, 'the server goes away'],
  ]);
  expect(report.unstopped).toEqual([]);
});

test('so does somebody who ends one of them', async () => {
  const { app, enter } = await start();
  const ada = await enter('ada');
  await app.handle().supervisor('connections').terminateChild('connection#1');
  expect(await ada.closed).toEqual([1001, 'the server goes away']);
  await app.stop();
});
