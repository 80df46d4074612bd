/** The command itself, with tiny numbers: all columns that can be had here, in a process of its own, as it is built. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(__dirname, '../dist/main.js');

function bench(...args: string[]) {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not built: run 'npm run build' first`);
  return spawnSync(process.execPath, ['--expose-gc', MAIN, '--tiny', ...args], { encoding: 'utf8' });
}

const hasErlang = spawnSync('erl', ['-noshell', '-eval', 'halt().']).status === 0;

it('Effect does what is measured, in all works', () => {
  const { status, stdout, stderr } = bench('--json', '--columns', 'effect');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [machine, ...rows] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(machine).toMatchObject({ node: `Node ${process.version}`, size: 'tiny' });
  expect(rows.filter(({ effect }) => typeof effect === 'number').length).toBeGreaterThan(15);
}, 60_000);

it('says when nothing has such a name', () => {
  const { status, stdout, stderr } = bench('--json', '--only', 'in 1,000 pieces');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain("nothing is called 'in 1,000 pieces'");
}, 60_000);

it('OTP, where it is installed, the loop and ours: the whole life of some children', () => {
  const columns = ['loop', 'ours', 'otp'];
  const found = bench('--json', '--only', 'A million', '--columns', columns.join());
  expect(found.stderr).toBe('');
  const rows = found.stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows).toHaveLength(4);
  // One of them has a target, but only for a full run.
  for (const row of rows) expect(row).not.toHaveProperty('target');
  for (const row of rows) {
    for (const column of columns) {
      if (column !== 'otp' || hasErlang)
        expect({ column, value: row[column] }).toEqual({ column, value: expect.any(Number) });
    }
  }
}, 60_000);

it('writes its tables into a page', () => {
  const page = join(mkdtempSync(join(tmpdir(), 'bench-')), 'page.md');
  writeFileSync(
    page,
    'above\n\n<!-- made by `npm run -s bench -- --write docs/performance.md` -->\n<!-- end of what is made -->\n',
  );
  const { status, stderr } = bench(
    '--only',
    'idle child that does',
    '--columns',
    'loop,ours',
    '--write',
    page,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(page, 'utf8')).toContain('| an idle child that does not | ');
}, 60_000);
