/** The example as one runs it: its database goes away and comes back, and it is stopped with clients that hold on to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

type LogRecord = Readonly<Record<string, unknown>>;

let child: ChildProcess;
let end: Promise<unknown[]>;
let lines: AsyncIterator<string>;
let posts = '';
let readyz = '';

/** The next line of its log that has all of this. */
async function until(wanted: LogRecord): Promise<LogRecord> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`it has ended before ${JSON.stringify(wanted)}`);
    const record = JSON.parse(value) as LogRecord;
    if (Object.entries(wanted).every(([key, is]) => record[key] === is)) return record;
  }
}

beforeEach(async () => {
  child = spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0', HEALTH_PORT: '0' },
  });
  end = once(child, 'exit');
  lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const { port } = await until({ path: 'wall/health', address: '127.0.0.1' });
  readyz = `http://127.0.0.1:${port}/readyz`;
  posts = `${(await until({ msg: 'the API is up' }))['url']}/posts`;
  await until({ event: 'application:ready' });
});
afterEach(async () => {
  child.kill('SIGKILL'); // too late, unless something went wrong
  await end;
});

const get = (url: string): Promise<Response> => fetch(url, { headers: { connection: 'close' } });
const post = (body: string): Promise<Response> =>
  fetch(posts, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body,
  });

test('what a client does wrong is told to it', async () => {
  expect((await post('{"text":')).status).toBe(400);
  expect(await (await post('{}')).json()).toEqual({ error: 'text is missing' });
  expect((await get(`${posts}/else`)).status).toBe(404);
});

test('503 with Retry-After while the database is away, and not ready; all is there again when it is back', async () => {
  expect((await post('{"text":"hello"}')).status).toBe(201);
  child.kill('SIGUSR2');
  await until({ event: 'child:crashed', path: 'wall/db' });
  const away = await get(posts);
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await away.json()).toEqual({ error: 'Service Unavailable' });
  expect((await get(readyz)).status).toBe(503);

  child.kill('SIGUSR2');
  await until({ event: 'child:started', path: 'wall/cleanup', incarnation: 2 });
  expect(await (await get(posts)).json()).toMatchObject([{ id: 1, text: 'hello' }]);
  expect((await get(readyz)).status).toBe(200);
});

test('SIGTERM: a request under way is answered, a stream is ended and not cut, and the exit code is 0', async () => {
  const stream = (await get(`${posts}/live`)).text();
  // A client that takes its time: the server has the head of its request, and waits for the rest.
  const slow = request(posts, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue' },
  });
  slow.flushHeaders();
  await once(slow, 'continue');
  await post('{"text":"hello"}');

  child.kill('SIGTERM');
  await until({ event: 'application:stopping' });
  expect(await stream).toMatch(/^retry: 1000\n\ndata: {"id":1,"text":"hello","at":\d+}\n\n$/);
  slow.end('{"text":"the last one"}');
  const [response] = (await once(slow, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(201);
  response.resume();
  expect(await until({ event: 'application:stopped' })).toMatchObject({ killed: [] });
  expect(await end).toEqual([0, null]);
});
