/** Requests: who serves them, who makes them. */
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import { type Case, type Parts, type Scene, ignoreErrors, later } from '../case.js';
import { closedPort, connect, listen } from './network.js';

const SOCKET = 'What a connection does beyond its requests may run without a context: bind these listeners.';

export const requests: readonly Case[] = [
  served('handler throws', ({ boom }) => boom),
  {
    name: '`http` server, handler throws, request from B',
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        A: async () => (port = await listen(http.createServer(scene.boom), scene)),
        B: () => void get(port, scene),
      };
    },
  },
  served(
    'async handler throws',
    ({ boom }) =>
      async () =>
        boom(),
  ),
  served('async handler throws after an `await`', ({ boom }) => async () => {
    await Promise.resolve();
    boom();
  }),
  served('timer set by a handler', ({ boom }) => (_request, response) => {
    response.end();
    later(boom);
  }),
  served(
    '`end` of the body',
    ({ boom }) =>
      (request) =>
        void request.resume().on('end', boom),
    (port, scene) => get(port, scene, { method: 'POST' }).end('body'),
  ),
  served(
    '`for await` over the body',
    ({ boom }) =>
      async (request) => {
        for await (const _ of request) boom();
      },
    (port, scene) => get(port, scene, { method: 'POST' }).end('body'),
  ),
  served(
    '`finish` of the response',
    ({ boom }) =>
      (_request, response) =>
        void response.on('finish', boom).end('a'),
  ),
  {
    ...served(
      '`close` of the response, client gone',
      ({ boom }) =>
        (_request, response) => {
          response.on('close', boom);
          response.write('a');
        },
      (port, scene) => {
        const request = get(port, scene);
        request.on('response', () => request.destroy());
      },
    ),
    note: SOCKET,
  },
  served(
    'second request on one connection',
    ({ boom }) => {
      let requests = 0;
      return (_request, response) => void (++requests === 2 ? boom() : response.end());
    },
    (port, scene) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      scene.defer(() => agent.destroy());
      get(port, scene, { agent }).on('response', (response: IncomingMessage) => {
        response.resume().on('end', () => later(() => get(port, scene, { agent })));
      });
    },
  ),
  served('throw after the answer was sent', ({ boom }) => (_request, response) => {
    response.end('a', boom);
  }),
  {
    name: '`http` server, `upgrade` listener',
    right: 'A',
    note: SOCKET,
    parts: (scene) => upgraded(scene, (server) => server.on('upgrade', scene.boom)),
  },
  {
    name: '`http` server, `upgrade` listener, bound',
    right: 'A',
    parts: (scene) => upgraded(scene, (server, bind) => server.on('upgrade', bind(scene.boom))),
  },
  {
    name: '`http` server, `data` of an upgraded socket (a WebSocket message)',
    right: 'A',
    note: SOCKET,
    parts: (scene) =>
      upgraded(scene, (server) =>
        server.on('upgrade', (_request, socket) => {
          socket.on('data', scene.boom).on('error', ignoreErrors);
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
        }),
      ),
  },
  {
    name: '`http` server, `clientError` listener',
    right: 'A',
    note: SOCKET,
    parts: (scene) => {
      let port: number;
      return {
        A: async () => (port = await listen(http.createServer().on('clientError', scene.boom), scene)),
        outside: () => connect(port, scene).end('this is not HTTP\r\n\r\n'),
      };
    },
  },
  {
    name: '`request` listener of A on a server that B made',
    right: 'A',
    note: 'Listeners of a server run in the context in which it listens: bind those of others.',
    parts: (scene) => {
      const server = http.createServer();
      let port: number;
      return {
        B: async () => (port = await listen(server, scene)),
        A: () => void server.on('request', scene.boom),
        outside: () => get(port, scene),
      };
    },
  },
  {
    name: '`request` listener of A on a server that B made, bound',
    right: 'A',
    parts: (scene) => {
      const server = http.createServer();
      let port: number;
      return {
        B: async () => (port = await listen(server, scene)),
        A: ({ bind }) => void server.on('request', bind(scene.boom)),
        outside: () => get(port, scene),
      };
    },
  },
  {
    name: '`http.get` refused, without `error` listener',
    right: 'A',
    parts: () => ({ A: async () => void http.get({ port: await closedPort(), host: '127.0.0.1' }) }),
  },
  {
    name: '`http.get`, `response` listener',
    right: 'A',
    parts: (scene) => ({
      A: async () => void get(await hello(scene), scene).on('response', scene.boom),
    }),
  },
  {
    name: '`http.get`, `data` of the response',
    right: 'A',
    parts: (scene) => ({
      A: async () =>
        void get(await hello(scene), scene).on('response', (response) => response.on('data', scene.boom)),
    }),
  },
  {
    name: '`http.get` of A on a connection that B opened and left to a shared agent',
    right: 'A',
    parts: (scene) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      scene.defer(() => agent.destroy());
      let port: number;
      return {
        B: async () => {
          port = await hello(scene);
          await new Promise<void>((resolve) => {
            get(port, scene, { agent }).on('response', (response) => response.resume().on('end', resolve));
          });
        },
        A: () =>
          void get(port, scene, { agent }).on('response', (response) => response.on('data', scene.boom)),
      };
    },
  },
  {
    name: '`fetch` refused, unhandled',
    right: 'A',
    parts: () => ({ A: async () => void fetch(`http://127.0.0.1:${await closedPort()}/`) }),
  },
  {
    name: '`fetch`, body unhandled',
    right: 'A',
    parts: (scene) => ({
      A: async () => {
        const port = await hello(scene);
        void fetch(`http://127.0.0.1:${port}/`).then((response) => response.json());
      },
    }),
  },
  {
    name: '`http2` server, `stream` listener',
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        A: async () => (port = await listen(http2.createServer().on('stream', scene.boom), scene)),
        outside: () => ask2(port, scene),
      };
    },
  },
  {
    name: '`http2` server, timer set by the `stream` listener',
    right: 'A',
    parts: (scene) => {
      let port: number;
      const server = () =>
        http2.createServer().on('stream', (stream) => {
          stream.respond();
          stream.end();
          later(scene.boom);
        });
      return {
        A: async () => (port = await listen(server(), scene)),
        outside: () => ask2(port, scene),
      };
    },
  },
  {
    name: '`http2.connect` refused, without `error` listener',
    right: 'A',
    parts: () => ({ A: async () => void http2.connect(`http://127.0.0.1:${await closedPort()}`) }),
  },
];

