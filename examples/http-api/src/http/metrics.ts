/** `GET /metrics`, on a port of its own: it is nothing for those out there. */
import { type RunningHttpServer, type Service, httpServer } from 'coppice';
import type { Registry } from 'prom-client';
import type { ListenOptions } from './api.js';

export const metricsServer = (registry: Registry, where: ListenOptions): Service<RunningHttpServer> =>
  httpServer({
    id: 'metrics',
    ...where,
    // Without metrics the shop is as ready as with them.
    required: false,
    shutdownMs: 500,
    server: () => (_, response) => {
      registry.metrics().then(
        (text) => response.setHeader('content-type', registry.contentType).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    },
  });
