// Checks the tarballs that would be published: publint (manifest and exports) and attw (types as seen by consumers).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.mjs';
import { root } from './packages.mjs';

const temp = mkdtempSync(join(tmpdir(), 'coppice-pack-'));
let failed = false;
try {
  for (const { name, tarball } of pack(temp)) {
    for (const [tool, ...args] of [
      ['publint', 'run', tarball, '--strict'],
      ['attw', tarball, '--profile', 'node16', '--no-emoji'],
    ]) {
      const { status, stdout, stderr, error } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      console.log(`${name}: ${tool} ${status === 0 ? 'ok' : 'failed'}`);
      if (status === 0) continue;
      failed = true;
      console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
    }
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
