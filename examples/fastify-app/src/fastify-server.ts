/**
 * A Fastify app as a service of the tree. `httpServer` listens in place of `app.listen()`, and closes: it also ends the
 * connections that clients keep alive after their last answer, for which `app.close()` alone would wait. It can be taken
 * over as it is.
 */
import type { Server } from 'node:http';
import {
  type Context,
  type HttpServerOptions,
  type RunningHttpServer,
  type Service,
  httpServer,
} from 'coppice';
import type { FastifyInstance } from 'fastify';

export interface FastifyServerOptions extends Omit<HttpServerOptions, 'server'> {
  /** Called for each start: an instance of Fastify that was closed cannot be used again. */
  readonly build: (context: Context) => FastifyInstance | Promise<FastifyInstance>;
}

export const fastifyServer = ({ build, ...options }: FastifyServerOptions): Service<RunningHttpServer> =>
  httpServer<Server>({
    ...options,
    server: async (context) => {
      const app = await build(context);
      // The `onClose` hooks, when the last request is answered; also after a start that has failed.
      context.defer(() => app.close());
      await app.ready();
      return app.server;
    },
  });
