// Checks the tarballs that would be published: publint (manifest and exports), attw (types as seen by consumers), and what
// is in them (contents.mjs).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.mjs';
import { root } from './packages.mjs';

const bin = (tool) => join(root, 'node_modules/.bin', tool);
const temp = mkdtempSync(join(tmpdir(), 'coppice-pack-'));
let failed = false;
try {
  for (const { name, tarball } of pack(temp)) {
    for (const [tool, command, ...args] of [
      ['publint', bin('publint'), 'run', tarball, '--strict'],
      ['attw', bin('attw'), tarball, '--profile', 'node16', '--no-emoji'],
      ['contents', process.execPath, join(root, 'scripts/contents.mjs'), tarball],
    ]) {
      const { status, stdout, stderr, error } = spawnSync(command, args, {
        encoding: 'utf8',
        shell: process.platform === 'win32' && command !== process.execPath,
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
