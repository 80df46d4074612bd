// node scripts/contents.mjs TARBALL...: is in a tarball what belongs there, and nothing else? Prints what is wrong; exit status
// 1 if anything is. Called by check-packages.mjs for each package.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { root } from './packages.mjs';

const PAPERS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
/** What a source is built to, in each format. */
const BUILT = ['.js', '.js.map', '.d.ts', '.d.ts.map'];
/** The largest packed sizes in bytes, a little above what they are: who adds a megabyte is told so. */
const LARGEST = {
  coppice: 310_000,
  '@coppice/core': 680_000,
  '@coppice/otel': 20_000,
  '@coppice/pino': 60_000,
  '@coppice/prometheus': 15_000,
  '@coppice/testing': 110_000,
};

/** @returns {string[]} what is wrong with it */
function problemsOf(tarball) {
  const folder = mkdtempSync(join(tmpdir(), 'coppice-contents-'));
  try {
    const { status, stderr } = spawnSync('tar', ['-xzf', resolve(tarball), '-C', folder], {
      encoding: 'utf8',
    });
    if (status !== 0) return [`it cannot be unpacked: ${stderr}`];
    const top = join(folder, 'package');
    const files = readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.join(entry.parentPath.slice(top.length).replaceAll('\\', '/'), entry.name))
      .map((file) => file.replace(/^\//, ''));
    const read = (file) => readFileSync(join(top, file), 'utf8');
    return [...misplaced(files), ...lostMaps(files, read), ...leaks(files, read), ...size(tarball, read)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each source is there with all that it is built to, and nothing else is but the papers. */
function misplaced(files) {
  const sources = files.filter((file) => /^src\/.*\.ts$/.test(file) && !/\.test(-d)?\.ts$/.test(file));
  const built = sources.flatMap((file) =>
    ['esm', 'cjs'].flatMap((format) =>
      BUILT.map((ending) => file.replace(/^src/, `dist/${format}`).replace(/\.ts$/, ending)),
    ),
  );
  const expected = new Set([...PAPERS, ...sources, ...built, 'dist/cjs/package.json']);
  const missing = [...expected].filter((file) => !files.includes(file));
  const surplus = files.filter((file) => !expected.has(file));
  return [
    ...missing.map((file) => `${file} is missing`),
    ...surplus.map(
      (file) => `${file} does not belong there (if its source is gone: npm run clean, then build)`,
    ),
  ];
}

/** A map leads to sources that are in the tarball as well. */
function lostMaps(files, read) {
  return files
    .filter((file) => file.endsWith('.map'))
    .flatMap((file) => {
      const { sourceRoot = '', sources } = JSON.parse(read(file));
      return sources
        .map((source) => posix.join(posix.dirname(file), sourceRoot, source))
        .filter((source) => !files.includes(source))
        .map((source) => `${file} points to ${source}, which is not there`);
    });
}

/** Nothing tells where it was built, or asks for what only the workspace has. */
function leaks(files, read) {
  return files.flatMap((file) => {
    const text = read(file);
    const told = [root.replace(/[\\/]$/, ''), 'workspace:'].filter((secret) => text.includes(secret));
    return told.map((secret) => `${file} contains '${secret}'`);
  });
}

function size(tarball, read) {
  const { name } = JSON.parse(read('package.json'));
  const bytes = statSync(tarball).size;
  const largest = LARGEST[name] ?? 0;
  if (process.argv.includes('--size')) console.log(`${name}: ${bytes} bytes of ${largest}`);
  return bytes > largest ? [`it has ${bytes} bytes, and ${name} may have ${largest}`] : [];
}

for (const tarball of process.argv.slice(2).filter((arg) => !arg.startsWith('--'))) {
  for (const problem of problemsOf(tarball)) {
    console.log(problem);
    process.exitCode = 1;
  }
}
