/** What becomes of a request whose listener fails: it is answered, logged, and nobody else's business. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Logger, isCoppiceError } from '@coppice/core';

/** The same listener, but a throw or a rejection of it ends this one request, and not the process. */
export function answeringFailures(listener: RequestListener, log: Logger): RequestListener {
  return (request, response) => {
    const failed = (error: unknown): void => answer(request, response, error, log);
    try {
      // An async listener returns a promise, which Node leaves alone.
      Promise.resolve(listener(request, response) as unknown).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

function answer(request: IncomingMessage, response: ServerResponse, error: unknown, log: Logger): void {
  const isDown = isCoppiceError(error, 'COPPICE_NOT_RUNNING') || isCoppiceError(error, 'COPPICE_NOT_READY');
  const status = isDown ? 503 : 500;
  const { method, url = '' } = request;
  const [path] = url.split('?'); // what follows may be secret
  log[isDown ? 'warn' : 'error']({ err: error, method, path, status }, `${method} ${path} has failed`);
  if (response.writableEnded) return;
  // Half an answer must not look like a whole one.
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain', ...(isDown && { 'retry-after': '1' }) });
  response.end(isDown ? 'Service Unavailable\n' : 'Internal Server Error\n');
}
