/** The command itself, for some seconds of chaos from a fixed seed, as it is built. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(__dirname, '../dist/main.js');

const soak = (...args: string[]) => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not built: run 'npm run build' first`);
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
};

it('loses nothing, leaves nothing, and the books balance', () => {
  const { status, stdout, stderr } = soak('--minutes', '0.08', '--seed', '1');
  expect({ status, stderr, last: stdout.trim().split('\n').at(-1) }).toEqual({
    status: 0,
    stderr: '',
    last: '0 differ: nothing is lost, nothing is left, the books balance',
  });
  for (const name of ['attacks', 'starts', 'restarts', 'records', 'metrics', 'processes', 'memory', 'stop'])
    expect(stdout).toMatch(new RegExp(`^${name} .*[1-9]`, 'm'));
}, 60_000);

it('says what it takes', () => {
  const { status, stderr } = soak('--minutes', 'long');
  expect(status).toBe(2);
  expect(stderr).toContain("--minutes takes a number above 0, not 'long'");
  expect(stderr).toContain('usage: npm run -s soak');
});
