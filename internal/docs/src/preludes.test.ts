/** A prelude is small: it belongs to a page, and has nothing that no block of that page mentions. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isModule } from './modules.js';
import { namesOf } from './names.js';
import { pagesOf } from './pages.js';
import { preludeOf } from './preludes.js';

const ROOT = join(__dirname, '../../..');
const pages = pagesOf(ROOT);

test('each belongs to a page', () => {
  const SHARED = ['doc-comments.ts', 'shop.ts'];
  const files = readdirSync(join(ROOT, 'internal/docs/preludes'), { recursive: true, encoding: 'utf8' });
  const preludes = files.filter((file) => file.endsWith('.ts') && !SHARED.includes(file));
  const wanted = pages.map(({ path }) => path.replace(/\.md$/, '.ts'));
  expect(preludes.length).toBeGreaterThan(10);
  expect(preludes.filter((file) => !wanted.includes(file.replaceAll('\\', '/')))).toEqual([]);
});

test('nothing in them is left over', () => {
  const left = pages.flatMap(({ path, blocks }) => {
    const prelude = preludeOf(ROOT, path);
    if (prelude === undefined) return [];
    const mentioned = blocks.filter(isModule).flatMap(({ code }) => [...namesOf(code).mentioned]);
    return [...namesOf(prelude.code).exported]
      .filter((name) => !mentioned.includes(name))
      .map((name) => `${path}: ${name}`);
  });
  expect(left).toEqual([]);
});
