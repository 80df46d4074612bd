/** The health server, over HTTP. */
import { type Server, request } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Health, type SupervisorTree, healthServer, supervisor, task } from 'coppice';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

const ask = (port: number, path: string, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asked.once('error', reject).end();
  });

const READY: Health = { status: 'ready', isReady: true, isLive: true, reasons: [] };
const reason = { path: 'shop/db', status: 'starting', why: 'is required, and is starting' };
const UNREADY: Health = { status: 'degraded', isReady: false, isLive: true, reasons: [reason] };

describe('it answers', () => {
  let tree: SupervisorTree;
  let port: number;
  let health: () => Health;
  beforeEach(async () => {
    health = () => READY;
    const probes = healthServer({ port: 0, host: '127.0.0.1', health: () => health() });
    let server: Server | undefined;
    const spy = task({
      id: 'spy',
      run: ({ use, signal }) => {
        server = use(probes);
        return new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    tree = supervisor({ id: 'shop', children: [probes, spy] }).handle();
    await tree.start();
    ({ port } = server!.address() as AddressInfo);
  });
  afterEach(() => tree.stop());

  test('200 while all is well, not to be kept', async () => {
    for (const path of ['/livez', '/readyz', '/readyz?verbose']) {
      const { status, headers, body } = await ask(port, path);
      expect([status, JSON.parse(body)]).toEqual([200, { status: 'ready', reasons: [] }]);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
        connection: 'close',
      });
    }
  });

  test('503 with the reasons, asked anew each time', async () => {
    health = () => UNREADY;
    const { status, body } = await ask(port, '/readyz');
    expect([status, JSON.parse(body)]).toEqual([503, { status: 'degraded', reasons: [reason] }]);
    expect((await ask(port, '/livez')).status).toBe(200);
    health = () => ({ ...UNREADY, status: 'dead', isLive: false });
    expect((await ask(port, '/livez')).status).toBe(503);
  });

  test('HEAD without a body', async () => {
    health = () => UNREADY;
    expect(await ask(port, '/readyz', 'HEAD')).toMatchObject({ status: 503, body: '' });
  });

  test.each([
    ['/', 'GET'],
    ['/readyz/', 'GET'],
    ['/constructor', 'GET'],
    ['/readyz', 'POST'],
    ['/readyz', 'DELETE'],
  ])('404 else: %s %s', async (path, method) => {
    expect((await ask(port, path, method)).status).toBe(404);
  });

  test('503 if the health cannot be found out, and goes on', async () => {
    health = () => {
      throw new Error('secret');
    };
    const { status, body } = await ask(port, '/livez');
    expect([status, body.includes('secret')]).toEqual([503, false]);
    health = () => READY;
    expect((await ask(port, '/livez')).status).toBe(200);
  });

  test('with a limit to what it says', async () => {
    health = () => ({ ...UNREADY, reasons: Array.from({ length: 60 }, () => reason) });
    const { reasons, more } = JSON.parse((await ask(port, '/readyz')).body);
    expect([reasons.length, more]).toEqual([50, 10]);
  });

  test('and a stop does not wait for whoever says nothing', async () => {
    const silent = connect(port, '127.0.0.1');
    const gone = new Promise((resolve) => silent.once('close', resolve));
    await new Promise((resolve) => silent.once('connect', resolve));
    expect(await tree.stop()).toMatchObject({ unstopped: [] });
    await gone;
    await expect(ask(port, '/livez')).rejects.toThrow('ECONNREFUSED');
  });

  test('a port that is taken is a start that fails', async () => {
    const second = supervisor({ id: 'two', children: [healthServer({ port, host: '127.0.0.1', health })] });
    await expect(second.start()).rejects.toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'two/health',
      cause: { name: 'ListenError', code: 'EADDRINUSE' },
    });
  });
});

test.each([
  [
    { port: '8080' },
    'OptionError',
    "port of healthServer() has to be a whole number from 0 to 65,535; got '8080'",
  ],
  [{ port: 0 }, 'SpecError', 'health has to be a function'],
  [
    { port: 0, heallth: () => READY, health: () => READY },
    'SpecError',
    "no option 'heallth', did you mean 'health'?",
  ],
])('%j is refused', (options, name, message) => {
  const declare = (): unknown => healthServer(options as never);
  expect(declare).toThrow(expect.objectContaining({ name }));
  expect(declare).toThrow(message);
});

test('is no child that others wait for: it can be absent', () => {
  expect(healthServer({ id: 'probes', port: 1, health: () => READY })).toMatchObject({
    id: 'probes',
    required: false,
  });
});
