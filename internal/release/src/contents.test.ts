/** The check of what is in a tarball (scripts/contents.mjs) finds what does not belong there. CI has it look at the real ones. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './packages.js';

const GOOD: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "@coppice/otel" }',
  LICENSE: 'MIT',
  'README.md': '',
  'CHANGELOG.md': '',
  'src/a.ts': '',
  'dist/cjs/package.json': '{}',
  ...Object.fromEntries(
    ['dist/esm/a', 'dist/cjs/a'].flatMap((file) => [
      [`${file}.js`, ''],
      [`${file}.d.ts`, ''],
      [`${file}.js.map`, '{ "sourceRoot": "", "sources": ["../../src/a.ts"] }'],
      [`${file}.d.ts.map`, '{ "sources": ["../../src/a.ts"] }'],
    ]),
  ),
};

/** Packs the files, and has the check look at them. */
function check(files: Readonly<Record<string, string | undefined>>): {
  status: number | null;
  lines: string[];
} {
  const folder = mkdtempSync(join(tmpdir(), 'coppice-tarball-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) continue;
      const file = join(folder, 'package', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    spawnSync('tar', ['-czf', 'made.tgz', 'package'], { cwd: folder });
    const script = join(ROOT, 'scripts/contents.mjs');
    const args = [script, join(folder, 'made.tgz')];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, lines: stdout.split('\n').filter((line) => line !== '') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('nothing is wrong with sources, what they are built to, and papers', () => {
  expect(check(GOOD)).toEqual({ status: 0, lines: [] });
});

test.each([
  ['a paper that is missing', { LICENSE: undefined }, 'LICENSE is missing'],
  ['a format that was not built', { 'dist/cjs/a.js': undefined }, 'dist/cjs/a.js is missing'],
  ['a test', { 'src/a.test.ts': '' }, 'src/a.test.ts does not belong there'],
  [
    'what the compiler remembers',
    { 'dist/esm/.tsbuildinfo': '' },
    'dist/esm/.tsbuildinfo does not belong there',
  ],
  ['what is left of a source that is gone', { 'dist/esm/b.js': '' }, 'dist/esm/b.js does not belong there'],
  [
    'a map that leads nowhere',
    { 'dist/esm/a.js.map': '{ "sources": ["../../src/b.ts"] }' },
    'dist/esm/a.js.map points to src/b.ts, which is not there',
  ],
  ['where it was built', { 'dist/esm/a.js': join(ROOT, 'src') }, 'dist/esm/a.js contains'],
  [
    'a version that only the workspace has',
    { 'package.json': '{ "name": "@coppice/otel", "dependencies": { "x": "workspace:^" } }' },
    `package.json contains 'workspace:'`,
  ],
  ['a package that nobody has given a size', { 'package.json': '{ "name": "new" }' }, 'and new may have 0'],
])('%s is told', (_, change, told) => {
  const { status, lines } = check({ ...GOOD, ...change });
  expect(lines).toEqual([expect.stringContaining(told)]);
  expect(status).toBe(1);
});
