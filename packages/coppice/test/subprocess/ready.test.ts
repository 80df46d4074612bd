/** When a process counts as ready, and what becomes of one that is not. */
import { type AddressInfo, createServer } from 'node:net';
import { subprocess } from '../../src/subprocess/index.js';
import { boot, gone, isAlive, node, prepare, sh } from './support.js';

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const failure = (starting: Promise<unknown>): Promise<Error & { cause: Error }> =>
  starting.then(
    () => Promise.reject(new Error('it started')),
    (error: unknown) => error as Error & { cause: Error },
  );

test('as soon as it is spawned', async () => {
  const child = subprocess({ id: 'child', ...sh('exec sleep 60') });
  const it = await boot([child]);
  const { pid } = it.value(child);
  expect(isAlive(pid)).toBe(true);
  expect((await it.tree.stop()).unstopped).toEqual([]);
  expect(isAlive(pid)).toBe(false);
});

test('when a line matches, on either stream', async () => {
  for (const to of ['', '>&2']) {
    const child = subprocess({
      id: 'child',
      ...sh(`echo starting; echo "listening on 3000" ${to}; exec sleep 60`),
      ready: /listening on \d+/g,
    });
    const it = await boot([child]);
    expect(it.lines.at(-1)!.text).toBe('listening on 3000');
    await it.tree.stop();
  }
});

test('when a line that has no end yet matches', async () => {
  const child = subprocess({ id: 'child', ...sh('printf "psql> "; exec sleep 60'), ready: /psql> / });
  const it = await boot([child]);
  await it.tree.stop();
});

test.each([`'ready'`, `{ type: 'ready', port: 1 }`])('when it says so: process.send(%s)', async (message) => {
  const child = subprocess({
    id: 'child',
    ...node(`process.send({ type: 'progress' }); process.send(${message}); process.on('message', () => {})`),
    ready: 'ipc',
  });
  const it = await boot([child]);
  const seen: unknown[] = [];
  it.value(child).onMessage((one) => seen.push(one));
  expect(seen).toEqual([{ type: 'progress' }]);
  await it.tree.stop();
});

test('when a port is open', async () => {
  const port = await freePort();
  const child = subprocess({
    id: 'child',
    ...node(`setTimeout(() => require('net').createServer().listen(${port}, 'localhost'), 30)`),
    ready: { port },
  });
  const it = await boot([child]);
  const { pid } = it.value(child);
  await it.tree.stop();
  expect(isAlive(pid)).toBe(false);
});

test('a port that somebody else has open fails the start', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const child = subprocess({ id: 'child', ...sh('echo started'), ready: { port } });
  const it = prepare([child]);
  const error = await failure(it.tree.start());
  server.close();
  expect(error.cause).toMatchObject({ code: 'COPPICE_PORT_TAKEN', path: 'app/child' });
  expect(error.message).toMatch(`port ${port} of localhost is open already`);
  expect(it.lines).toEqual([]);
});

test('an exit before it is ready fails the start, with the exit code and the last lines of stderr', async () => {
  const child = subprocess({
    id: 'child',
    ...sh('echo out; for i in 1 2 3 4 5 6 7; do echo "no config $i" >&2; done; exit 3'),
    ready: /listening/,
  });
  const error = await failure(prepare([child]).tree.start());
  expect(error.cause).toMatchObject({ code: 'COPPICE_PROCESS_EXITED', exitCode: 3, signal: undefined });
  expect((error.cause as Error & { stderr: string[] }).stderr).toHaveLength(7);
  expect(error.cause.message).toBe(
    `'app/child' exited with code 3 before it was ready; last lines of its stderr:\n` +
      [3, 4, 5, 6, 7].map((i) => `  no config ${i}`).join('\n'),
  );
});

test('so does an end by a signal, and an exit with 0', async () => {
  const killed = subprocess({ id: 'child', ...sh('kill -9 $$'), ready: 'ipc' });
  expect((await failure(prepare([killed]).tree.start())).cause).toMatchObject({
    exitCode: undefined,
    signal: 'SIGKILL',
    message: `'app/child' was ended by SIGKILL before it was ready`,
  });
  const done = subprocess({ id: 'child', ...sh('exit 0'), ready: /x/ });
  expect((await failure(prepare([done]).tree.start())).cause).toMatchObject({ exitCode: 0 });
});

test('one that is not ready in time is stopped, and then killed', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`trap '' TERM; echo "pid $$"; while :; do sleep 1; done`),
    ready: /listening/,
    readyTimeoutMs: 60,
    shutdownMs: 60,
  });
  const it = prepare([child]);
  const error = await failure(it.tree.start());
  expect(error.cause).toMatchObject({ code: 'COPPICE_PROCESS_NOT_READY' });
  expect(error.cause.message).toBe(
    `'app/child' was not ready within 60 ms: no line of its output matched /listening/`,
  );
  const pid = /pid (\d+)/.exec(it.lines[0]?.text ?? '')?.[1];
  if (pid !== undefined) expect(isAlive(Number(pid))).toBe(false);
});

test('the ready line of a process that exits at once still counts', async () => {
  const child = subprocess({ id: 'child', ...sh('echo ready'), ready: /ready/, restart: 'temporary' });
  const it = await boot([child]);
  await it.event('child:completed');
});

test('a stop while it starts ends it', async () => {
  for (const shutdownMs of [0, 100, 5_000]) {
    const ignores = shutdownMs === 100 ? `trap '' TERM;` : '';
    const child = subprocess({
      id: 'child',
      ...sh(`${ignores} echo "pid $$"; while :; do sleep 0.05; done`),
      ready: { port: 1 },
      shutdownMs,
    });
    const it = prepare([child]);
    const starting = failure(it.tree.start());
    const pid = Number((await it.line(/pid/)).slice(4));
    const { unstopped } = await it.tree.stop();
    await starting;
    if (shutdownMs > 0) expect({ unstopped, alive: isAlive(pid) }).toEqual({ unstopped: [], alive: false });
    await gone(pid);
  }
});
