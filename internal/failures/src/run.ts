/** Runs the programs, and says what they print, as it would stand on somebody's machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In the order of the guide; each is a file in `programs`. */
export const PROGRAMS = [
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
] as const;

export type Program = (typeof PROGRAMS)[number];

/** All that a program writes, in the order in which it does, and its exit code. */
export async function outputOf(program: Program, dist: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  const file = join(folder, 'out');
  // One file for both, so that their order is kept.
  const out = openSync(file, 'w');
  const child = spawn(process.execPath, [join(dist, 'programs', `${program}.js`)], {
    cwd: join(dist, 'programs'),
    stdio: ['ignore', out, out],
    env: { PATH: process.env['PATH'] },
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
    .replaceAll(/^.* at .*[/\\]packages[/\\](core|coppice|pino)[/\\].*\n/gm, '')
    .replaceAll(join(dist, 'programs'), '/srv/shop')
    .replaceAll(/\S*[/\\]shop-\w{6}(?=[/\\])/g, (path) => path.replace(/[^(\s]*$/, '/srv/shop'));

/** What does not differ from run to run: without times, ports and places in files. */
export const constant = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/(port |:)\d+\b(:\d+)?/g, '$1N')
    .replaceAll(/\b[\d.]+ (ms|s)\b/g, 'T')
    .replaceAll(/^ *\+T */gm, '+T ');
