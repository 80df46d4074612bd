/** As much of a router as this needs: which function answers which request, and what becomes of what it throws. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { type Logger, NotRunningError } from 'coppice';
import { DatabaseDownError } from '../database/database.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** By method and path, like `GET /orders`. */
export type Routes = Readonly<Record<string, (request: IncomingMessage) => Answer | Promise<Answer>>>;

/** Thrown by a route: the request is wrong. */
export class BadRequestError extends Error {}

/** One request that goes wrong is answered; it is never a crash of the server. */
export const listener =
  (routes: Routes, log: Pick<Logger, 'error'>): RequestListener =>
  (request, response) => {
    void answer(request, routes, log).then(({ status, body }) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status === 503 && { 'retry-after': '1' }),
      });
      response.end(JSON.stringify(body));
    });
  };

async function answer(request: IncomingMessage, routes: Routes, log: Pick<Logger, 'error'>): Promise<Answer> {
  const name = `${request.method} ${request.url?.replace(/\?.*/, '')}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!route) return { status: 404, body: { error: `there is no ${name}` } };
  try {
    return await route(request);
  } catch (error) {
    if (error instanceof BadRequestError) return { status: 400, body: { error: error.message } };
    // `use` throws NotRunningError while a service is down. It will be back: whoever asks may ask again.
    if (error instanceof NotRunningError || error instanceof DatabaseDownError)
      return { status: 503, body: { error: 'try again in a moment' } };
    log.error({ err: error }, `${name} failed`);
    return { status: 500, body: { error: 'it is our fault, and is in the log' } };
  }
}
