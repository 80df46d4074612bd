/**
 * What a Fastify app knows of the tree that it is in: `server.use(db)` for routes, 503 while that is down, and
 * `GET /readyz`. It can be taken over as it is.
 */
import { type Health, NotRunningError, type Use } from 'coppice';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** The service that runs now. Ask for it in each request: after a crash there is another one. */
    readonly use: Use;
  }
}

export interface TreePluginOptions {
  /** `use` of the context of the child that the app is. */
  readonly use: Use;
  readonly health: () => Health;
}

/** By `fastify-plugin`, so that it is there for the whole app and not for the routes of this plugin alone. */
export const treePlugin = plugin(
  async (app: FastifyInstance, { use, health }: TreePluginOptions) => {
    app.decorate('use', use);

    app.setErrorHandler((error, _request, reply) => {
      // Everything else goes on to the handler of Fastify.
      if (!(error instanceof NotRunningError)) throw error;
      return reply
        .code(503)
        .header('retry-after', '1')
        .send({ statusCode: 503, error: 'Service Unavailable', message: error.message });
    });

    app.get('/readyz', { logLevel: 'warn' }, (_request, reply) => {
      const { isReady, status, reasons } = health();
      return reply.code(isReady ? 200 : 503).send({ status, reasons });
    });
  },
  { name: 'coppice-tree', fastify: '5.x' },
);
