/** The agent as people see it: in a terminal, and when whoever reads has left. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { MAIN, run, runAgent } from './run-agent.js';

/** A program of Linux that gives another one a terminal; its options are others on other systems. */
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

test('in a terminal it draws a tree, and answers SIGUSR2', async () => {
  const command = `exec '${process.execPath}' '${MAIN}' --port 0`;
  const { child, until, end, output } = hasScript
    ? run('script', ['-qec', command, '/dev/null'])
    : runAgent(['--log', 'pretty']);
  await until(/agent.*: ready after/);
  const pid = await until(/kill -USR2 (\d+) asks/);
  process.kill(Number(pid), 'SIGUSR2');
  await until(/(the worst is|nothing has failed)/);
  process.kill(Number(pid), 'SIGTERM');
  expect(await end()).toBe(0);
  expect(child.signalCode).toBeNull();
  const text = stripVTControlCharacters(output());
  if (hasScript) expect(output()).not.toBe(text); // in colours
  expect(text).not.toContain('{"');
  expect(text).toMatch(/ INFO: │ │ │ ● agent\/collectors\/kernel\/vmstat is up after [\d.]+ m?s\r?\n/);
  expect(text).toMatch(/\n● agent +rest-for-one, running\r?\n├─ ● health +service, up [\d.]+ m?s\r?\n/);
  expect(text).toMatch(/ INFO: · agent: SIGTERM: stopping within 10,000 ms\r?\n/);
});

test('when nobody reads any more it stops in order', async () => {
  const { child, end, errors, leftBehind } = runAgent([]);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await end()).toBe(0);
  expect([errors(), leftBehind()]).toEqual(['', []]);
});
