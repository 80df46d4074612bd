/** Runs the programs, and says what they print, as it would stand on somebody's machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the guides show, in their order: the name of a file in `programs`, and after a `#` another view of it. */
export const SHOWN = {
  'logging.md': ['a-life', 'a-life#crash', 'a-picture', 'a-picture#mermaid'],
  'reading-the-logs.md': [
    'port-in-use',
    'connection-refused',
    'missing-executable',
    'thread-syntax-error',
    'out-of-memory',
    'start-timeout',
    'crash-loop',
    'unhandled-rejection',
    'event-loop-blocked',
    'hung-stop',
  ],
} as const;

export type Guide = keyof typeof SHOWN;
export type Program = (typeof SHOWN)[Guide][number];
export const GUIDES = Object.keys(SHOWN) as Guide[];

/** What a guide shows of a program: all that it prints and its exit code, the record of its first crash, a picture. */
export async function outputOf(program: Program, dist: string): Promise<string> {
  if (program === 'a-picture' || program === 'a-picture#mermaid') {
    const log = program === 'a-picture' ? 'pretty' : 'json';
    return (await run('a-picture', dist, log)).replace(/\(exit code 0\)\n$/, '');
  }
  if (program !== 'a-life#crash') return run(program, dist, 'pretty');
  const lines = (await run('a-life', dist, 'json')).split('\n');
  const line = lines.find((each) => each.includes('"child:crashed"')) ?? '';
  const crash = JSON.parse(line) as { err: { stack: string } };
  const frames = crash.err.stack.split('\n').filter((each) => !/^ +at .*(node:|packages)/.test(each));
  crash.err.stack = frames.join('\n');
  return `${JSON.stringify(crash, null, 2)}\n`;
}

/** All that a program writes, in the order in which it does, and its exit code. */
async function run(program: string, dist: string, log: 'json' | 'pretty'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  const file = join(folder, 'out');
  // One file for both, so that their order is kept.
  const out = openSync(file, 'w');
  const child = spawn(process.execPath, [join(dist, 'programs', `${program}.js`)], {
    cwd: join(dist, 'programs'),
    stdio: ['ignore', out, out],
    env: { PATH: process.env['PATH'], LOG: log },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  closeSync(out);
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  return `${elsewhere(text, dist)}(exit code ${code})\n`;
}

/**
 * The paths of another machine, and without the frames of Coppice: where it is installed it is in `node_modules`, and
 * left out there. Here it stands beside the programs.
 */
const elsewhere = (text: string, dist: string): string =>
  text
    .replaceAll(/^ .* at .*[/\\]packages[/\\](core|coppice|pino)[/\\].*\n/gm, '')
    .replaceAll(join(dist, 'programs'), '/srv/shop')
    .replaceAll(/\S*[/\\]shop-\w{6}(?=[/\\])/g, (path) => path.replace(/[^(\s]*$/, '/srv/shop'));

/** What does not differ from run to run: without times, ports and places in files, and without Node's own frames. */
export const constant = (text: string): string =>
  text
    .replaceAll(/^ +at .*\bnode:.*\n/gm, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/(port |:)\d+\b(:\d+)?/g, '$1N')
    .replaceAll(/("(?:time|seq|uptimeMs)": )\d+/g, '$1N')
    .replaceAll(/\b[\d.]+ (ms|s)\b/g, 'T')
    .replaceAll(/^ *\+T */gm, '+T ');
