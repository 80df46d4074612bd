/** What the system says when it does not start a process, in words that help. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessError, type SubprocessOptions, subprocess } from '../../src/subprocess/index.js';
import { prepare } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'coppice-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function failure(options: Pick<SubprocessOptions, 'file' | 'args' | 'cwd'>): Promise<ProcessError> {
  const { tree } = prepare([subprocess({ id: 'child', ...options })]);
  const error = await tree.start().then(
    () => undefined,
    (failed: unknown) => (failed as Error).cause,
  );
  expect(error).toBeInstanceOf(ProcessError);
  expect(error).toMatchObject({ code: 'COPPICE_SPAWN_FAILED', path: 'app/child' });
  return error as ProcessError;
}

const file = (name: string, content: string, mode: number): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};

test('ENOENT: no such program in PATH', async () => {
  const error = await failure({ file: 'no-such-program' });
  expect(error.message).toBe(
    `'app/child' could not start 'no-such-program': there is no such program in PATH; ` +
      `install it, or give its full path as file (ENOENT)`,
  );
  expect(error.cause).toMatchObject({ code: 'ENOENT' });
});

test('ENOENT: no such file', async () => {
  expect((await failure({ file: './no/such/file' })).message).toMatch('there is no such file');
});

test('ENOENT: no such interpreter', async () => {
  const path = file('script', '#!/no/such/interpreter\n', 0o755);
  expect((await failure({ file: path })).message).toMatch('the interpreter that its first line (#!) names');
});

test('ENOENT, ENOTDIR: the cwd', async () => {
  const path = file('plain', '', 0o644);
  const missing = await failure({ file: 'sh', cwd: join(dir, 'nowhere') });
  expect(missing.message).toMatch(/its cwd '.*nowhere' is not there \(ENOENT\)/);
  expect((await failure({ file: 'sh', cwd: path })).message).toMatch(/its cwd '.*plain' is no directory/);
});

test('EACCES: not executable, or a directory', async () => {
  const path = file('script.js', '', 0o644);
  const error = await failure({ file: path });
  expect(error.message).toMatch(`it may not be executed; 'chmod +x' makes it so`);
  expect(error.cause).toMatchObject({ code: 'EACCES' });
  expect((await failure({ file: dir })).message).toMatch('it is a directory (EACCES)');
});

test('E2BIG: too long for the system', async () => {
  expect((await failure({ file: 'echo', args: ['x'.repeat(4_000_000)] })).message).toMatch('E2BIG');
});
