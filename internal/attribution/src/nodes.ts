/** Other versions of Node, as npm packages in a cache, and what the cases give on them. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Run } from './run.js';

const isWindows = process.platform === 'win32';
const packageName = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;

/** Where the binary of a version of Node is, once {@link nodeBinary} has installed it. */
export function cachedBinary(root: string, major: string): string {
  const binary = join('node_modules', packageName, 'bin', isWindows ? 'node.exe' : 'node');
  return join(folderOf(root, major), binary);
}

/** The binary of the newest release of a version of Node; installed at the first call. */
export function nodeBinary(root: string, major: string): string {
  const folder = folderOf(root, major);
  const binary = cachedBinary(root, major);
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder];
    execFileSync('npm', [...args, `${packageName}@${major}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: isWindows,
    });
  }
  return binary;
}

const folderOf = (root: string, major: string): string =>
  join(root, 'node_modules/.cache/coppice-nodes', `v${major}`);

/** Runs all cases, as they are built, in a process of their own, so that the faults stay in there. */
export async function runOn(root: string, binary: string): Promise<Run> {
  const main = join(root, 'internal/attribution/dist/main.js');
  const { stdout } = await promisify(execFile)(binary, ['--expose-gc', main, '--run'], {
    // What Node warns of belongs to the cases.
    env: { ...process.env, NODE_OPTIONS: '--no-warnings' },
    timeout: 60_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Run;
}
