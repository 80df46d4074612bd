/** The HTTP service: `/metrics` for Prometheus, `/tree` for the curious. On the loopback only. */
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Service, type SupervisorSnapshot, service } from 'coppice';
import type { MetricStore } from './metrics.js';
import { CONTENT_TYPE, toPrometheus } from './prometheus.js';
import { treeMetrics } from './tree-metrics.js';

export interface Http {
  readonly server: Server;
  readonly url: string;
}

export interface HttpOptions {
  readonly port: number;
  readonly store: Service<MetricStore>;
  readonly snapshot: () => SupervisorSnapshot;
}

type Answer = readonly [status: number, contentType: string, body: string];

export function httpService({ port, store, snapshot }: HttpOptions): Service<Http> {
  // With `--port 0` the first start finds a free port, and those after it keep to that.
  let keptPort = port;

  return service({
    id: 'http',
    shutdownMs: 2_000,
    start: async ({ use, fail, log, signal }): Promise<Http> => {
      const pages: Readonly<Record<string, () => Answer>> = {
        '/': () => [200, 'text/plain', 'GET /metrics or /tree\n'],
        '/metrics': () => {
          const metrics = [...use(store).fresh(), ...treeMetrics(snapshot())];
          return [200, CONTENT_TYPE, toPrometheus(metrics)];
        },
        '/tree': () => [200, 'application/json', `${JSON.stringify(snapshot(), null, 2)}\n`],
      };
      const server = createServer((request, response) => send(request, response, pages));
      await listen(server, keptPort, signal);
      server.on('error', fail);
      server.on('close', () => signal.aborted || fail(new Error('the listening socket was closed')));
      keptPort = (server.address() as AddressInfo).port;
      const url = `http://127.0.0.1:${keptPort}`;
      log.info(`${url}/metrics and /tree`);
      return { server, url };
    },
    stop: ({ server }) =>
      new Promise<void>((resolve) => {
        server.close(() => resolve()); // the error would be that it is closed already
        server.closeAllConnections();
      }),
  });
}

async function listen(server: Server, port: number, signal: AbortSignal): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening', { signal }); // rejects when the server emits an error
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} is taken; try --port 0`, { cause: error });
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Readonly<Record<string, () => Answer>>,
): void {
  const [status, contentType, body] = answer(request, pages);
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** One request that goes wrong is answered with 500; it is no reason to end the service. */
function answer(
  { method, url = '/' }: IncomingMessage,
  pages: Readonly<Record<string, () => Answer>>,
): Answer {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'text/plain', 'only GET and HEAD\n'];
  const path = url.replace(/\?.*/, '');
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return [404, 'text/plain', 'not found: there are /metrics and /tree\n'];
  try {
    return page();
  } catch (error) {
    return [500, 'text/plain', `${(error as Error).message}\n`];
  }
}
