/** `httpServer` on real sockets: what it takes to lose no request, and to leave nothing behind. */
import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type HttpServerOptions,
  type RunningHttpServer,
  type ServerOrListener,
  httpServer,
  supervisor,
} from 'coppice';

type Options = Partial<HttpServerOptions<ServerOrListener>>;

const hello: http.RequestListener = (_, response) => void response.end('hello');
const open = new Set<{ stop(): Promise<unknown> }>();

afterEach(async () => {
  await Promise.all(Array.from(open, (tree) => tree.stop().catch(() => {})));
  open.clear();
});

/** A tree with one server on a free port of this machine. */
async function start(options: Options = {}) {
  const incarnations: RunningHttpServer<net.Server>[] = [];
  const api = httpServer({
    id: 'api',
    port: 0,
    host: '127.0.0.1',
    server: () => hello,
    ...options,
  });
  const watched: typeof api = {
    ...api,
    start: async (context) => {
      const running = await api.start(context);
      incarnations.push(running as RunningHttpServer<net.Server>);
      return running;
    },
  };
  const tree = supervisor({ id: 'app', children: [watched] }).handle();
  const events: string[] = [];
  tree.on('event', (event) => {
    if (event.path !== 'app') events.push(event.type + ('error' in event ? ` ${event.error.message}` : ''));
  });
  await tree.start();
  open.add(tree);
  return { tree, events, incarnations, ...incarnations[0]! };
}

/** Resolves when the listener of the server is called, with what it got. */
function held() {
  const requests: { request: http.IncomingMessage; response: http.ServerResponse }[] = [];
  let wake = () => {};
  const listener: http.RequestListener = (request, response) => {
    requests.push({ request, response });
    wake();
  };
  const count = async (n: number) => {
    while (requests.length < n) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { listener, requests, count };
}

const get = (url: string, agent?: http.Agent, path = '/') =>
  new Promise<{ status: number | undefined; body: string; connection: string | undefined }>(
    (resolve, reject) => {
      const request = http.get(url + path, agent ? { agent } : {}, (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode, body, connection: response.headers.connection }),
          reject,
        );
      });
      request.on('error', reject);
    },
  );

