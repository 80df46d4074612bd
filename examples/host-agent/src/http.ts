/** The HTTP service: `/metrics` for Prometheus, `/tree` for the curious. On the loopback only. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningHttpServer, type Service, type SupervisorSnapshot, httpServer } from 'coppice';
import type { MetricStore } from './metrics.js';
import { CONTENT_TYPE, toPrometheus } from './prometheus.js';
import { treeMetrics } from './tree-metrics.js';

export interface HttpOptions {
  readonly port: number;
  readonly store: Service<MetricStore>;
  readonly snapshot: () => SupervisorSnapshot;
}

type Answer = readonly [status: number, contentType: string, body: string];

export const httpService = ({ port, store, snapshot }: HttpOptions): Service<RunningHttpServer> =>
  httpServer({
    id: 'http',
    port,
    host: '127.0.0.1',
    shutdownMs: 1_000,
    server: ({ use, log }) => {
      const pages: Readonly<Record<string, () => Answer>> = {
        '/': () => [200, 'text/plain', 'GET /metrics or /tree\n'],
        '/metrics': () => {
          const metrics = [...use(store).fresh(), ...treeMetrics(snapshot())];
          return [200, CONTENT_TYPE, toPrometheus(metrics)];
        },
        '/tree': () => [200, 'application/json', `${JSON.stringify(snapshot(), null, 2)}\n`],
      };
      const server = createServer((request, response) => send(request, response, pages));
      return server.once('listening', () => {
        const { address, port } = server.address() as AddressInfo;
        log.info(`http://${address}:${port}/metrics and /tree`);
      });
    },
  });

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
