/**
 * Hostile clients of the health server and of `httpServer`, over real loopback sockets: what is no HTTP, is too long, comes
 * too slowly or too early, or is left off in the middle. Both answer the next client, and can be stopped in time.
 */
import { type IncomingMessage, type RequestListener, get } from 'node:http';
import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { type Health, type SupervisorTree, healthServer, httpServer, supervisor, task } from 'coppice';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { undisturbed } from './undisturbed.js';

/** Pieces of requests; put together they are right, half right, or nothing. */
const PIECES: readonly string[] = [
  'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /livez?verbose HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD /readyz HTTP/1.0\r\n\r\n',
  'POST /readyz HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf',
  'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n',
  'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET /readyz HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n',
  'GET /readyz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET http://b/readyz HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /%00%ff%2e%2e//readyz?%zz HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /__proto__ HTTP/1.1\r\nHost: a\r\n__proto__: x\r\nconstructor: y\r\n\r\n',
  'GET /readyz HTTP/9.9\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET  \r\n\r\n',
  'GET /readyz HTTP/1.1\r\nHost: a\r\n',
  'Host',
  ': \r\n',
  '\r\n',
  '\0\0\0\0',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  `X-Long: ${'h'.repeat(20_000)}\r\n`,
  `GET /${'u'.repeat(20_000)} HTTP/1.1\r\n`,
  'X-Many: 1\r\n'.repeat(3_000),
];

type Step = { readonly send: string } | { readonly then: 'wait' | 'end' | 'reset' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PIECES).map((send) => ({ send })) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }).map((send) => ({ send })) },
  { weight: 2, arbitrary: fc.constantFrom('wait', 'end', 'reset').map((then) => ({ then })) },
);

/** What one client does; at its end it stays, and says nothing more. */
async function misbehave(port: number, steps: readonly Step[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).on('data', () => {});
  await once(socket, 'connect').catch(() => {});
  for (const each of steps) {
    if ('send' in each) socket.write(each.send, 'latin1');
    else if (each.then === 'end') socket.end();
    else if (each.then === 'reset') socket.resetAndDestroy();
    else await new Promise(setImmediate);
  }
  return socket;
}

const ask = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response: IncomingMessage) => {
      response.resume().once('end', () => resolve(response.statusCode as number));
    }).once('error', reject);
  });

const READY: Health = { status: 'ready', isReady: true, isLive: true, reasons: [] };

/** Both servers in one tree, and the ports that they have. */
async function servers(
  health: () => Health,
  changes: () => never[] = () => [],
  listener: RequestListener = (_, response) => response.end('served'),
): Promise<{ tree: SupervisorTree; ports: [health: number, http: number] }> {
  const probes = healthServer({ port: 0, host: '127.0.0.1', health, changes });
  const web = httpServer({ id: 'web', port: 0, host: '127.0.0.1', shutdownMs: 300, server: () => listener });
  const ports: [number, number] = [0, 0];
  const spy = task({
    id: 'spy',
    restart: 'temporary',
    run: ({ use }) => {
      ports[0] = (use(probes).address() as { port: number }).port;
      ports[1] = use(web).port;
    },
  });
  const tree = await supervisor({ id: 'app', children: [probes, web, spy] }).start();
  return { tree, ports };
}

test(
  'requests that are none, pipelined, cut off and left open',
  () =>
    undisturbed(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 8 }),
          async (clients) => {
            const { tree, ports } = await servers(() => READY);
            const open = await Promise.all(
              clients.flatMap((steps) => ports.map((port) => misbehave(port, steps))),
            );
            expect(await ask(ports[0], '/readyz')).toBe(200);
            expect(await ask(ports[1], '/')).toBe(200);
            expect(tree.whichChildren().map(({ incarnation }) => incarnation)).toEqual([1, 1]);
            const { unstopped } = await tree.stop({ shutdownMs: 5_000 });
            expect(unstopped).toEqual([]);
            for (const socket of open) socket.destroy();
          },
        ),
        runs(15),
      ),
    ),
  LIMIT_MS,
);

const HEALTH = {
  status: 'degraded',
  isReady: true,
  isLive: true,
  reasons: [{ path: 'a', status: 's', why: 'w' }],
};
const CHANGE = { at: 1, isReady: true, afterMs: 1, reasons: [] };

test(
  'a health that cannot be told is answered with 503',
  () =>
    undisturbed(async () => {
      let told: () => unknown = () => READY;
      let changed: () => unknown = () => [CHANGE];
      const { tree, ports } = await servers(
        () => told() as Health,
        () => changed() as never[],
      );
      expect(await ask(ports[0], '/readyz?verbose')).toBe(200);
      await fc.assert(
        fc.asyncProperty(
          mutations(),
          mutations(),
          anyHostile,
          fc.boolean(),
          async (one, two, value, isOdd) => {
            told = () => (isOdd ? value.make() : mutated(HEALTH, one));
            changed = () => mutated([CHANGE], two);
            expect([200, 503]).toContain(await ask(ports[0], '/readyz?verbose'));
            expect([200, 503]).toContain(await ask(ports[0], '/livez'));
          },
        ),
        runs(200),
      );
      await tree.stop();
    }),
  LIMIT_MS,
);
