/** What `httpServer` gives follows from what its factory returns, also where the declaration says what it is to be. */
import { type Server as PlainServer, createServer } from 'node:http';
import { type Server as TlsServer, createServer as createTlsServer } from 'node:https';
import { type RunningHttpServer, type Service, httpServer } from 'coppice';
import { expectTypeOf } from 'expect-type';

const where = { id: 'api', port: 0 };

const around = httpServer({ ...where, server: () => (_, response) => response.end() });
expectTypeOf(around).toEqualTypeOf<Service<RunningHttpServer>>();

const made = httpServer({ ...where, server: () => createTlsServer() });
expectTypeOf(made).toExtend<Service<RunningHttpServer<TlsServer>>>();

// The parameters of a listener have their types here, too.
export const declared = (): Service<RunningHttpServer> =>
  httpServer({ ...where, server: () => (request, response) => response.end(request.url) });
export const declaredWithServer = (): Service<RunningHttpServer<PlainServer>> =>
  httpServer({ ...where, server: () => createServer() });
