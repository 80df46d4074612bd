/** The output of a process as log lines: all of it, in order, whatever it is. */
import { setTimeout as wait } from 'node:timers/promises';
import { subprocess } from '../../src/subprocess/index.js';
import { boot, isAlive, node, sh, until } from './support.js';

const once = { restart: 'temporary' } as const;

test('lines become log lines of the child, stdout as info, stderr as warn', async () => {
  const child = subprocess({
    id: 'child',
    ...sh('echo one; echo; printf "two\\r\\nthree"; echo bad >&2'),
    ...once,
  });
  const it = await boot([child]);
  await it.event('child:completed');
  const about = { path: 'app/child', incarnation: 1 };
  expect(it.lines.filter(({ stream }) => stream === 'stdout')).toEqual(
    ['one', '', 'two', 'three'].map((text) => ({ level: 'info', stream: 'stdout', text, ...about })),
  );
  expect(it.lines.filter(({ stream }) => stream === 'stderr')).toEqual([
    { level: 'warn', stream: 'stderr', text: 'bad', ...about },
  ]);
});

test(`log: 'stderr' logs that alone; onLine has both`, async () => {
  const seen: string[] = [];
  const child = subprocess({
    id: 'child',
    ...sh('echo one; echo bad >&2'),
    log: 'stderr',
    onLine: (line, stream) => seen.push(`${stream}: ${line}`),
    ...once,
  });
  const it = await boot([child]);
  await it.event('child:completed');
  expect(it.lines.map(({ level, text }) => `${level}: ${text}`)).toEqual(['warn: bad']);
  expect(seen.toSorted()).toEqual(['stderr: bad', 'stdout: one']);
});

test('env and cwd reach it; what is undefined is taken away', async () => {
  process.env['COPPICE_TEST'] = 'from the application';
  const script = sh('pwd; echo "[$COPPICE_TEST] [$PORT] [${HOME-none}]"');
  const env = { PORT: '3000', HOME: undefined };
  const all = subprocess({ id: 'all', ...script, cwd: '/', env, ...once });
  const bare = subprocess({ id: 'bare', ...script, cwd: '/', env: { PORT: '1' }, extendEnv: false, ...once });
  const it = await boot([all, bare]);
  await it.event('child:completed', 2);
  const of = (id: string) => it.lines.filter(({ path }) => path === `app/${id}`).map(({ text }) => text);
  expect(of('all')).toEqual(['/', '[from the application] [3000] [none]']);
  expect(of('bare')).toEqual(['/', '[] [1] [none]']);
  delete process.env['COPPICE_TEST'];
});

test('a great deal of output arrives whole and in order', async () => {
  const seen: string[] = [];
  const child = subprocess({
    id: 'child',
    ...sh('seq 1 200000'),
    log: false,
    onLine: (line) => void seen.push(line),
    ...once,
  });
  const it = await boot([child]);
  await it.event('child:completed');
  expect(seen).toHaveLength(200_000);
  expect(seen.every((line, index) => line === String(index + 1))).toBe(true);
  expect(it.lines).toEqual([]);
});

test('binary garbage without an end of line is cut, and nothing is kept of the rest', async () => {
  const child = subprocess({
    id: 'child',
    ...sh('head -c 20000000 /dev/zero; head -c 100000 /dev/urandom'),
    ...once,
  });
  const it = await boot([child]);
  await it.event('child:completed');
  expect(it.lines[0]!.text).toMatch(/^\0{8192}\.\.\. \(\d+ more cut\)$/);
  expect(Math.max(...it.lines.map(({ text }) => text.length))).toBeLessThan(8_192 + 40);
});

test('a slow onLine slows the process down, and gets all lines also after it has exited', async () => {
  const seen: string[] = [];
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const child = subprocess({
    id: 'child',
    ...node(
      `const line = 'x'.repeat(1023) + '\\n'; let n = 0;` +
        `(function more() { if (n++ === 1000) return; process.stdout.write(line, more) })()`,
    ),
    log: false,
    onLine: async (line) => {
      await gate;
      seen.push(line);
    },
    ...once,
  });
  const it = await boot([child]);
  const { pid } = it.value(child);
  // A megabyte does not fit into the pipe: as long as nobody reads, it cannot end.
  await wait(150);
  expect(isAlive(pid)).toBe(true);
  expect(seen).toEqual([]);
  open();
  await it.event('child:completed');
  expect(seen).toHaveLength(1_000);
});

test('an onLine that throws is a crash of the child', async () => {
  const child = subprocess({
    id: 'child',
    ...sh('echo one; echo two; exec sleep 60'),
    onLine: (line) => {
      throw new Error(`cannot read ${line}`);
    },
    ...once,
  });
  const it = await boot([child]);
  expect((await it.event('child:crashed')).error.message).toBe('cannot read one');
  expect(it.events.filter(({ type }) => type === 'child:late-fault')).toEqual([]);
});

test('an onLine that hangs does not hold up a stop beyond the deadline', async () => {
  let calls = 0;
  const child = subprocess({
    id: 'child',
    ...sh('echo one; exec sleep 60'),
    shutdownMs: 50,
    onLine: () => {
      calls++;
      return new Promise(() => {});
    },
  });
  const it = await boot([child]);
  await until('a line', () => calls === 1);
  const { pid } = it.value(child);
  expect((await it.tree.stop()).unstopped).toEqual([]);
  expect(isAlive(pid)).toBe(false);
});

test('stdin is a pipe where it is asked for', async () => {
  const child = subprocess({ id: 'child', file: 'cat', stdin: 'pipe', ...once });
  const it = await boot([child]);
  const { stdin } = it.value(child);
  stdin.end('hello\n');
  await it.event('child:completed');
  expect(it.lines.map(({ text }) => text)).toEqual(['hello']);
  stdin.write('into the void'); // no error, no unhandled event
});
