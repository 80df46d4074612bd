/** Real processes, which are really killed. */
import { join } from 'node:path';
import { type TestTree, testTree, watchLeaks } from '@coppice/testing';
import { type Logger, task } from 'coppice';
import { ask } from '../src/ask.js';
import { fleet } from '../src/fleet.js';
import { type StdioServer, type StdioServerOptions, stdioServer } from '../src/stdio-server.js';

// The guardian of all processes ends a moment after the last of them.
const leaks = watchLeaks();
afterEach(() => leaks.check({ graceMs: 5_000 }));
afterAll(leaks.stop);

const quick = { pingEveryMs: 50, staleAfterMs: 2_000, shutdownMs: 600 };

const server = (name: string, options: Partial<StdioServerOptions> = {}): StdioServer =>
  stdioServer({
    id: name,
    file: process.execPath,
    args: [join(__dirname, `../dist/servers/${name}.js`)],
    ...quick,
    ...options,
  });

/** One of whatever answers the handshake, and then does what the code says. */
const odd = (id: string, code: string, options: Partial<StdioServerOptions> = {}): StdioServer => {
  const answer = `process.stdin.on('data', (line) => {
    const { id } = JSON.parse(String(line).split('\\n')[0]);
    if (id) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
  });`;
  return stdioServer({ id, file: process.execPath, args: ['-e', code + answer], ...quick, ...options });
};

const add = { name: 'add', arguments: { a: 2, b: 3 } };
const five = { content: [{ type: 'text', text: '5' }] };

const pidOf = (app: TestTree, { client }: StdioServer): number => app.tree.use(client).pid;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A logger that says nothing, but for what it is given. */
const silent = (methods: Partial<Logger>): Logger => {
  const nothing = (): void => {};
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    ...methods,
    child: () => logger,
  };
  return logger;
};

const start = (...servers: StdioServer[]): Promise<TestTree> =>
  testTree(fleet({ servers }), { time: 'real' });
const soon = { timeoutMs: 10_000 };

test('a request that is under way when the process dies fails, and the next one goes to a new process', async () => {
  const calculator = server('calculator');
  await using app = await start(calculator);
  const first = pidOf(app, calculator);
  const underWay = app.tree.use(calculator.client).request('tools/call', { name: 'slow' });
  process.kill(first, 'SIGKILL');
  await expect(underWay).rejects.toMatchObject({
    code: 'SERVER_GONE',
    message: `calculator (pid ${first}) has ended before it has answered 'tools/call'`,
  });
  expect(await ask(app.tree, calculator, 'tools/call', add)).toEqual(five);
  expect(pidOf(app, calculator)).not.toBe(first);
  expect(isAlive(first)).toBe(false);
  app.events.expectOrder(
    'calculator/process crashed',
    'calculator/client stopped',
    'calculator/process#2 started',
  );
});

test('ask asks again what was under way', async () => {
  const calculator = server('calculator');
  await using app = await start(calculator);
  const first = pidOf(app, calculator);
  process.kill(first, 'SIGSTOP'); // so that it does not answer before it dies
  const asked = ask(app.tree, calculator, 'tools/call', add);
  await app.settle();
  process.kill(first, 'SIGKILL');
  expect(await asked).toEqual(five);
  expect(pidOf(app, calculator)).not.toBe(first);
});

test('ask gives up after its attempts, and at once where the answer is an error', async () => {
  const fragile = odd('fragile', `process.stdin.on('data', (line) => /die/.test(line) && process.exit(1));`);
  await using app = await start(fragile);
  await expect(ask(app.tree, fragile, 'die')).rejects.toMatchObject({ code: 'SERVER_GONE' });
  expect(app.events.count('fragile/process crashed')).toBe(2);
});

test('what a server says it cannot do is no crash', async () => {
  const calculator = server('calculator');
  await using app = await start(calculator);
  const divide = { name: 'divide', arguments: { a: 1, b: 0 } };
  await expect(ask(app.tree, calculator, 'tools/call', divide)).rejects.toThrow('division by zero');
  await expect(ask(app.tree, calculator, 'resources/list')).rejects.toMatchObject({ code: -32_601 });
  app.events.expectNever('calculator/process crashed');
});

