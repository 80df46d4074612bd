/** Health over HTTP: a small server, as a child like any other, that probes can ask. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context, Health, HealthChange, Service, WorkerOptions } from '@coppice/core';
import { portFor } from '@coppice/core/kit';
import { ListenError } from '../adapters/http-server.js';
import { reading } from '../shared/reading.js';
import { type Checks, checkOptions, declare, leftOut, numberHint } from '../adapters/options.js';

/** The options of {@link healthServer}; those of any child have their usual defaults, `required` is false. */
export interface HealthServerOptions
  extends Omit<WorkerOptions, 'id' | 'awaitReady' | 'staleAfterMs' | 'maxRunMs'> {
  /** Its name among its siblings. Default: `health`. */
  readonly id?: string | undefined;
  /** 0 to 65,535; 0: any that is free; the value of the service tells which. */
  readonly port: number;
  /** The address to listen at. Default: all, since probes come from outside. */
  readonly host?: string | undefined;
  /**
   * What to answer, asked anew for each request: `healthOf(tree.snapshot())`, or `app.health()`. It is handed the context
   * of the server.
   */
  readonly health: (context: Context) => Health;
  /** When readiness has changed, for `?verbose`: the `changes` of `watchHealth`, or `app.healthChanges()`. Default: not told. */
  readonly changes?: (() => readonly HealthChange[]) | undefined;
}

const itself = leftOut('it is up when it listens, and until it is stopped');

const CHECKS: Checks = {
  port: {
    expected: 'a whole number from 0 to 65,535',
    holds: (port) => Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535,
    hint: numberHint,
  },
  host: { expected: 'an address or a name', holds: (host) => typeof host === 'string', optional: true },
  health: 'function',
  changes: { expected: 'a function', holds: (changes) => typeof changes === 'function', optional: true },
  awaitReady: itself,
  staleAfterMs: itself,
  maxRunMs: itself,
};

/** So many reasons are answered; a probe is not read by anybody who needs a thousand. */
const MAX_REASONS = 50;

/** Which part of the health decides about the status of the answer. */
const PATHS = new Map<string, 'isLive' | 'isReady'>([
  ['/livez', 'isLive'],
  ['/readyz', 'isReady'],
]);

/**
 * Declares a server that answers `GET` and `HEAD` of `/livez` and `/readyz`: 200 or 503, with the status and
 * the reasons as JSON (with `?verbose` also when that has changed); anything else with 404. It does not need to be ready itself (`required: false`).
 *
 * Make it the **first** child: it is then up before the others, answers 503 while they start, and is the last
 * to be stopped. Once it listens it does not crash, so it takes nobody down under `rest-for-one`. The `health`
 * option of an application does all of this.
 *
 * @example
 * ```ts
 * const tree: SupervisorTree = supervisor({
 *   id: 'shop',
 *   children: [healthServer({ port: 8080, health: () => healthOf(tree.snapshot()) }), db, api],
 * }).handle();
 * await tree.start(); // curl -i localhost:8080/readyz
 * ```
 *
 * @throws SpecError, OptionError if an option is wrong or unknown
 */
export function healthServer(options: HealthServerOptions): Service<Server> {
  const named = reading('healthServer()', () => ({
    required: false,
    ...options,
    id: options?.id ?? 'health',
  }));
  const { port, host, health, changes } = checkOptions('healthServer', named, CHECKS);
  return declare('service', named, CHECKS, {
    start: (context: Context) =>
      listen(createServer(answer(() => health(context), changes)), portFor(context, port), host, context),
    stop: close,
  }) as Service<Server>;
}

function listen(server: Server, port: number, host: string | undefined, context: Context): Promise<Server> {
  // Whoever opens a connection and says nothing is not to hold it for long.
  server.headersTimeout = server.requestTimeout = 5_000;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new ListenError(error, port, host, context.path));
    server.once('error', failed);
    server.listen({ port, host }, () => {
      server.off('error', failed);
      // The server goes on after these (a connection that could not be accepted): nothing to start again for.
      server.on('error', (error) => context.log.warn({ err: error }, 'a probe could not be answered'));
      const { address, port: actual } = server.address() as AddressInfo;
      context.log.info({ address, port: actual }, `answers /livez and /readyz on port ${actual}`);
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function answer(
  health: () => Health,
  changes?: () => readonly HealthChange[],
): (request: IncomingMessage, response: ServerResponse) => void {
  return ({ method, url = '' }, response) => {
    const [path = '', query] = url.split('?', 2);
    const part = PATHS.get(path);
    if (part === undefined || (method !== 'GET' && method !== 'HEAD'))
      return send(response, 404, text({ error: 'GET /livez or /readyz' }));
    const { status, body } = answerOf(part, health, query === 'verbose' ? changes : undefined);
    send(response, status, body);
  };
}

/** What cannot be told is no health; and nothing that a probe brings about may end the process. */
const UNKNOWN: Answer = { status: 503, body: text({ status: 'unknown', reasons: [] }) };

interface Answer {
  readonly status: number;
  readonly body: string;
}

function answerOf(
  part: 'isLive' | 'isReady',
  health: () => Health,
  changes: (() => readonly HealthChange[]) | undefined,
): Answer {
  try {
    const { [part]: isGood, status, reasons } = health();
    const body = {
      status,
      reasons: reasons.slice(0, MAX_REASONS),
      ...(reasons.length > MAX_REASONS && { more: reasons.length - MAX_REASONS }),
      ...(changes && { changes: changes().slice(-MAX_CHANGES).map(told) }),
    };
    return { status: isGood === true ? 200 : 503, body: text(body) };
  } catch {
    return UNKNOWN;
  }
}

/** So many changes are told, the last ones. */
const MAX_CHANGES = 100;

/** A change, with its time for a reader. */
const told = ({ at, ...change }: HealthChange): object => ({ at: new Date(at).toISOString(), ...change });

/** A connection for each probe: none is left idle when it is time to stop. */
function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(body);
}

function text(body: object): string {
  return `${JSON.stringify(body)}\n`;
}