/** A raw connection, and all that comes over it. */
function raw(port: number, firstWords = '') {
  const socket = net.connect(port, '127.0.0.1');
  let all = '';
  const errors: string[] = [];
  socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
  socket.write(firstWords);
  return { socket, errors, received: () => all, closed: once(socket, 'close') };
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

test('its value says where it listens', async () => {
  const { server, port, address, url } = await start();
  expect(server).toBeInstanceOf(http.Server);
  expect({ address, url }).toEqual({ address: '127.0.0.1', url: `http://127.0.0.1:${port}` });
  expect(port).toBeGreaterThan(0);
  await expect(get(url)).resolves.toMatchObject({ status: 200, body: 'hello' });
});

test('on all addresses, this machine is localhost', async () => {
  const { url, port, address } = await start({ host: '0.0.0.0' });
  expect([url, address]).toEqual([`http://localhost:${port}`, '0.0.0.0']);
});

test('a port in use is a failed start that says what to do', async () => {
  const blocker = net.createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as net.AddressInfo;
  await expect(start({ port })).rejects.toMatchObject({
    code: 'COPPICE_START_FAILED',
    message: `'app/api' failed to start: cannot listen on port ${port} of 127.0.0.1 (EADDRINUSE): something else listens there; end it (\`lsof -i :${port}\` names it) or choose another port, 0 takes a free one (at app/api)`,
    cause: { name: 'ListenError', code: 'EADDRINUSE', port, host: '127.0.0.1', path: 'app/api' },
  });
  blocker.close();
  await once(blocker, 'close');
});

test('an address of another machine is a failed start', async () => {
  await expect(start({ host: '192.0.2.1' })).rejects.toThrow('host is no address of this machine');
});

test.each([
  ['nothing', undefined, 'got undefined'],
  ['a Hono app', { fetch: () => {} }, 'return getRequestListener(app.fetch) of @hono/node-server'],
])('a factory that returns %s is a failed start that says so', async (_, made, message) => {
  await expect(start({ server: () => made as never })).rejects.toThrow(message);
});

test('a server that listens already is a failed start, and is closed', async () => {
  const early = http.createServer();
  const listening = async () => {
    await once(early.listen(0, '127.0.0.1'), 'listening');
    return early;
  };
  await expect(start({ server: listening })).rejects.toThrow(
    'got one that listens already. Leave listen() to httpServer()',
  );
  expect(early.listening).toBe(false);
});

test('an error of the server is a crash, and the next incarnation has the same port', async () => {
  const free = await start();
  await free.tree.stop();
  const { tree, server, port, events, incarnations, url } = await start({ port: free.port });
  const again = new Promise((resolve) => tree.once('child:started', resolve));
  server.emit('error', new Error('EMFILE'));
  await again;
  expect(events).toContain('child:crashed EMFILE');
  expect(incarnations[1]!.port).toBe(port);
  await expect(get(url)).resolves.toMatchObject({ body: 'hello' });
  await tree.stop();
  server.emit('error', new Error('late')); // is not thrown
  expect(events.at(-1)).toBe('child:late-fault late');
});

test('a server that somebody else closes has crashed', async () => {
  const { tree, server, events } = await start();
  const again = new Promise((resolve) => tree.once('child:started', resolve));
  server.close();
  await again;
  expect(events).toContain(`child:crashed the server of 'app/api' was closed by somebody else`);
});

test('under load no request is lost: complete answers, then refused connections', async () => {
  const body = 'x'.repeat(50_000);
  let served = 0;
  let loaded = () => {};
  const underLoad = new Promise<void>((resolve) => (loaded = resolve));
  const { tree, url } = await start({
    server: () => (_, response) => {
      if (++served === 500) loaded();
      setTimeout(() => response.end(body), served % 5);
    },
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 30 });
  let answers = 0;
  const client = async () => {
    for (;;) {
      try {
        const answer = await get(url, agent);
        expect(answer).toMatchObject({ status: 200, body });
        answers++;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    }
  };
  const clients = Promise.all(Array.from({ length: 30 }, client));
  await underLoad;
  const { unstopped } = await tree.stop();
  expect(new Set(await clients)).toEqual(new Set(['ECONNREFUSED']));
  expect(answers).toBe(served);
  expect(unstopped).toEqual([]);
  agent.destroy();
});

test('an idle connection is closed at once', async () => {
  const { tree, url } = await start();
  const agent = new http.Agent({ keepAlive: true });
  await get(url, agent);
  await delay(260); // so long it has to be quiet to be idle
  const socket = Object.values(agent.freeSockets)[0]![0]!;
  const before = performance.now();
  const closed = once(socket, 'close');
  await tree.stop();
  await closed;
  expect(performance.now() - before).toBeLessThan(200);
});

test('a connection that was answered just now may carry one more request', async () => {
  const { tree, port } = await start();
  const client = raw(port, GET);
  await once(client.socket, 'data');
  const stopped = tree.stop();
  await refused(port);
  client.socket.write(GET);
  await client.closed;
  await stopped;
  expect(client.received().match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
  expect(client.received().match(/Connection: (\S+)/g)).toEqual([
    'Connection: keep-alive',
    'Connection: close',
  ]);
});

/** Resolves when the port does not listen any more. */
async function refused(port: number) {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const isRefused = await new Promise((resolve) => {
      socket.once('connect', () => resolve(false));
      socket.once('error', () => resolve(true));
    });
    socket.destroy();
    if (isRefused) return;
    await delay(1);
  }
}

test('an answer in flight is waited for, and tells its client not to come again', async () => {
  const { listener, requests, count } = held();
  const { tree, url, port } = await start({ server: () => listener });
  const agent = new http.Agent({ keepAlive: true });
  const answer = get(url, agent);
  await count(1);
  const stopped = tree.stop();
  await refused(port);
  requests[0]!.response.end('at last');
  await expect(answer).resolves.toEqual({ status: 200, body: 'at last', connection: 'close' });
  await stopped;
  agent.destroy();
});

test('of pipelined requests all are answered, and the last answer closes', async () => {
  const { listener, requests, count } = held();
  const { tree, port } = await start({ server: () => listener });
  const client = raw(port, GET + GET);
  await count(2);
  const stopped = tree.stop();
  await refused(port);
  client.socket.write(GET); // one more, while the others are being worked on
  await count(3);
  for (const { response } of requests.toReversed()) response.end('ok');
  await client.closed;
  await stopped;
  expect(client.received().match(/Connection: (\S+)/g)).toEqual([
    'Connection: keep-alive',
    'Connection: keep-alive',
    'Connection: close',
  ]);
  expect(client.errors).toEqual([]);
});

test('an answer that is written but not sent yet is sent to its end', async () => {
  const size = 20_000_000; // more than the buffers of two sockets hold
  const { listener, requests, count } = held();
  const { tree, port } = await start({ server: () => listener });
  const client = raw(port, GET);
  client.socket.pause();
  await count(1);
  const { response } = requests[0]!;
  response.end(Buffer.alloc(size, 'x'));
  expect(response.writableEnded && !response.writableFinished).toBe(true);
  const stopped = tree.stop();
  await refused(port);
  client.socket.resume();
  await client.closed;
  await stopped;
  expect(client.received().length).toBeGreaterThan(size);
});

test('a head that is half sent is waited for; a connection that never sends anything is not', async () => {
  const { tree, port } = await start({ shutdownMs: 2_000 });
  const silent = raw(port);
  const slow = raw(port, GET.slice(0, 20));
  await Promise.all([once(silent.socket, 'connect'), once(slow.socket, 'connect')]);
  const stopped = tree.stop();
  await silent.closed;
  expect(slow.socket.readyState).toBe('open');
  slow.socket.write(GET.slice(20));
  await slow.closed;
  expect(slow.received()).toContain('200 OK');
  await stopped;
});

test('the body of a request is waited for, also when it is answered before', async () => {
  const { tree, port } = await start({
    shutdownMs: 1_000,
    server: () => (request, response) => {
      request.resume();
      response.end('early');
    },
  });
  const client = raw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc');
  await once(client.socket, 'data');
  const stopped = tree.stop();
  await refused(port);
  client.socket.write('def');
  await client.closed;
  await stopped;
  expect(client.errors).toEqual([]);
});

test('a request with Expect: 100-continue is counted where there is a listener for it', async () => {
  let answer = () => {};
  const { tree, port } = await start({
    server: () =>
      http.createServer().on('checkContinue', (_, response: http.ServerResponse) => {
        response.writeContinue();
        answer = () => void response.end('continued');
      }),
  });
  const client = raw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n');
  await once(client.socket, 'data');
  const stopped = tree.stop();
  await refused(port);
  answer();
  await client.closed;
  await stopped;
  expect(client.received()).toMatch(/Connection: close[^]*continued/);
});

test('an answer that never ends is cut at the deadline', async () => {
  const { tree, port } = await start({
    shutdownMs: 100,
    server: () => (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
  });
  const client = raw(port, GET);
  await once(client.socket, 'data');
  const before = performance.now();
  const { unstopped } = await tree.stop();
  await client.closed;
  expect(performance.now() - before).toBeGreaterThanOrEqual(95);
  expect(unstopped).toEqual([]);
});

test('an answer that never ends can be ended with the signal', async () => {
  const { tree, port } = await start({
    server:
      ({ signal }) =>
      (_, response) => {
        response.write('data: 1\n\n');
        signal.addEventListener('abort', () => response.end('data: bye\n\n'));
      },
  });
  const client = raw(port, GET);
  await once(client.socket, 'data');
  await tree.stop();
  await client.closed;
  expect(client.received()).toContain('bye');
});

test('an upgraded connection is left alone until the deadline, and cut then', async () => {
  const { tree, port, events } = await start({
    shutdownMs: 400,
    server: () =>
      http.createServer().on('upgrade', (_, socket: net.Socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
        socket.pipe(socket);
      }),
  });
  const client = raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await once(client.socket, 'data');
  const stopped = tree.stop();
  await refused(port);
  client.socket.write('still here');
  await once(client.socket, 'data');
  expect(client.received()).toMatch(/still here$/);
  await client.closed;
  expect((await stopped).unstopped).toEqual([]);
  expect(events.at(-1)).toBe('child:stopped');
});

test('with shutdownMs 0 all is cut at once', async () => {
  const { listener, count } = held();
  const { tree, port } = await start({ shutdownMs: 0, server: () => listener });
  const client = raw(port, GET);
  await count(1);
  await tree.stop();
  await client.closed;
  expect(client.received()).toBe('');
});

test('https', async () => {
  // A key that both sides know instead of a certificate.
  const psk = Buffer.from('c0ffee', 'hex');
  const { listener, requests, count } = held();
  const options = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
  const { tree, url, port } = await start({
    shutdownMs: 1_000,
    server: () => https.createServer({ ...options, pskCallback: () => psk }, listener),
  });
  expect(url).toMatch(/^https:/);
  const agent = new https.Agent({ keepAlive: true });
  const send = () =>
    new Promise<string>((resolve, reject) => {
      const client = {
        ...options,
        agent,
        checkServerIdentity: () => undefined,
        pskCallback: () => ({ psk, identity: 'a' }),
      };
      https
        .get(url, client as https.RequestOptions, (response) => void text(response).then(resolve, reject))
        .on('error', reject);
    });
  const first = send();
  await count(1);
  requests[0]!.response.end('one');
  await expect(first).resolves.toBe('one');
  const second = send();
  await count(2);
  const silent = raw(port);
  await once(silent.socket, 'connect');
  const stopped = tree.stop();
  await silent.closed; // no handshake: nothing is on its way
  requests[1]!.response.end('two');
  await expect(second).resolves.toBe('two');
  await stopped;
  agent.destroy();
});

test('http2: streams are waited for, then the session is closed', async () => {
  const streams: http2.ServerHttp2Stream[] = [];
  const { tree, url } = await start({
    server: () => http2.createServer().on('stream', (stream) => void streams.push(stream)),
  });
  const client = http2.connect(url);
  const stream = client.request();
  const body = text(stream);
  while (streams.length === 0) await delay(1);
  const goaway = once(client, 'goaway');
  const stopped = tree.stop();
  await goaway;
  streams[0]!.respond();
  streams[0]!.end('two');
  await expect(body).resolves.toBe('two');
  expect((await stopped).unstopped).toEqual([]);
});

test('connections that wait to be accepted are served', async () => {
  const { tree, port } = await start();
  const clients = Array.from({ length: 20 }, () => raw(port, GET));
  // The kernel has them all by now, Node has accepted none.
  const stopped = tree.stop();
  await Promise.all(clients.map(({ closed }) => closed));
  await stopped;
  for (const client of clients) {
    expect(client.errors).toEqual([]);
    expect(client.received()).toContain('200 OK');
  }
});

test('nothing is left when it has stopped', async () => {
  const { tree, url, server } = await start({ shutdownMs: 500 });
  const agent = new http.Agent({ keepAlive: true });
  await Promise.all([get(url, agent), get(url, agent)]);
  await tree.stop();
  agent.destroy();
  await expect(new Promise((resolve) => server.getConnections((_, n) => resolve(n)))).resolves.toBe(0);
  expect(server.listening).toBe(false);
  expect(server.listenerCount('error')).toBe(1);
  // The client's ends of the sockets take a moment; whatever stays makes this test time out.
  while (process.getActiveResourcesInfo().some((name) => name.startsWith('TCP'))) await delay(1);
});
