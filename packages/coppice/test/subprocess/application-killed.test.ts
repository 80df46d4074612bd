/**
 * Nothing outlives the application, however it ends: built packages, in a process of their own, watched from
 * outside. `npm run build` first (npm test does).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { gone, isAlive } from './support.js';

const PROGRAMS = join(__dirname, 'fixtures');
const apps: ChildProcess[] = [];

/** Runs an application; resolves with what it says once it is up: `pids <child> <grandchild> [<guardian>]`. */
function run(program: string, ...args: string[]): Promise<{ app: ChildProcess; pids: number[] }> {
  const app = spawn(process.execPath, [join(PROGRAMS, program), ...args], {
    stdio: ['ignore', 'pipe', args[0] === 'throw' ? 'ignore' : 'inherit'],
  });
  apps.push(app);
  return new Promise((resolve, reject) => {
    let said = '';
    app.stdout.on('data', (chunk) => {
      said += chunk;
      const pids = /^pids (.*)$/m.exec(said)?.[1];
      if (pids !== undefined) resolve({ app, pids: pids.split(' ').map(Number) });
    });
    app.once('exit', (code) => reject(new Error(`the application exited with ${code}: ${said}`)));
  });
}

const exit = (app: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => void app.once('exit', (code, signal) => resolve(signal ?? code)));

afterEach(() => {
  for (const app of apps.splice(0)) if (app.exitCode === null) app.kill('SIGKILL');
});

test.each(['app.mjs', 'app.cjs'])(
  '%s is killed with SIGKILL: child and grandchild go with it',
  async (program) => {
    const { app, pids } = await run(program);
    expect(pids.map(isAlive)).toEqual([true, true]);
    const ended = exit(app);
    app.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    await Promise.all(pids.map(gone));
  },
);

test.each([
  ['exit', 3],
  ['throw', 1],
])('it ends by %s, without a stop: they go with it', async (how, code) => {
  const { app, pids } = await run('app.mjs', how);
  app.kill('SIGUSR2');
  expect(await exit(app)).toBe(code);
  await Promise.all(pids.map(gone));
});

test('it stops its tree: nothing is left, and nothing holds it up', async () => {
  const { app, pids } = await run('app.mjs', 'stop');
  app.kill('SIGUSR2');
  expect(await exit(app)).toBe(0);
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('its guardian is killed: there is another one, which knows of the processes', async () => {
  const { app, pids } = await run('app.mjs', 'guardian');
  const [child, grandchild, guardian] = pids as [number, number, number];
  process.kill(guardian, 'SIGKILL');
  const second = await new Promise<number>((resolve) => {
    app.stdout!.on('data', (chunk) => {
      const pid = /^guardian (\d+)$/m.exec(String(chunk))?.[1];
      if (pid !== undefined) resolve(Number(pid));
    });
  });
  expect(second).not.toBe(guardian);
  app.kill('SIGKILL');
  await Promise.all([child, grandchild, second].map(gone));
});
