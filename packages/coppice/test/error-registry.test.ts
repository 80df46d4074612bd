/**
 * The registry of errors over all packages: each code that any source has is in docs/errors.md, once for each class, and
 * each code that the page has is in a source. What each package throws, its own tests hold against its part of the page.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = join(__dirname, '../..');

function sourcesOf(name: string): string[] {
  const folder = join(PACKAGES, name, 'src');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

const used = new Set(
  readdirSync(PACKAGES)
    .flatMap(sourcesOf)
    .flatMap((text) => text.match(/\bCOPPICE_[A-Z][A-Z_]*[A-Z]\b/g) ?? []),
);

const page = readFileSync(join(PACKAGES, '../docs/errors.md'), 'utf8');
const rows = page.split(/^# /m).flatMap((part) =>
  part.split(/^## /m).flatMap((section) => {
    const owner = section.slice(0, section.indexOf('\n')).trim();
    return Array.from(section.matchAll(/^\| `(COPPICE_\w+)` \|/gm), ([, code]) => `${owner} ${code}`);
  }),
);
const documented = new Set(rows.map((row) => row.split(' ').at(-1)));

test('each code in the sources of any package is in docs/errors.md', () => {
  expect([...used].filter((code) => !documented.has(code))).toEqual([]);
});

test('each code of docs/errors.md is in a source', () => {
  expect([...documented].filter((code) => !used.has(code as string))).toEqual([]);
});

test('no code stands twice under one heading, and there are as many as there should be', () => {
  expect(rows.toSorted()).toEqual([...new Set(rows)].toSorted());
  expect(documented.size).toBeGreaterThan(80);
});
