/** Every link of every page leads somewhere. */
import { join } from 'node:path';
import { brokenLinks } from './links.js';
import { pagesOf, parsePage } from './pages.js';

const ROOT = join(__dirname, '../../..');
const pages = pagesOf(ROOT);

test('there are pages of each kind', () => {
  for (const path of ['README.md', 'docs/guides/threads.md', 'packages/pino/README.md']) {
    expect(pages.map((page) => page.path)).toContain(path);
  }
  expect(pages.filter(({ path }) => /node_modules|^docs\/api\//.test(path))).toEqual([]);
});

test.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  expect(brokenLinks(ROOT, page, pages)).toEqual([]);
});

test('a link that is wrong is told of, with its line', () => {
  const page = parsePage(
    'docs/guides/new.md',
    [
      '# New',
      '## New',
      '[ok](threads.md#good-to-know), [ok](../../examples), [ok](https://nodejs.org), [ok](#new-1)',
      '',
      '[a](thread.md) [b](threads.md#no-such) [c](#new-2) [d](http://nodejs.org)',
      '![e](../../../x.png) [f](/README.md) [g](../../scripts/run.mjs#L1) [h](../../packages/core/dist/)',
    ].join('\n'),
  );
  expect(brokenLinks(ROOT, page, [...pages, page])).toEqual([
    'docs/guides/new.md:5: thread.md leads nowhere',
    'docs/guides/new.md:5: threads.md#no-such names a heading that is not there',
    'docs/guides/new.md:5: #new-2 names a heading that is not there',
    'docs/guides/new.md:5: http://nodejs.org is not https',
    'docs/guides/new.md:5: ../../../x.png leads out of the repository',
    'docs/guides/new.md:5: /README.md has to be relative',
    'docs/guides/new.md:5: ../../scripts/run.mjs#L1 names a place in what is no page: lines move',
    'docs/guides/new.md:5: ../../packages/core/dist/ leads nowhere',
  ]);
});
