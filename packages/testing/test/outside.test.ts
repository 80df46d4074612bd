/** The kit, as it was built, in processes and threads of its own, and under another test runner. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const fixture = (name: string): string => join(__dirname, 'fixtures', name);

/** Its exit code, and all that it has written. */
async function endOf(child: ChildProcess): Promise<[code: number | null, output: string]> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return [code, output];
}

test('node:test', async () => {
  // A test runner of its own, not part of this one.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', fixture('node-test.mjs')], { env });
  const [code, output] = await endOf(child);
  expect(output).toContain('ok 1 - the database comes back');
  expect(output).toMatch(/not ok 2 - a timer is left behind # TODO/);
  expect(output).toMatch(/a timer of 60000 ms, made\n\s+at .*node-test\.mjs:17/);
  expect(code).toBe(0);
});

test('a child that ends its thread', async () => {
  const worker = new Worker(fixture('exiting.mjs'));
  expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(3);
});

test('a child that ends its subprocess', async () => {
  const [code] = await endOf(fork(fixture('exiting.mjs'), { silent: true }));
  expect(code).toBe(3);
});

test.each(['callback', 'promise'])(
  'outside of a test tree faults really go astray: in a %s',
  async (where) => {
    const [code, output] = await endOf(spawn(process.execPath, [fixture('stray.mjs'), where]));
    expect(output).toContain('Error: astray');
    expect(code).not.toBe(0);
  },
);
