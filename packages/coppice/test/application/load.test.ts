/** A stop under load: who watches readiness, as a load balancer does, loses no request. */
import { Agent, get } from 'node:http';
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
afterAll(() => agent.destroy());

/** The status of an answer that was read to its end. */
const ask = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode!));
      response.once('error', reject);
    }).once('error', reject);
  });

test('SIGTERM under load ends with 0, and no request is lost', async () => {
  const program = start(`
    import { createServer } from 'node:http';
    const api = service({
      id: 'api',
      start: ({ log }) => new Promise((resolve) => {
        const server = createServer((_, response) => setTimeout(() => response.end('ok'), 5 + Math.random() * 30));
        server.listen(0, '127.0.0.1', () => { log.info('api on port ' + server.address().port); resolve(server); });
      }),
      stop: (server) => new Promise((resolve) => { server.close(resolve); }),
    });
    await application({ id: 'shop', drainMs: 400, health: { port: 0, host: '127.0.0.1' }, children: [api] }).run();
  `);
  const portIn = (line: string): number => Number(/port (\d+)/.exec(line)![1]);
  const probe = portIn(await program.line(/readyz on port/));
  const port = portIn(await program.line(/api on port/));
  await program.line(/ready after/);
  expect(await ask(probe, '/readyz')).toBe(200);

  const answers: number[] = [];
  let isRouted = true;
  const client = async (): Promise<void> => {
    while (isRouted) answers.push(await ask(port, '/'));
  };
  const balancer = async (): Promise<void> => {
    while (isRouted) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      isRouted = (await ask(probe, '/readyz')) === 200;
    }
  };
  const done = Promise.all([balancer(), ...Array.from({ length: 16 }, client)]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = answers.length;
  program.kill('SIGTERM');
  await done;
  expect(await ask(probe, '/livez')).toBe(200); // still draining: alive, and not ready
  expect(await program.exited).toBe(0);
  expect(before).toBeGreaterThan(16);
  expect(answers.length).toBeGreaterThan(before);
  expect(new Set(answers)).toEqual(new Set([200]));
});
