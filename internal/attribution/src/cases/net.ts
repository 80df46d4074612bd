/** Sockets. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { type Case, type Scene, ignoreErrors, later } from '../case.js';
import { closedPort, connect, listen } from './network.js';

const ACCEPTED = 'An accepted socket has no context: bind its listeners, or read it with `for await`.';
const OPENED = 'A socket calls back in the context in which it was opened: bind what is put on it later.';

export const sockets: readonly Case[] = [
  {
    name: '`net.connect` refused, without `error` listener',
    right: 'A',
    parts: () => ({ A: async () => void net.connect(await closedPort(), '127.0.0.1') }),
  },
  {
    name: '`net.connect`, `connect` listener',
    right: 'A',
    parts: (scene) => ({
      A: async () => connect(await echo(scene), scene).on('connect', scene.boom) && undefined,
    }),
  },
  {
    name: '`net.connect`, `data` listener',
    right: 'A',
    parts: (scene) => ({
      A: async () => {
        connect(await echo(scene), scene)
          .on('data', scene.boom)
          .write('a');
      },
    }),
  },
  {
    name: '`net.connect`, `setTimeout` listener',
    right: 'A',
    parts: (scene) => ({
      A: async () => void connect(await echo(scene), scene).setTimeout(5, scene.boom),
    }),
  },
  {
    name: '`net.connect`, callback of `write`',
    right: 'A',
    parts: (scene) => ({ A: async () => void connect(await echo(scene), scene).write('a', scene.boom) }),
  },
  {
    name: '`net.createServer`, `connection` listener',
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        A: async () => (port = await listen(net.createServer(scene.boom), scene)),
        outside: () => connect(port, scene),
      };
    },
  },
  {
    name: '`net.createServer`, timer set by the `connection` listener',
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        A: async () =>
          (port = await listen(
            net.createServer(() => later(scene.boom)),
            scene,
          )),
        outside: () => connect(port, scene),
      };
    },
  },
  {
    name: '`net.createServer`, `data` listener of an accepted socket',
    right: 'A',
    note: ACCEPTED,
    parts: (scene) => {
      let port: number;
      return {
        A: async () =>
          (port = await listen(
            net.createServer((socket) => socket.on('data', scene.boom)),
            scene,
          )),
        outside: () => connect(port, scene).write('a'),
      };
    },
  },
  {
    name: '`net.createServer`, `data` listener of an accepted socket, written by B',
    right: 'A',
    note: ACCEPTED,
    parts: (scene) => {
      let port: number;
      return {
        A: async () =>
          (port = await listen(
            net.createServer((socket) => socket.on('data', scene.boom)),
            scene,
          )),
        B: () => void connect(port, scene).write('a'),
      };
    },
  },
  {
    name: '`net.createServer`, `data` listener of an accepted socket, bound',
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        A: async ({ bind }) => {
          const server = net.createServer((socket) => socket.on('data', bind(scene.boom)));
          port = await listen(server, scene);
        },
        outside: () => connect(port, scene).write('a'),
      };
    },
  },
  {
    name: '`net.createServer`, `for await` over an accepted socket',
    right: 'A',
    parts: (scene) => {
      let port: number;
      const serve = async (socket: net.Socket): Promise<void> => {
        for await (const _ of socket) scene.boom();
      };
      return {
        A: async () =>
          (port = await listen(
            net.createServer((socket) => void serve(socket)),
            scene,
          )),
        outside: () => connect(port, scene).write('a'),
      };
    },
  },
  {
    name: '`net.createServer`, accepted socket reset, without `error` listener',
    right: 'A',
    note: ACCEPTED,
    parts: (scene) => {
      let port: number;
      return {
        A: async () => {
          const server = net.createServer((socket) => socket.resume().write('hello'));
          port = await listen(server, scene);
        },
        outside: () => {
          const client = connect(port, scene);
          client.once('data', () => client.resetAndDestroy());
        },
      };
    },
  },
  {
    name: '`net.createServer`, `end` listener of an accepted socket',
    right: 'A',
    note: ACCEPTED,
    parts: (scene) => {
      let port: number;
      return {
        A: async () =>
          (port = await listen(
            net.createServer((socket) => socket.resume().on('end', scene.boom)),
            scene,
          )),
        outside: () => connect(port, scene).end('a'),
      };
    },
  },
  {
    name: '`listen` on a port that is taken, without `error` listener',
    right: 'A',
    parts: (scene) => {
      let port: number;
      return {
        B: async () => (port = await echo(scene)),
        A: () => void net.createServer().listen(port, '127.0.0.1'),
      };
    },
  },
  {
    name: 'callback of `server.close`',
    right: 'A',
    parts: (scene) => ({
      A: async () => {
        const server = net.createServer();
        await listen(server, scene);
        server.close(scene.boom);
      },
    }),
  },
  {
    name: '`data` listener of A on a socket that B opened',
    right: 'A',
    note: OPENED,
    parts: (scene) => {
      let socket: net.Socket;
      return {
        B: async () => {
          socket = connect(await echo(scene), scene);
          await once(socket, 'connect');
        },
        A: () => socket.on('data', scene.boom).write('a'),
      };
    },
  },
  {
    name: '`data` listener of A on a socket that B opened, bound',
    right: 'A',
    parts: (scene) => {
      let socket: net.Socket;
      return {
        B: async () => {
          socket = connect(await echo(scene), scene);
          await once(socket, 'connect');
        },
        A: ({ bind }) => socket.on('data', bind(scene.boom)).write('a'),
      };
    },
  },
  {
    name: '`for await` of A over a socket that B opened',
    right: 'A',
    parts: (scene) => {
      let socket: net.Socket;
      return {
        B: async () => {
          socket = connect(await echo(scene), scene);
          await once(socket, 'connect');
        },
        A: () => {
          void (async () => {
            for await (const _ of socket) scene.boom();
          })();
          socket.write('a');
        },
      };
    },
  },
  {
    name: '`dgram`, `message` listener',
    right: 'A',
    parts: ({ boom, defer }) => {
      let port: number;
      return {
        A: async () => {
          const socket = dgram.createSocket('udp4', boom);
          defer(() => socket.close());
          socket.bind(0, '127.0.0.1');
          await once(socket, 'listening');
          port = socket.address().port;
        },
        outside: () => {
          const client = dgram.createSocket('udp4');
          client.send('a', port, '127.0.0.1', () => client.close());
        },
      };
    },
  },
  {
    name: '`dgram.bind` to a port that is taken, without `error` listener',
    right: 'A',
    parts: ({ defer }) => {
      const taken = dgram.createSocket('udp4');
      defer(() => taken.close());
      return {
        B: async () => {
          taken.bind(0, '127.0.0.1');
          await once(taken, 'listening');
        },
        A: () => void dgram.createSocket('udp4').bind(taken.address().port, '127.0.0.1'),
      };
    },
  },
];

/** A server of no child's; in a child it would be that child's. */
function echo(scene: Scene): Promise<number> {
  return listen(
    net.createServer((socket) => socket.on('error', ignoreErrors).pipe(socket)),
    scene,
  );
}