/** A server of A's, and a request from outside. */
function served(
  name: string,
  listener: (scene: Scene) => RequestListener | ((...args: Parameters<RequestListener>) => Promise<void>),
  request: (port: number, scene: Scene) => unknown = get,
): Case {
  return {
    name: `\`http\` server, ${name}`,
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        // oxlint-disable-next-line typescript/no-misused-promises
        A: async () => (port = await listen(http.createServer(listener(scene)), scene)),
        outside: () => request(port, scene),
      };
    },
  };
}

type Bind = <A extends unknown[], R>(callback: (...args: A) => R) => (...args: A) => R;

function upgraded(scene: Scene, prepare: (server: http.Server, bind: Bind) => http.Server): Parts {
  let port: number;
  return {
    A: async ({ bind }) => (port = await listen(prepare(http.createServer(), bind), scene)),
    outside: () => {
      const client = connect(port, scene);
      client.on('data', () => client.write('message'));
      client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
    },
  };
}

/** A server that answers; in a child it is that child's. */
function hello(scene: Scene): Promise<number> {
  const answer = (_request: IncomingMessage, response: ServerResponse): void => void response.end('hello');
  return listen(http.createServer(answer), scene);
}

/** A request whose own errors do not matter. */
function get(port: number, { defer }: Scene, options: http.RequestOptions = {}): http.ClientRequest {
  const request = http.request({ port, host: '127.0.0.1', ...options }).on('error', ignoreErrors);
  defer(() => request.destroy());
  if (options.method === undefined) request.end();
  return request;
}

function ask2(port: number, { defer }: Scene): void {
  const session = http2.connect(`http://127.0.0.1:${port}`).on('error', ignoreErrors);
  defer(() => session.destroy());
  session.request({ ':path': '/' }).on('error', ignoreErrors).end();
}
