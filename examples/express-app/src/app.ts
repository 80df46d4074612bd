/** The Express app: a function that builds it, as in any Express project. It is called anew for each start of the server. */
import { STATUS_CODES } from 'node:http';
import type { Context } from 'coppice';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { db } from './db.js';
import { Streams } from './streams.js';

export function buildApp({ use, log, signal }: Context): Express {
  const app = express().disable('x-powered-by');
  const streams = new Streams(signal);

  // `use` in each request, and not once: after a crash there is another connection. While there is none it throws.
  app.get('/posts', async (_request, response) => {
    response.json(await use(db).posts());
  });

  app.post('/posts', express.json(), async (request, response) => {
    const { text } = Object(request.body) as { readonly text?: unknown };
    if (typeof text !== 'string' || text === '')
      return void response.status(400).json({ error: 'text is missing' });
    const post = await use(db).add({ text, at: Date.now() });
    streams.send(post);
    response.status(201).json(post);
  });

  app.get('/posts/live', (_request, response) => streams.add(response));

  // Express itself would answer with the same status and headers, in HTML with the stack, and log each 503. That the
  // database is away the log says once, so what remains are our own mistakes.
  const onError: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { statusCode = 500, headers = {} } = Object(error) as { statusCode?: number; headers?: object };
    if (statusCode === 500) log.error({ err: error }, `${request.method} ${request.path} failed`);
    response.status(statusCode).set(headers).json({ error: STATUS_CODES[statusCode] });
  };
  return app.use(onError);
}
