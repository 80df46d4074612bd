// Packs the published packages as they would be published (pnpm turns workspace:* into versions).
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from './pnpm.mjs';
import { published } from './packages.mjs';

/** @returns {{ name: string, dir: string, tarball: string }[]} */
export function pack(into) {
  mkdirSync(into, { recursive: true });
  return published().map(({ name, dir }) => {
    const tarball = join(into, `${name.replace('@', '').replace('/', '-')}.tgz`);
    const { status, stdout, stderr } = pnpm(['pack', '--out', tarball], {
      cwd: dir,
      stdio: 'pipe',
      encoding: 'utf8',
    });
    if (status !== 0 || !existsSync(tarball)) {
      throw new Error(`pnpm pack failed for ${name}:\n${stdout}${stderr}`);
    }
    return { name, dir, tarball };
  });
}