test('a process that hangs is killed, and replaced', async () => {
  const calculator = server('calculator', { staleAfterMs: 300, shutdownMs: 150 });
  await using app = await start(calculator);
  const first = pidOf(app, calculator);
  process.kill(first, 'SIGSTOP');
  await app.until('calculator/client#2 started', soon);
  expect(isAlive(first)).toBe(false);
  expect(app.events.all.find(({ type }) => type === 'child:crashed')).toMatchObject({
    path: 'fleet/servers/calculator/client',
    error: { code: 'COPPICE_STALE' },
  });
});

test('one that has nothing to do is not taken for one that hangs: it answers pings', async () => {
  let pings = 0;
  const logger = silent({ warn: () => void pings++ });
  const idle = odd(
    'idle',
    `process.stdin.on('data', (line) => /"ping"/.test(line) && console.error('pinged'));`,
    {
      staleAfterMs: 1_000,
    },
  );
  await using app = await testTree(fleet({ servers: [idle] }), { time: 'real', logger });
  await app.until(() => pings * quick.pingEveryMs > 1_500, soon);
  app.events.expectNever('idle/client crashed');
});

test('a server that cannot start is parked, and the others work on', async () => {
  const [calculator, weather] = [server('calculator'), server('weather')];
  await using app = await start(weather, calculator);
  await app.until('weather gave-up', soon);
  expect(await ask(app.tree, calculator, 'tools/call', add)).toEqual(five);
  expect(app.tree.explain('servers/weather')).toMatch(/has given up, and is parked/);
  expect(() => app.tree.use(weather.client)).toThrow(
    expect.objectContaining({ code: 'COPPICE_NOT_RUNNING' }),
  );
  app.events.expectNever('servers gave-up', 'calculator/process crashed');
});

test('one that crashes time and again is parked as well; started by hand it is as new', async () => {
  const moody = server('words');
  await using app = await start(moody);
  for (let crash = 1; crash <= 4; crash++) {
    await app.until(`words/client#${crash} started`, soon);
    process.kill(pidOf(app, moody), 'SIGKILL');
  }
  await app.until('words gave-up', soon);
  await app.tree.supervisor('servers').restartNow('words');
  const counted = await ask(app.tree, moody, 'tools/call', { name: 'count', arguments: { text: 'one two' } });
  expect(counted).toEqual({ content: [{ type: 'text', text: '2' }] });
});

test('a stop ends them politely first: no signal for who ends with its stdin; and nobody is left', async () => {
  const lines: string[] = [];
  const said = (_fields: unknown, text?: string): void => void (text !== undefined && lines.push(text));
  const logger = silent({ info: said, warn: said, error: said });
  const polite = odd(
    'polite',
    `process.stdin.on('end', () => console.error('end of input')); process.on('SIGTERM', () => console.error('TERM'));`,
  );
  const deaf = odd(
    'deaf',
    `process.on('SIGTERM', () => console.error('deaf to TERM')); setInterval(() => {}, 1e6);`,
  );
  const app = await testTree(fleet({ servers: [polite, deaf] }), { time: 'real', logger });
  const pids = [pidOf(app, polite), pidOf(app, deaf)];
  const { unstopped } = await app.stop();
  expect(unstopped).toEqual([]);
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(lines.toSorted()).toEqual(['deaf to TERM', 'end of input']);
  app.events.expectOrder('deaf/process killing');
  app.events.expectNever('polite/process killing');
});

test('a child of the fleet asks as others do, and waits for a server that is down', async () => {
  const calculator = server('calculator');
  const answers: unknown[] = [];
  const asker = task({
    id: 'asker',
    restart: 'temporary',
    run: async (context) => {
      process.kill(context.use(calculator.client).pid, 'SIGKILL');
      await context.sleep(0);
      answers.push(await ask(context, calculator, 'tools/call', add));
    },
  });
  await using app = await testTree(fleet({ servers: [calculator], clients: [asker] }), { time: 'real' });
  await app.until('asker completed', soon);
  expect(answers).toEqual([five]);
});
