// Makes `npm test` and `npm start` work on a fresh clone: installs the workspace with a pinned pnpm when
// node_modules does not match the lockfile and the manifests, and does nothing when it does.
// With --update it may change the lockfile: run that after editing a package.json.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PNPM, pnpm } from './pnpm.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const update = process.argv.includes('--update');

const STAMP = 'node_modules/.bootstrap';
const wanted = fingerprint();
if (update || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) {
  const { status } = pnpm(['install', update ? '--no-frozen-lockfile' : '--frozen-lockfile']);
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(STAMP, fingerprint());
}

function fingerprint() {
  const manifests = ['packages', 'examples', 'internal']
    .filter(existsSync)
    .flatMap((top) => readdirSync(top).map((name) => `${top}/${name}/package.json`))
    .filter(existsSync)
    .toSorted();
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(file).update(existsSync(file) ? readFileSync(file) : '');
  }
  return `${PNPM} ${process.version} ${hash.digest('hex')}`;
}
