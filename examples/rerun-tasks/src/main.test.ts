import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const dist = join(__dirname, '../dist');
const run = (name: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(dist, `${name}.js`), ...args]);

test('the program as it is built: it ends by itself, having said what it did', async () => {
  const { stdout, stderr } = await run('main', '--for', '1');
  expect(stderr).toBe('');
  const said = stdout.split('\n').map((line) => line.replace(/^ *\d+ ms {2}/, ''));
  expect(said).toEqual([
    'fast runs',
    'flaky runs',
    'slow runs',
    'flaky crashed: no answer at tick 4',
    'flaky is started again (1 of 5 restarts within a second used)',
    'flaky runs again',
    'stop',
    'slow stopped, as it was asked to',
    'flaky stopped, as it was asked to',
    'fast stopped, as it was asked to',
    'over: everything is closed',
    expect.stringMatching(/^fast {3}1 run {3}ticks 1\.\.\d+$/),
    expect.stringMatching(/^flaky {2}2 runs {2}ticks 1\.\.4, 1\.\.\d$/),
    expect.stringMatching(/^slow {3}1 run {3}ticks 1\.\.\d$/),
    '',
  ]);
});

test('the wrapper says that it is over, and then its tasks fail, as it sees it', async () => {
  const { stdout } = await run('before-wrapper', '--for', '0.9');
  expect(stdout).toMatch(/flaky failed: no answer at tick 4\n/);
  expect(stdout).toMatch(/over, it says\n[^]*(failed: The operation was aborted\n[^]*){3}$/);
});

test('the scheduler sees one of them fail, and then nothing more', async () => {
  const { stdout } = await run('before-scheduler', '--for', '0.9');
  expect(stdout).toMatch(/flaky failed: no answer at tick 4\n/);
  expect(stdout.match(/failed: The operation was aborted\n/g)).toHaveLength(1);
  expect(stdout).toMatch(/over, it says\n/);
});

test('a wrong duration is refused', async () => {
  await expect(run('main', '--for', 'ever')).rejects.toThrow(
    '--for expects a number of seconds above 0; got ever',
  );
});
