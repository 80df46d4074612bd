/** The Fastify app: a function that builds it, as in any Fastify project. Two lines know of the tree. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { store } from './store.js';
import { type TreePluginOptions, treePlugin } from './tree-plugin.js';

export interface AppOptions extends TreePluginOptions {
  readonly logger: FastifyBaseLogger;
}

const body = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', minLength: 1 } },
} as const;

export async function buildApp({ logger, ...tree }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({ loggerInstance: logger });
  await app.register(treePlugin, tree);

  app.get('/notes', (request) => request.server.use(store).all());

  app.post<{ Body: { readonly text: string } }>('/notes', { schema: { body } }, async (request, reply) => {
    reply.code(201);
    return request.server.use(store).insert(request.body.text);
  });

  return app;
}
