// The one place that names the pnpm version. Runs it through npm, so that nobody has to install it first.
import { spawnSync } from 'node:child_process';

export const PNPM = '12.21.0';

export function pnpm(args, options = {}) {
  const underNpm = process.env.npm_execpath?.endsWith('npm-cli.js');
  const [command, ...before] = underNpm
    ? [process.execPath, process.env.npm_execpath, 'exec', '--yes', `pnpm@${PNPM}`, '--']
    : ['npx', '--yes', `pnpm@${PNPM}`];
  return spawnSync(command, [...before, ...args], {
    stdio: 'inherit',
    shell: !underNpm && process.platform === 'win32',
    ...options,
  });
}
