/** docs/guides/README.md has every guide, once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pagePaths } from './pages.js';
import { GUIDES, OVERVIEW, chaptersOf } from './reading-order.js';

const ROOT = join(__dirname, '../../..');

test('every guide has its place in the reading order', () => {
  const listed = chaptersOf(readFileSync(join(ROOT, OVERVIEW), 'utf8')).flatMap(({ guides }) =>
    guides.map(({ path }) => path),
  );
  const guides = pagePaths(ROOT).filter((path) => path.startsWith(`${GUIDES}/`) && path !== OVERVIEW);
  expect(listed.toSorted()).toEqual(guides.toSorted());
});

test('chapters, with what is linked in their lists', () => {
  const overview = [
    '# Guides',
    'See **also** [events](../events.md).',
    '',
    '**Begin**',
    '',
    '1. [Why *now*](why.md): see',
    '2. [Threads](threads.md) and [processes](subprocess.md).',
    '',
    '**End**',
    '',
    '3. [Load](load.md)',
    '',
    'Beside: [errors](../errors.md)',
  ];
  expect(chaptersOf(overview.join('\n'))).toEqual([
    {
      title: 'Begin',
      guides: [
        { title: 'Why now', path: 'docs/guides/why.md' },
        { title: 'Threads', path: 'docs/guides/threads.md' },
        { title: 'Processes', path: 'docs/guides/subprocess.md' },
      ],
    },
    { title: 'End', guides: [{ title: 'Load', path: 'docs/guides/load.md' }] },
  ]);
});
