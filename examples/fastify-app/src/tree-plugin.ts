/**
 * What a Fastify app knows of the tree that it is in: `server.use(db)` for routes, and `GET /readyz`. The 503 while db is down
 * needs nothing: what `use` throws says so, and Fastify answers with it. It can be taken over as it is.
 */
import type { Health, Use } from 'coppice';
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

    app.get('/readyz', { logLevel: 'warn' }, (_request, reply) => {
      const { isReady, status, reasons } = health();
      return reply.code(isReady ? 200 : 503).send({ status, reasons });
    });
  },
  { name: 'coppice-tree', fastify: '5.x' },
);
