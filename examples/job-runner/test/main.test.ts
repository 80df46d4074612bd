/** The example as one runs it, and as one may end it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueContents } from '../src/queue.js';
import { sampleJobs } from '../src/sample-jobs.js';

const folder = mkdtempSync(join(tmpdir(), 'coppice-runner-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs it; `onLine` may do something to it at a line of its output. */
async function run(
  file: string,
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
) {
  const child = spawn(process.execPath, [join(__dirname, '../dist/main.js'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const line of parts) onLine(line, (signal) => child.kill(signal));
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { ended: code ?? signal, lines, contents: JSON.parse(readFileSync(file, 'utf8')) as QueueContents };
}

const names = (lines: readonly string[], is: string): string[] =>
  lines.filter((line) => line.includes(` is ${is}: `)).map((line) => line.slice(0, line.indexOf(' ')));

test('killed in the middle, or stopped by Ctrl-C, it loses nothing', async () => {
  const file = join(folder, 'jobs.json');
  const killed = await run(file, (line, kill) => line.startsWith('urgent-1 is done') && kill('SIGKILL'));
  expect(killed.ended).toBe('SIGKILL');
  expect(killed.contents.jobs.length).toBeGreaterThan(2);

  const stopped = await run(file, (line, kill) => line.startsWith('primes-2 is done') && kill('SIGINT'));
  expect(stopped.ended).toBe(0);

  const last = await run(file);
  expect(last.ended).toBe(0);
  expect(last.contents.jobs).toEqual([]);
  const dead = last.contents.dead.map(({ job }) => job.id);
  expect(dead.toSorted()).toEqual(['endless-1', 'flaky-2', 'greedy-1']);
  const lines = [killed, stopped, last].flatMap((each) => each.lines);
  const all = new Set([...names(lines, 'done'), ...dead]);
  expect([...all].toSorted()).toEqual(
    sampleJobs()
      .map(({ id }) => id)
      .toSorted(),
  );
}, 60_000);
