/** A server with clients over the loopback, some of them rude; and the other adapters. */
import { EventEmitter } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { consume, fromEmitter, httpServer, interval, poller, supervisor, task } from 'coppice';
import { portOf } from './port.js';
import { deafWait } from './parts.js';

const GENEROUS = { maxRestarts: 1_000, withinMs: 10_000 } as const;

/** What became of the requests: those that are not answered met a server that was down, or on its way. */
export const requests = { answered: 0, notAnswered: 0, reset: 0, wrong: 0 };

const BODY = 'x'.repeat(64 * 1024);

const api = httpServer({
  id: 'api',
  host: '127.0.0.1',
  port: portOf(process.env),
  shutdownMs: 1_500,
  server: () => (request, response) => {
    const answer = (): void => void response.end(BODY);
    if (request.url === '/slow') setTimeout(answer, 80);
    else answer();
  },
});

/** Asks, and reads the whole answer. */
const ask = (path: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (outcome: 'answered' | 'notAnswered' | 'wrong') => (): void => {
      requests[outcome]++;
      resolve();
    };
    const asked = get(
      { host: '127.0.0.1', port: portOf(process.env), path, agent: false, signal },
      (response) => {
        let length = 0;
        response.on('data', (chunk: Buffer) => (length += chunk.length));
        response.on('error', () => {});
        response.on('close', () => {
          const isWrong = response.statusCode !== 200 || (response.complete && length !== BODY.length);
          done(isWrong ? 'wrong' : response.complete ? 'answered' : 'notAnswered')();
        });
      },
    );
    asked.on('error', done('notAnswered'));
  });

/** Begins a request, and resets the connection in the middle of it. */
const reset = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: portOf(process.env) }, () => {
      socket.write('GET /slow HTTP/1.1\r\nhost: here\r\n\r\n');
      setTimeout(() => {
        socket.resetAndDestroy();
        requests.reset++;
      }, 10);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });

const client = (id: string, everyMs: number) =>
  task({
    id,
    run: async ({ signal, sleep }) => {
      for (let n = 0; ; n++) {
        if (n % 7 === 3) await reset();
        else await ask(n % 3 === 0 ? '/slow' : '/', signal);
        await sleep(everyMs);
      }
    },
  });

const clients = supervisor({
  id: 'clients',
  startOrder: 'parallel',
  ...GENEROUS,
  children: [client('p', 20), client('q', 35), client('r', 50)],
});

/** Emitters that are alive now: for those who let them fail. */
export const emitters = new Set<EventEmitter>();

const timers = new WeakMap<EventEmitter, NodeJS.Timeout>();

const adapters = supervisor({
  id: 'adapters',
  ...GENEROUS,
  children: [
    poller({
      id: 'poller',
      pauseMs: 60,
      jitter: 0.5,
      staleAfterMs: 5_000,
      run: ({ signal }) => ask('/', signal),
    }),
    interval({ id: 'interval', everyMs: 70, staleAfterMs: 2_000, run: () => deafWait(20) }),
    consume({
      id: 'consumer',
      concurrency: 2,
      source: async function* ({ sleep }) {
        for (let n = 0; n < 60; n++) {
          await sleep(25);
          yield n;
        }
      },
      each: async (n) => {
        await deafWait(10);
        if (n === 55) throw new Error('the item that nobody understands');
      },
    }),
    fromEmitter({
      id: 'emitter',
      heartbeat: 'tick',
      staleAfterMs: 2_000,
      create: () => {
        const emitter = new EventEmitter();
        timers.set(
          emitter,
          setInterval(() => emitter.emit('tick'), 100),
        );
        emitters.add(emitter);
        return emitter;
      },
      stop: (emitter) => {
        clearInterval(timers.get(emitter));
        emitters.delete(emitter);
      },
    }),
  ],
});

export const network = [api, clients, adapters];
