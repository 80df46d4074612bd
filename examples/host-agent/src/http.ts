/** The HTTP service: `/metrics` for Prometheus, `/tree` for the curious. On the loopback only. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningHttpServer, type Service, type SupervisorSnapshot, httpServer } from 'coppice';
import { Registry } from 'prom-client';
import type { MetricStore } from './metrics.js';
import { registryOf } from './prometheus.js';

export interface HttpOptions {
  readonly port: number;
  /** The machine's metrics. */
  readonly store: Service<MetricStore>;
  /** The metrics of the supervision. */
  readonly registry: Registry;
  readonly snapshot: () => SupervisorSnapshot;
}

type Answer = readonly [status: number, contentType: string, body: string];
type Pages = Readonly<Record<string, () => Answer | Promise<Answer>>>;

export const httpService = ({ port, store, registry, snapshot }: HttpOptions): Service<RunningHttpServer> =>
  httpServer({
    id: 'http',
    port,
    host: '127.0.0.1',
    shutdownMs: 1_000,
    server: ({ use, log }) => {
      const pages: Pages = {
        '/': () => [200, 'text/plain', 'GET /metrics or /tree\n'],
        '/metrics': async () => {
          const both = Registry.merge([registryOf(use(store).fresh()), registry]);
          return [200, both.contentType, await both.metrics()];
        },
        '/tree': () => [200, 'application/json', `${JSON.stringify(snapshot(), null, 2)}\n`],
      };
      const server = createServer((request, response) => void send(request, response, pages));
      return server.once('listening', () => {
        const { address, port } = server.address() as AddressInfo;
        log.info(`http://${address}:${port}/metrics and /tree`);
      });
    },
  });

async function send(request: IncomingMessage, response: ServerResponse, pages: Pages): Promise<void> {
  const [status, contentType, body] = await answer(request, pages);
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** One request that goes wrong is answered with 500; it is no reason to end the service. */
async function answer({ method, url = '/' }: IncomingMessage, pages: Pages): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'text/plain', 'only GET and HEAD\n'];
  const path = url.replace(/\?.*/, '');
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return [404, 'text/plain', 'not found: there are /metrics and /tree\n'];
  try {
    return await page();
  } catch (error) {
    return [500, 'text/plain', `${(error as Error).message}\n`];
  }
}
